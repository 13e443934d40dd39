"""Code that is copied into the environment of an editable install."""
