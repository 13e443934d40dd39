"""Dates and times as Tera formats them."""
