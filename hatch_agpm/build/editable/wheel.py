"""
The files of an editable wheel, which give a checkout the prompts of a wheel.

The bundle is in a directory of its own at the root of the environment, and a finder
points from the output package to it.  In the package's own directory there, it would
hide the checkout, or never be found.  Beside it are the files by which an import
detects changed sources and renders them as the install did.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hatch_agpm.build.editable.record import input_digest, record_text, short_digest
from hatch_agpm.build.in_tree import remove_from_tree, write_into_tree
from hatch_agpm.config import editable_mode
from hatch_agpm.errors import BundleError
from hatch_agpm.installed.discovery import editable_directory, editable_name
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.runtime.editable import finder, freshness, private
from hatch_agpm.runtime.editable.freshness import (
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
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.bundle import Bundle
    from hatch_agpm.model.build import BuildContext
    from hatch_agpm.model.rendering import Rendering

__all__ = [
    "HAND_OVER_VERSION",
    "EditableInstall",
    "editable_install",
    "seen_sources",
    "snapshot",
    "update_tree",
    "write_tree",
]

HAND_OVER_VERSION: Final = 1
"""The version of the JSON document that an install leaves for `refresh`."""


@dataclass(frozen=True, kw_only=True)
class EditableInstall:
    """The files of an editable wheel, by path in it."""

    directory: str
    """The directory of the bundle in the wheel."""

    owned: Mapping[str, str]
    """The directories that have no other files, and theirs in the source tree."""

    exported: Mapping[str, str]
    """The paths in the wheel of exported files, by path in the exported tree."""

    bundle: Mapping[str, FileContent]
    """The bundle and the exported files."""

    files: Mapping[str, FileContent]
    """The finder and what an import needs to render the sources again."""


def editable_install(plan: Plan, *, module: str) -> EditableInstall:
    """
    Return the files of an editable wheel.

    `module` is the dotted name of the output package.  The bundle has a directory of
    its own, or the one that it has in a wheel if there is no package around it whose
    directory could hide it.
    """
    directory, bundle = _bundle(plan, module)
    owned = {directory: plan.output}
    return EditableInstall(
        directory=directory,
        owned=owned if plan.has_package_around else plan.bundle.owned(directory),
        exported=_exported(plan, directory),
        bundle=bundle,
        files={} if plan.bundle.is_empty else _finder(plan, module, directory, bundle),
    )


def _finder(
    plan: Plan, module: str, directory: str, bundle: Mapping[str, FileContent]
) -> dict[str, FileContent]:
    """Return the finder of a bundle in `directory`, and what an import needs."""
    name = editable_name(module)
    seen = snapshot(plan.context, plan.rendering)
    texts = {
        f"{name}.json": _hand_over(plan, directory),
        f"{name}.snapshot": seen.text(),
        f"{name}.record": record_text(plan, seen),
        f"{name}_private.py": _text_of(private),
        f"{name}_freshness.py": _text_of(freshness).replace(
            private.__name__, f"{name}_private"
        ),
        f"{name}.pth": f"import {name}; {name}.start()\n",
        # PEP 829: from Python 3.18 on, a .pth file runs no code.
        f"{name}.start": f"{name}:start\n",
    }
    root, output = str(plan.root), str(plan.root / plan.output)
    # Later renderings are not shared with other installs, not even of this project.
    key = short_digest(*texts.values(), *map(repr, bundle.values()))
    install = {
        "module": module,
        "root": root,
        "key": f"{module}-{short_digest(root, module)}/{key}",
    }
    parent = f"parent={str(Path(output).parent)!r}"
    around = plan.has_package_around
    where = parent if around else f"directories=(bundle, {output!r})"
    texts[f"{name}.py"] = _text_of(finder) + _start(name, directory, install, where)
    return {
        path: FileContent(data=text.encode("utf-8", "surrogateescape"))
        for path, text in texts.items()
    }


def _bundle(plan: Plan, module: str) -> tuple[str, dict[str, FileContent]]:
    """Return the bundle's directory in an editable wheel, and its files by path."""
    if not plan.has_package_around:
        directory = module.replace(".", "/")
        return directory, plan.bundle.at(directory)
    # In a directory with the package's name, exported files would hide the checkout.
    directory = editable_directory(module)
    whole = plan.bundle.in_one().items()
    return directory, {f"{directory}/{path}": file for path, file in whole}


def _exported(plan: Plan, directory: str) -> dict[str, str]:
    """Return the paths of exported files in an editable wheel."""
    if not plan.has_package_around:
        return plan.bundle.exported_paths(directory)
    top = plan.bundle.export.directory if plan.bundle.export else ""
    return {path: f"{directory}/{top}/{path}" for path in plan.bundle.exported}


def _start(name: str, directory: str, install: Mapping[str, str], where: str) -> str:
    """Return the code that installs the finder; `where` are its last arguments."""
    return f'''

def start() -> None:
    """Redirect `{install["module"]}`; the .pth and the .start file call this."""
    here = os.path.dirname(os.path.abspath(__file__))
    bundle = f"{{here}}/{directory}"
    known = {{**{install!r}, "base": f"{{here}}/{name}", "bundle": bundle}}
    install(known, helper={f"{name}_freshness"!r}, {where})
'''


def _hand_over(plan: Plan, directory: str) -> str:
    """Return the data of the install that a later `refresh` needs, as JSON."""
    environ = plan.context.environ
    document = {
        "version": HAND_OVER_VERSION,
        "root": str(plan.root),
        "output": plan.output,
        "bundle": directory,
        "distribution": plan.bundle.distribution,
        "metadata": plan.context.metadata,
        "environ": {
            name: environ.get(name)
            for name in sorted({*plan.project.env, "SOURCE_DATE_EPOCH"})
        },
    }
    return json.dumps(document, indent=1)


def update_tree(plan: Plan) -> None:
    """
    Write the bundle into the output directory of the tree, or remove it from there.

    `editable` in the configuration says which.  Raises `BundleError` where it cannot be
    written.
    """
    if editable_mode(plan.context.pyproject) == "in-tree":
        write_tree(plan.root, plan.bundle, kept=plan.stubs)
        return
    try:
        remove_from_tree(plan.root / plan.output)
    except OSError as error:
        raise _unwritable(plan.output, error) from None


def write_tree(root: Path, bundle: Bundle, *, kept: Iterable[str]) -> None:
    """
    Write a bundle into the output directory in the tree.

    `kept` are the paths of the stubs that the user has there.  Raises `BundleError`
    where it cannot be written.
    """
    try:
        names = {path.removeprefix(f"{bundle.output}/") for path in kept}
        write_into_tree(root / bundle.output, bundle.files, kept=names)
    except OSError as error:
        raise _unwritable(bundle.output, error) from None


def _unwritable(output: str, error: OSError) -> BundleError:
    return BundleError(output, f"cannot be written: {error.strerror}")


def snapshot(context: BuildContext, rendering: Rendering) -> Snapshot:
    """
    Return the snapshot of the inputs of a rendering, which names no bundle.

    Inputs that changed since they were read are marked, so that the next import renders
    again.
    """
    root = str(context.root)
    seen = seen_sources(context, rendering).items()
    sources = [sighting(kind, root, path, content) for (kind, path), content in seen]
    return Snapshot("", sources, root)


def seen_sources(
    context: BuildContext, rendering: Rendering
) -> dict[tuple[str, str], str]:
    """Return the digest of each source of a rendering, by its kind and path."""
    root = context.root
    seen = [(TABLE, "pyproject.toml", table_digest(context.pyproject))]
    seen += [(FILE, path, ABSENT) for path in rendering.absent]
    for path, real in rendering.links.items():
        leads_to = os.fsencode(os.path.realpath(root / real))
        seen.append((LINK, path, digest(leads_to)))
    for path, directory in rendering.searched.items():
        kind = DIRECTORY if directory.hidden else VISIBLE
        seen.append((kind, path, names_digest(directory.names)))
    seen += [(FILE, file.path, input_digest(file)) for file in rendering.inputs]
    return {(kind, path): content for kind, path, content in seen}


def _text_of(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")
