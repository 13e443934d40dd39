"""
The stubs in the source tree, which editors and type checkers read.

They are the same files as in the wheel, committed by the user.  A build accepts them in
the output directory, and no other files of a bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatch_agpm.build.in_tree import release
from hatch_agpm.build.writing import replace_file
from hatch_agpm.errors import BundleError, raise_problems

if TYPE_CHECKING:
    from hatch_agpm.build import Plan

__all__ = ["check_stubs", "write_stubs"]


def write_stubs(plan: Plan) -> list[str]:
    """Write the stubs into the output directory, and return their paths."""
    directory = plan.root / plan.output
    for name, file in plan.bundle.stubs.items():
        if not _is_current(plan, name):
            replace_file(directory / name, file)
    release(directory, plan.bundle.stubs.keys())
    return [f"{plan.output}/{name}" for name in plan.bundle.stubs]


def check_stubs(plan: Plan) -> None:
    """Raise `BundleError`, or `ProblemsError`, if the stubs are not up to date."""
    problems = []
    for name in plan.bundle.stubs:
        path = f"{plan.output}/{name}"
        if not _is_current(plan, name):
            exists = (plan.root / path).exists()
            what = "is not up to date" if exists else "is missing"
            problems.append(BundleError(path, what, "run `hatch-agpm stub`"))
    raise_problems(problems)


def _is_current(plan: Plan, name: str) -> bool:
    """Tell whether a stub in the tree equals that of the wheel."""
    file = plan.root / plan.output / name
    if not file.is_file():
        return False
    # Git may have checked it out with Windows line ends.
    text = file.read_bytes().replace(b"\r\n", b"\n")
    return text == plan.bundle.stubs[name].data
