"""Tera's filters, tests and functions."""
