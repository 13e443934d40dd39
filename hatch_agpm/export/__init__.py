"""What coding agents find in the installed package."""
