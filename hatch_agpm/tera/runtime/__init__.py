"""Values, variables and arithmetic of a running template."""
