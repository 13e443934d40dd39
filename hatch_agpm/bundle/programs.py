"""The modules that fill in the prompts of a bundle, where not all bundles need them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hatch_agpm.tera.folding import modules_of
from hatch_agpm.tera.jinja_programs import jinja_modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hatch_agpm.bundle.layout import Shipped

__all__ = ["program_files"]

_VALUES = tuple(
    f"_tera/{name}.py" for name in ("__init__", "failures", "rust", "values")
)
"""The modules that print other values than texts and booleans as Tera does."""


def program_files(shipped: Iterable[Shipped]) -> list[str]:
    """Return the paths of these modules in the bundle, sorted."""
    resources = [item.resources[0] for item in shipped]
    files: set[str] = set()
    for resource in resources:
        kinds = {variable.kind for variable in resource.runtime}
        program = json.loads(resource.program) if resource.program else None
        if program and resource.dialect == "tera":
            files |= {f"_tera/{path}" for path in modules_of(program)}
        elif program:
            found = jinja_modules(program, with_objects="any" in kinds)
            files |= {f"_jinja/{path}" for path in found}
        if resource.dialect == "tera" and not kinds <= {"str", "bool"}:
            files |= {*_VALUES}
    return sorted(files)
