"""Code that is copied into wheels and environments; uses only the standard library."""
