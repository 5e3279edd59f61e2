"""What is told of results: ``measures``, of scores, masks and time; ``looks``, of scans; ``gpu_watch``, of the GPU."""
