"""
Compile a syntax tree to a template shape and the shape to Python code.

`operators` has the functions that compiled code calls.
"""
