"""Splits of subjects, and their roles."""
