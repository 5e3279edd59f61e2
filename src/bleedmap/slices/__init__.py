"""What networks see: slices on a common working grid, windows, and the stores that hold them.

- ``box``: the square of a scan that is resampled to the working grid, and the way back;
- ``resample_scan``: one scan on the working grid; ``write_slices``: all scans of a shard, as a store;
- ``neighbours``: a slice with the slices around it;
- ``store``: random-access stores of slices, maps and masks, row for row the same; ``row_writer``: one array of them;
- ``refusals``: scans of a shard that a stage could not go on with; ``each_scan``: all others, on a GPU side by side;
- ``training_set``: slices, neighbours and whole scans by number; ``chunks``: single rows straight from a store's zip;
- ``prefetch``: batches read ahead of their use, brought to the device and made ready there;
- ``windows``: HU to grey values;
- ``augment``: random changes to a batch, a function of (seed, epoch, index); ``sharpness``: blurring and sharpening.
"""
