"""Tera's own filters, tests and functions."""
