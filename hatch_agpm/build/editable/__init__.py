"""Editable installs: the files of an editable wheel, and their refresh."""
