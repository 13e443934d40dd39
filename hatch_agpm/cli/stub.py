"""
The stub in the source tree, which editors and type checkers read.

It is the same file as in the wheel, committed by the user.  A build accepts it in the
output directory, and no other file of a bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.build.in_tree import STUB, release
from hatch_agpm.build.writing import replace_file
from hatch_agpm.errors import BundleError

if TYPE_CHECKING:
    from hatch_agpm.build import Plan

__all__ = ["check_stub", "is_current", "write_stub"]


def is_current(plan: Plan) -> bool:
    """Tell whether the stub in the tree equals that of the wheel."""
    file = plan.root / plan.output / STUB
    if not file.is_file():
        return False
    # Git may have checked it out with Windows line ends.
    text = file.read_bytes().replace(b"\r\n", b"\n")
    return text == plan.bundle.files[STUB].data


def write_stub(plan: Plan) -> str:
    """Write the stub into the output directory, and return its path."""
    directory = plan.root / plan.output
    if not is_current(plan):
        replace_file(directory / STUB, plan.bundle.files[STUB])
    release(directory, STUB)
    return f"{plan.output}/{STUB}"


def check_stub(plan: Plan) -> str:
    """Return the path of the stub; raise `BundleError` if it is not up to date."""
    path = f"{plan.output}/{STUB}"
    if not is_current(plan):
        there = (plan.root / path).exists()
        what = "is not that of the prompts as they are" if there else "is not there"
        raise BundleError(path, what, "run `hatch-agpm stub`")
    return path
