"""From a syntax tree to Python code."""
