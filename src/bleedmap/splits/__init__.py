"""Dealing subjects out: split files and the roles in them."""
