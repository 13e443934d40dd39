"""The files for coding agents in the installed package."""
