"""Flat layout."""
