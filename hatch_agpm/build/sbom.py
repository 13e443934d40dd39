"""
From a plan to a CycloneDX document: the files of a wheel and their origins.

Each file that was read is listed once, in `formulation`, and `dependencies` has the
graph of what is made of what: so the document grows with the number of files, and not
with its square.

Knows the format (version 1.6, JSON) and package URLs.  The integrations put the
document into `*.dist-info/sboms/` (PEP 770).
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from packaging.licenses import (
    InvalidLicenseExpression,
    canonicalize_license_expression,
)
from packaging.utils import canonicalize_name

from hatch_agpm._version import __version__
from hatch_agpm.bundle.index import numbered_inputs
from hatch_agpm.bundle.layout import lay_out
from hatch_agpm.errors import ConfigError, shown
from hatch_agpm.model.rendering import TEMPLATES, FileContent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.build.plan import Plan
    from hatch_agpm.bundle.index import NumberedInputs
    from hatch_agpm.bundle.layout import Shipped
    from hatch_agpm.export import ExportedResource
    from hatch_agpm.model.rendering import (
        Input,
        InputNode,
        RenderedResource,
        UsedSource,
    )

__all__ = ["sbom_file"]

_SPEC = "1.6"
_GENERATED_LICENSE = "MIT-0"
"""The license of the generated code; its files name it in their first lines."""

_EPOCH = "SOURCE_DATE_EPOCH"


def sbom_file(plan: Plan, *, directory: str) -> tuple[str, FileContent]:
    """
    Return the document, and its path in the `*.dist-info` of a wheel.

    `directory` is that of the bundle in the wheel.  The document depends only on the
    plan and on SOURCE_DATE_EPOCH: without it there is no timestamp.  Raises
    `ConfigError` if that is not a time.
    """
    bundle = plan.bundle
    parts = _parts(plan, directory)
    inputs = numbered_inputs(each for part in parts for each in part.templates)
    document: dict[str, object] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{_SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": _SPEC,
        "version": 1,
        "metadata": {
            **_timestamp(plan.context.environ),
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [_distribution("hatch-agpm", __version__)]},
            "component": {
                **_distribution(bundle.distribution, bundle.version),
                "type": "library",
                **_licenses(plan.license),
            },
        },
        "components": [each for part in parts for each in _components(part, plan)],
        "formulation": [{"components": _inputs(inputs, plan)}],
        "dependencies": [*_uses(parts, inputs)],
    }
    # Derived from the rest, so that equal wheels have equal documents.
    text = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, text).urn
    data = f"{json.dumps(document, indent=1)}\n".encode()
    name = f"sboms/{canonicalize_name(bundle.distribution)}.agpm.cdx.json"
    return name, FileContent(data=data)


def _timestamp(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the timestamp of the document, from SOURCE_DATE_EPOCH."""
    epoch = environ.get(_EPOCH, "")
    if not epoch:
        return {}
    try:
        return {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()}
    except (ValueError, OverflowError, OSError):
        what = "must be a number of seconds since 1970"
        raise ConfigError(_EPOCH, what, shown(epoch)) from None


def _distribution(name: str, version: str) -> dict[str, object]:
    """Return the component for a Python distribution."""
    purl = _purl(name, version)
    return {
        "type": "application",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }


def _purl(name: str, version: str) -> str:
    """Return the package URL of a Python distribution (ECMA-427)."""
    return f"pkg:pypi/{canonicalize_name(name)}@{quote(version, safe='')}"


def _licenses(text: str) -> dict[str, object]:
    """Return the field for a licence: an SPDX expression, or any text."""
    if not text:
        return {}
    try:
        return {"licenses": [{"expression": canonicalize_license_expression(text)}]}
    except InvalidLicenseExpression:
        name, _, rest = text.partition("\n")
        content = {"text": {"content": text}} if rest else {}
        return {"licenses": [{"license": {"name": name, **content}}]}


# --- what the wheel holds -------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The files of the bundle, or of its export."""

    files: Mapping[str, FileContent]
    items: Sequence[Shipped | ExportedResource]
    places: Mapping[str, str]
    """The paths of the files in the wheel."""

    @property
    def templates(self) -> list[InputNode]:
        """The templates of all resources."""
        return [each.template for item in self.items for each in item.resources]


def _parts(plan: Plan, directory: str) -> tuple[_Part, _Part]:
    """Return the files of bundle and export with what they were made of."""
    bundle = plan.bundle.in_wheel(directory)
    return (
        _Part(
            files=bundle.files,
            items=lay_out(plan.rendering.resources),
            places={path: f"{directory}/{path}" for path in bundle.files},
        ),
        _Part(
            files=bundle.exported,
            items=bundle.export.resources if bundle.export else (),
            places=bundle.exported_paths(directory),
        ),
    )


def _components(part: _Part, plan: Plan) -> Iterator[dict[str, object]]:
    """Yield the entry of every file, sorted by path."""
    items = {path: item for item in part.items for path in item.files}
    for path, file in part.files.items():
        sha256 = file.sha256
        about = (
            _made_of(items[path], _templates(items[path], path, sha256), plan)
            if path in items
            else _generated(path, plan)
        )
        name = part.places[path]
        yield {"bom-ref": name, **_file(name, sha256), **about}


def _inputs(inputs: NumberedInputs, plan: Plan) -> list[dict[str, object]]:
    """Return the entry of every file that was read."""
    return [
        {"bom-ref": _input_ref(number), **_ancestor(node.file, plan)}
        for number, (node, _) in enumerate(inputs.nodes)
    ]


def _input_ref(number: int) -> str:
    return f"input-{number}"


def _uses(
    parts: Iterable[_Part], inputs: NumberedInputs
) -> Iterator[dict[str, object]]:
    """Yield the templates of each text, and the files that each template uses."""
    for part in parts:
        for item in part.items:
            numbers = {inputs.numbers[each.template] for each in item.resources}
            yield _edges(part.places[item.path], numbers)
    for number, (_, used) in enumerate(inputs.nodes):
        yield _edges(_input_ref(number), used)


def _edges(ref: str, numbers: Iterable[int]) -> dict[str, object]:
    return {"ref": ref, "dependsOn": [_input_ref(each) for each in sorted(numbers)]}


def _file(name: str, sha256: str) -> dict[str, object]:
    return {
        "type": "file",
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }


def _generated(path: str, plan: Plan) -> dict[str, object]:
    """Return the licence and origin of a file that belongs to no resource."""
    if path.startswith(f"{TEMPLATES}/"):
        # A template is exported unchanged.
        return _licenses(plan.license)
    is_code = path.endswith((".py", ".pyi"))
    ancestor = _distribution("hatch-agpm", __version__)
    del ancestor["bom-ref"]
    return {
        **_licenses(_GENERATED_LICENSE if is_code else plan.license),
        "pedigree": {"ancestors": [ancestor]},
    }


def _made_of(
    item: Shipped | ExportedResource, templates: Sequence[Input], plan: Plan
) -> dict[str, object]:
    """Return the licence, templates and properties of a file of a resource."""
    first = item.resources[0]
    tools = sorted({resource.tool for resource in item.resources if resource.tool})
    return {
        **_licenses(_license_of(first, plan)),
        "pedigree": {
            "ancestors": [_ancestor(template, plan) for template in templates]
        },
        "properties": [
            {"name": "hatch-agpm:resource", "value": item.full_name},
            {"name": "hatch-agpm:type", "value": first.type},
            *({"name": "hatch-agpm:tool", "value": tool} for tool in tools),
        ],
    }


def _license_of(resource: RenderedResource, plan: Plan) -> str:
    own = resource.metadata.get("license")
    if isinstance(own, str) and own.strip():
        return own.strip()
    # Files of another distribution do not have this project's licence.
    return "" if _package_of(resource.template.file, plan) else plan.license


def _templates(
    item: Shipped | ExportedResource, path: str, sha256: str
) -> Sequence[Input]:
    """Return the templates of one file of a resource."""
    if path == item.path:
        return tuple(dict.fromkeys(each.template.file for each in item.resources))
    # The other files of a skill are copies.
    text = item.resources[0].template.file
    copied = PurePosixPath(path).relative_to(item.full_name)
    at, within = (
        str(PurePosixPath(name).parent / copied) if name else ""
        for name in (text.path, text.path_in_source)
    )
    return [replace(text, path=at, path_in_source=within, sha256=sha256)]


def _ancestor(template: Input, plan: Plan) -> dict[str, object]:
    """Return a template, with a name that does not depend on where its source is."""
    if template.source is None:
        return _file(template.path, template.sha256)
    file = _file(template.path_in_source, template.sha256)
    package = _package_of(template, plan)
    if package is None:
        return {**file, "group": template.source}
    purl = _purl(package.distribution, package.version)
    within = quote(template.path_in_source)
    return {**file, "version": package.version, "purl": f"{purl}#{within}"}


def _package_of(template: Input, plan: Plan) -> UsedSource | None:
    """Return the distribution that a template is from."""
    return next(
        (
            used
            for used in plan.rendering.sources
            if used.distribution and used.name == template.source
        ),
        None,
    )
