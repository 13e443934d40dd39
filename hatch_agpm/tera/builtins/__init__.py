"""
What only a build has of Tera's filters, tests and functions.

All others are in `hatch_agpm.runtime._tera.builtins`, because prompts need them, too.
"""
