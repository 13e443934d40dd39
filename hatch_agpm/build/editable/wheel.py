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

from hatch_agpm.build.in_tree import remove_from_tree, write_into_tree
from hatch_agpm.config.project import editable_mode
from hatch_agpm.errors import BundleError
from hatch_agpm.installed.discovery import editable_directory, editable_name
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.runtime import finder, freshness
from hatch_agpm.runtime.freshness import (
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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.bundle.bundle import Bundle
    from hatch_agpm.model.rendering import Rendering

__all__ = ["editable_files", "snapshot", "update_tree", "write_tree"]


def editable_files(plan: Plan, *, module: str) -> dict[str, FileContent]:
    """
    Return the files of an editable wheel, by their path from its root.

    `module` is the dotted name of the output package.  The bundle comes first, and
    alone has a directory: its own, or the one that it has in a wheel if there is no
    package around it that could hide it.
    """
    name = editable_name(module)
    around = plan.has_package_around
    directory, bundle = _bundle(plan, module)
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
    texts[f"{name}.py"] = _text_of(finder) + _start(name, directory, install, where)
    files = {
        path: FileContent(data=text.encode("utf-8", "surrogateescape"))
        for path, text in texts.items()
    }
    return {**bundle, **files}


def _bundle(plan: Plan, module: str) -> tuple[str, dict[str, FileContent]]:
    """Return where the bundle lies in an editable wheel, and its files by path."""
    if not plan.has_package_around:
        directory = module.replace(".", "/")
        return directory, plan.bundle.at(directory)
    # Below the package's name, what is exported would hide the checkout, too.
    directory = editable_directory(module)
    whole = plan.bundle.in_one().items()
    return directory, {f"{directory}/{path}": file for path, file in whole}


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
    document = {
        "root": str(plan.root),
        "output": plan.output,
        "distribution": plan.bundle.distribution,
        "metadata": plan.metadata,
        "environ": {
            name: os.environ.get(name)
            for name in sorted({*plan.rendering.env, "SOURCE_DATE_EPOCH"})
        },
    }
    return json.dumps(document, indent=1)


def update_tree(plan: Plan) -> None:
    """
    Make the output directory in the tree what `editable` says: a bundle, or nothing.

    Raises `BundleError` where it cannot be written.
    """
    if editable_mode(plan.pyproject) == "in-tree":
        write_tree(plan.root, plan.bundle, with_stub=not plan.stubs)
        return
    try:
        remove_from_tree(plan.root / plan.output)
    except OSError as error:
        raise _unwritable(plan.output, error) from None


def write_tree(root: Path, bundle: Bundle, *, with_stub: bool) -> None:
    """
    Write a bundle into the output directory in the tree.

    `with_stub` is false where the user has a stub there.  Raises `BundleError` where
    it cannot be written.
    """
    try:
        write_into_tree(root / bundle.output, bundle.files, with_stub=with_stub)
    except OSError as error:
        raise _unwritable(bundle.output, error) from None


def _unwritable(output: str, error: OSError) -> BundleError:
    return BundleError(output, f"cannot be written: {error.strerror}")


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
