"""
Partial evaluation: from a program and what a build knows to what is left to run.

Branches on known values disappear, loops over known values are unrolled or stay,
whichever is smaller, and everything that depends on no run-time variable is a constant.
"""

from __future__ import annotations

from hatch_agpm.tera.folding.embedded import EmbeddedText
from hatch_agpm.tera.folding.folder import Folded, fold
from hatch_agpm.tera.folding.modules import modules_of
from hatch_agpm.tera.folding.source import source_of
from hatch_agpm.tera.folding.state import Conditions

__all__ = [
    "Conditions",
    "EmbeddedText",
    "Folded",
    "fold",
    "modules_of",
    "source_of",
]
