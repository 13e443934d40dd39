# SPDX-License-Identifier: MIT-0
"""
Runs templates of Jinja2 in wheels, when a prompt is used.

A bundle with such templates has a copy of this package, without the modules that none
of its programs needs.  Runs on Python 3.9 and later, with only the standard library.
"""
