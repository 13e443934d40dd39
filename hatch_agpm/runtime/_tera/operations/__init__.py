# SPDX-License-Identifier: MIT-0
"""
Operations of expressions that many programs do not have: one module for each group.

A bundle has a copy of those that its programs need.
"""
