"""What the index of a bundle says: the files of its prompts, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import BundleError
from hatch_agpm.formats.archives import FileDigest
from hatch_agpm.formats.toml import list_of_tables
from hatch_agpm.installed.index import damage_of, schema_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["INDEX", "AuditedBundle", "DescribedBundle", "read_index"]

INDEX: Final = "index.json"
_LARGEST: Final = 1 << 62
_FACTS: Final = ("distribution", "version")
_LONGEST: Final = 1000
"""The characters of a name or a version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditedBundle:
    """The description of one bundle by its index."""

    directory: str
    """The path in the wheel, without a slash at its end; "" without prompts."""

    distribution: str
    version: str
    prompts: int
    size: int
    """The number of bytes of all prompts together."""

    exported: int = 0
    """The number of exported files."""

    @property
    def summary(self) -> str:
        """What is in it, in a few words."""
        number = f"{self.prompts} prompt{'s' * (self.prompts != 1)}"
        parts = [f"{number} in {self.directory}, {self.size:,} bytes"]
        if not self.directory:
            parts = []
        if self.exported:
            parts.append(f"{self.exported} exported files")
        return "; ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribedBundle:
    """A bundle as its index has it."""

    audited: AuditedBundle
    plan: Mapping[str, FileDigest]
    """The files of the prompts, and exported templates."""

    names: tuple[str, ...]
    """The full names, sorted."""

    programs: tuple[str, ...]
    """The files that say how texts with run-time logic are filled in."""


def read_index(directory: str, index: dict[str, object]) -> DescribedBundle:
    """Return what an index says; raises BundleError for one that cannot be used."""
    path = f"{directory}/{INDEX}"
    if problem := schema_problem(index):
        raise BundleError(path, problem, "verify it with the version that built it")
    try:
        plan = dict(_planned(directory, index["resources"]))
        prompts = sum(file.size for file in plan.values())
        plan |= _exported_templates(directory, index.get("templates"))
        entries = [*list_of_tables(index["resources"])]
        names = {str(entry["full_name"]) for entry in entries}
        programs = {str(each) for entry in entries if (each := entry.get("program"))}
        facts = {key: str(index.get(key, ""))[:_LONGEST] for key in _FACTS}
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BundleError(path, f"is damaged: {damage_of(error)}") from None
    bundle = AuditedBundle(
        directory=directory,
        distribution=facts["distribution"],
        version=facts["version"],
        prompts=len(names),
        size=prompts,
    )
    return DescribedBundle(
        audited=bundle,
        plan=plan,
        names=tuple(sorted(names)),
        programs=tuple(f"{directory}/{each}" for each in sorted(programs)),
    )


def _planned(directory: str, resources: object) -> Iterator[tuple[str, FileDigest]]:
    for entry in list_of_tables(resources):
        yield f"{directory}/{entry['path']}", _file(entry)
        for file in list_of_tables(entry["files"]):
            yield f"{directory}/{entry['full_name']}/{file['path']}", _file(file)


def _exported_templates(directory: str, templates: object) -> dict[str, FileDigest]:
    if not isinstance(templates, dict):
        return {}
    return {
        f"{directory}/{templates['directory']}/{file['path']}": _file(file)
        for file in list_of_tables(templates["files"])
    }


def _file(entry: dict[str, object]) -> FileDigest:
    size, sha256 = entry["size"], entry["sha256"]
    if not isinstance(size, int) or not isinstance(sha256, str):
        raise TypeError(size, sha256)
    if isinstance(size, bool) or not 0 <= size <= _LARGEST:
        raise LookupError("a file has a size that no file can have")
    return FileDigest(size=size, sha256=sha256, executable=bool(entry["executable"]))
