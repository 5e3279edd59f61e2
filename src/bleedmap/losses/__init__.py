"""Losses: ``build``."""
