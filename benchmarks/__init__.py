"""Measurements, run by hand: ``python -m benchmarks.<name> --help``. Ratios count, against a peer in the same run."""
