"""A package in the namespace `acme`."""
