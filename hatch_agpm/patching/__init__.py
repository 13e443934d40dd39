"""The manifest's `[patch]` tables, applied to files."""
