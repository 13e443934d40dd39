"""What the Python files of a bundle have of one name, whatever its text is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hatch_agpm.model.runtime import kind_data
from hatch_agpm.model.types import full_name_of
from hatch_agpm.runtime._prompt import checksum, quick_checksum
from hatch_agpm.tera.folding import modules_of
from hatch_agpm.tera.jinja_programs import jinja_modules

if TYPE_CHECKING:
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.model.rendering import RenderedResource
    from hatch_agpm.model.runtime import RuntimeVariable

__all__ = ["Shown", "shown"]

_VALUES = tuple(
    f"_tera/{name}.py" for name in ("__init__", "failures", "rust", "values")
)
"""The modules that print other values than texts and booleans as Tera does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One name of a bundle, as its package, namespaces and stubs have it."""

    section: str
    """Of its type, which is the directory: `agents`."""

    name: str
    path: str
    """The file with the text, relative to the bundle's directory."""

    row: str
    """Its row in the table of the package, as `hatch_agpm.runtime.accessor` has it."""

    runtime: tuple[RuntimeVariable, ...] = ()
    description: str | None = None
    """The description in the frontmatter; None without one that is a text."""

    about: str = ""
    """The description as text, whatever value it is; "" without one."""

    is_binary: bool = False
    """Whether its file is not text."""

    modules: tuple[str, ...] = ()
    """The modules that fill it in, by path in the bundle, sorted."""

    @property
    def full_name(self) -> str:
        """The argument of `load`: `agents/backend-engineer`; the name of a prompt."""
        return full_name_of(self.section, self.name)


def shown(item: Shipped) -> Shown:
    """Return what the Python files have of a name."""
    resource = item.resources[0]
    description = resource.metadata.get("description")
    return Shown(
        section=item.section,
        name=item.name,
        path=item.path,
        row=_row(item),
        runtime=resource.runtime,
        description=description if isinstance(description, str) else None,
        about=str(description or ""),
        is_binary=isinstance(resource.text, bytes),
        modules=tuple(sorted(_modules(resource))),
    )


def _row(item: Shipped) -> str:
    resource = item.resources[0]
    file = item.files[item.path]
    row: list[object] = [
        item.path,
        None if isinstance(resource.text, bytes) else resource.body,
        file.sha256,
        len(file.data),
        quick_checksum(file.data),
    ]
    if resource.runtime:
        variables = [
            (each.name, kind_data(each.kind), each.default, each.spans)
            for each in resource.runtime
        ]
        row.append(tuple(variables))
        program = _program(item)
        if resource.dialect != "tera" or program or resource.embedded_spans:
            row += [resource.dialect, program]
        if resource.embedded_spans:
            row.append(resource.embedded_spans)
    return f"    {item.full_name!a}: {tuple(row)!a},\n"


def _program(item: Shipped) -> tuple[object, ...]:
    """Return the path, size and checksum of a program, () without one."""
    if not item.program:
        return ()
    return (item.program_path, len(item.program), checksum(item.program))


def _modules(resource: RenderedResource) -> set[str]:
    """Return the modules that fill in a text, where not all bundles need them."""
    files: set[str] = set()
    kinds = {variable.kind for variable in resource.runtime}
    program = json.loads(resource.program) if resource.program else None
    if program and resource.dialect == "tera":
        files |= {f"_tera/{path}" for path in modules_of(program)}
    elif program:
        found = jinja_modules(program, with_objects="any" in kinds)
        files |= {f"_jinja/{path}" for path in found}
    if resource.dialect == "tera" and not kinds <= {"str", "bool"}:
        files |= {*_VALUES}
    return files
