# SPDX-License-Identifier: MIT-0
"""
Runs templates of Tera: at the build, and in wheels when a prompt is used.

A bundle with run-time logic has a copy of this package.  Runs on Python 3.9 and later,
with only the standard library.
"""
