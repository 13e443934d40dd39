"""
Parse the source of a template to its syntax tree.

`parser.parse` is the entry point; the class of each module extends that of a lower one.
"""
