"""Quality control: what a person looks at before trusting a data set's scans and brain masks.

- ``montage``: three slices and a side view of a scan with the outline of its brain mask;
- ``page``: one HTML page a data set, flagged scans first, and the table of refused inputs.
"""
