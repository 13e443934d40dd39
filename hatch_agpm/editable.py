"""
What an editable wheel holds so that a checkout reads the prompts of a wheel.

The bundle lies in a directory of its own at the root of the environment, and a
finder points from the output package to it.  Inside the package's own directory
there, it would hide the checkout, or never be found.  Beside it lies what an import
needs to see that sources changed, and to render them as the install did.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hatch_agpm import freshness, redirect
from hatch_agpm.bundle import BundleFile
from hatch_agpm.environ import freeze
from hatch_agpm.errors import BundleError
from hatch_agpm.freshness import (
    ABSENT,
    DIRECTORY,
    FILE,
    LINK,
    TABLE,
    VISIBLE,
    Snapshot,
    digest,
    names_digest,
    sighting,
    table_digest,
)
from hatch_agpm.in_tree import remove_from_tree, write_into_tree
from hatch_agpm.project import editable_mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from hatch_agpm.plan import Plan
    from hatch_agpm.rendered import Rendering

__all__ = ["bundle_directory", "editable_files", "snapshot", "update_tree"]


def _name(module: str) -> str:
    return f"_agpm_editable_{module.replace('.', '__')}"


def bundle_directory(module: str) -> str:
    """Return the directory in an editable wheel that holds the bundle of `module`."""
    return f"{_name(module)}_bundle"


def editable_files(plan: Plan, *, module: str) -> dict[str, BundleFile]:
    """
    Return the files of an editable wheel, by their path from its root.

    `module` is the dotted name of the output package.  The bundle comes first, and
    alone has a directory: its own, or the one that it has in a wheel if there is no
    package around it that could hide it.
    """
    name = _name(module)
    around = plan.has_package_around
    directory = bundle_directory(module) if around else module.replace(".", "/")
    bundle = plan.bundle_files(directory)
    if around:
        # Below the package's name, what is exported would hide the checkout, too.
        whole = plan.bundle.in_one().items()
        bundle = {f"{directory}/{path}": file for path, file in whole}
    texts = {
        f"{name}.json": _frozen(plan),
        f"{name}.snapshot": snapshot(plan.root, plan.rendering, plan.pyproject).text(),
        f"{name}_freshness.py": _text_of(freshness),
        f"{name}.pth": f"import {name}; {name}.start()\n",
        # PEP 829: from Python 3.18 on, a .pth file runs no code.
        f"{name}.start": f"{name}:start\n",
    }
    root, output = str(plan.root), str(plan.root / plan.output)
    # What is rendered later is of use to no other install, not even of this project.
    key = _digest(*texts.values(), *map(repr, bundle.values()))
    install = {
        "module": module,
        "root": root,
        "key": f"{module}-{_digest(root, module)}/{key}",
    }
    parent = f"parent={str(Path(output).parent)!r}"
    where = parent if around else f"places=(bundle, {output!r})"
    texts[f"{name}.py"] = _text_of(redirect) + _start(name, directory, install, where)
    return {
        **bundle,
        **{
            path: BundleFile(
                data=text.encode("utf-8", "surrogateescape"), executable=False
            )
            for path, text in texts.items()
        },
    }


def _start(name: str, directory: str, install: Mapping[str, str], where: str) -> str:
    """Return the code that puts the finder first; `where` are its last arguments."""
    return f'''

def start() -> None:
    """Redirect `{install["module"]}`; the .pth and the .start file call this."""
    here = os.path.dirname(os.path.abspath(__file__))
    bundle = f"{{here}}/{directory}"
    known = {{**{install!r}, "base": f"{{here}}/{name}", "bundle": bundle}}
    install(known, helper={f"{name}_freshness"!r}, {where})
'''


def _frozen(plan: Plan) -> str:
    """Return what an import cannot ask for: what the backend and the shell said."""
    tool = plan.pyproject.get("tool", {})
    table = tool.get("hatch-agpm", {}) if isinstance(tool, dict) else {}
    document = {
        "root": str(plan.root),
        "output": plan.output,
        "distribution": plan.bundle.distribution,
        "metadata": plan.metadata,
        "environ": freeze(table.get("env", ())),
    }
    return json.dumps(document, indent=1)


def update_tree(plan: Plan) -> None:
    """
    Make the output directory in the tree what `editable` says: a bundle, or nothing.

    Raises `BundleError` where it cannot be written.
    """
    directory = plan.root / plan.output
    try:
        if editable_mode(plan.pyproject) == "in-tree":
            write_into_tree(directory, plan.bundle.files, with_stub=not plan.stubs)
        else:
            remove_from_tree(directory)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise BundleError(plan.output, what) from None


def snapshot(
    root: Path, rendering: Rendering, pyproject: Mapping[str, object], bundle: str = ""
) -> Snapshot:
    """
    Return what a rendering of the project at `root` was made of.

    `pyproject` are the tables it was rendered with, and `bundle` is the name of the
    bundle's directory.  What changed since it was read is marked, so that it shows.
    """
    seen = [(TABLE, "pyproject.toml", table_digest(pyproject))]
    seen += [(FILE, path, ABSENT) for path in rendering.absent]
    for path, real in rendering.links.items():
        leads_to = os.fsencode(os.path.realpath(root / real))
        seen.append((LINK, path, digest(leads_to)))
    for path, listing in rendering.listings.items():
        kind = DIRECTORY if listing.hidden else VISIBLE
        seen.append((kind, path, names_digest(listing.names)))
    for source in rendering.inputs:
        seen.append((FILE, source.path, source.sha256 + "x" * source.executable))
    return Snapshot(bundle, [sighting(kind, str(root), *rest) for kind, *rest in seen])


def _text_of(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


def _digest(*texts: str) -> str:
    whole = "\0".join(texts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:16]
