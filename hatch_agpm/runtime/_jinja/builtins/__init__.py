# SPDX-License-Identifier: MIT-0
"""The filters, tests and functions of templates; each module is imported when used."""
