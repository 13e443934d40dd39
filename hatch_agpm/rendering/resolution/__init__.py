"""Which resources there are, and how they depend on each other."""
