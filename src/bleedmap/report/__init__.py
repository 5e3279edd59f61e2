"""What people look at: pictures of slices, and one page about a whole run.

- ``spec``: what a picture or the page is about, as JSON that travels in a rule's params;
- ``choose``: which test slices are shown;
- ``panels``: everything known about one slice;
- ``chosen_points``: a detector's points on it;
- ``drawing``: a slice, a heatmap, an outline, and PNG files with the same bytes for the same picture;
- ``sheet``: all methods on all chosen slices; ``overlays``: both pictures of one fold;
- ``hero``: one slice through one method, step by step;
- ``charts``: Dice of every subject, and training curves;
- ``board``: the leaderboard as tables to read;
- ``comparisons``: paired tests between methods as a table to read;
- ``paper``: the run beside the tables that a paper prints;
- ``cohort``: the data sets in numbers, and what was refused;
- ``page``: the HTML page;
- ``timings``: time and memory of the jobs, for the person who runs them.
"""
