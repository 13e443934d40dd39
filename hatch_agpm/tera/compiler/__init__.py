"""
Compile a syntax tree to functions that render it.

`compiler.compiled` is the entry point; `operators` has what expressions do.
"""
