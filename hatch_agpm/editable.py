"""
What an editable wheel holds so that a checkout reads the prompts of a wheel.

The bundle lies in a directory of its own at the root of the environment, and a
finder points from the output package to it.  Inside the package's own directory
there, it would hide the checkout, or never be found.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm import redirect
from hatch_agpm.bundle import BundleFile

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["bundle_directory", "redirect_files"]


def _name(module: str) -> str:
    return f"_agpm_editable_{module.replace('.', '__')}"


def bundle_directory(module: str) -> str:
    """Return the directory in an editable wheel that holds the bundle of `module`."""
    return f"{_name(module)}_bundle"


def redirect_files(
    bundle: Mapping[str, BundleFile], *, module: str, parent: Path
) -> dict[str, BundleFile]:
    """
    Return the files of an editable wheel, by their path from its root.

    `bundle` are the files of the output package, by their path in it; `module` is
    its dotted name and `parent` the directory of the package around it, in the
    checkout.
    """
    name, directory = _name(module), bundle_directory(module)
    start = (
        f"\n\ndef start() -> None:\n"
        f'    """Redirect `{module}`; the .pth and the .start file call this."""\n'
        f"    here = os.path.dirname(os.path.abspath(__file__))\n"
        f"    directory = os.path.join(here, {directory!r})\n"
        f"    install({module!r}, directory, {str(parent)!r})\n"
    )
    texts = {
        f"{name}.py": Path(redirect.__file__).read_text(encoding="utf-8") + start,
        f"{name}.pth": f"import {name}; {name}.start()\n",
        # PEP 829: from Python 3.18 on, a .pth file runs no code.
        f"{name}.start": f"{name}:start\n",
    }
    return {
        **{f"{directory}/{path}": file for path, file in bundle.items()},
        **{
            path: BundleFile(data=text.encode(), executable=False)
            for path, text in texts.items()
        },
    }
