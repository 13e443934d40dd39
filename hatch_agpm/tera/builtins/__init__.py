"""
The filters, tests and functions of the Tera language.

`filters.FILTERS`, `tests.TESTS` and `functions.FUNCTIONS` map names to implementations.
"""
