# SPDX-License-Identifier: MIT-0
"""
The filters, tests and functions of Tera that need only their arguments.

`filters.FILTERS`, `tests.TESTS` and `functions.FUNCTIONS` map names to implementations.
"""
