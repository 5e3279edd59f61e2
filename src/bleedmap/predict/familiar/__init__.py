"""Is this a head CT that the method knows?

- ``scan_statistics``: a few numbers of a scan; ``training_statistics``: their ranges over the scans that a method
  learnt on, and which numbers of another scan lie outside; ``training_scans``: the same from the files of a data set;
- ``no_head``: what is refused because no head looks like it;
- ``judge``: all of it for one scan.
"""
