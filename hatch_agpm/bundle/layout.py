"""
The path of each resource in the wheel, and the name by which code reads it.

Names follow from the manifest, never from the order of the resources.  Resources that
need the same path or the same Python attribute are errors; none is renamed.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hatch_agpm.errors import AgpmError, BundleError, ConflictError, raise_problems
from hatch_agpm.formats.file_names import faults, folded, split_extension
from hatch_agpm.model.rendering import FileContent
from hatch_agpm.model.types import (
    AGPM_SECTIONS,
    PLAIN,
    SKILL_FILE,
    full_name_of,
    section_of,
)
from hatch_agpm.model.variants import variant_hash
from hatch_agpm.runtime._prompt import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["TYPES", "Shipped", "attribute_path", "base_name", "lay_out"]

TYPES = tuple(sorted(AGPM_SECTIONS))
"""The sections, which are the directories of a bundle, sorted."""

_RESERVED = frozenset(("mcp_servers", *AGPM_SECTIONS))


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One name of a bundle and the resources that are read by it."""

    section: str
    """Of its type, which is the directory: `agents`."""

    name: str
    tail: str
    """The part of the path after the name: `.md`, `/SKILL.md` or nothing."""

    own_path: str = ""
    """The path in the output directory that the template has itself, if it is there."""

    resources: tuple[RenderedResource, ...]
    """The resources with these bytes: several if tools or variants have equal ones."""

    @property
    def full_name(self) -> str:
        """The argument of `load`: `agents/backend-engineer`; the name of a prompt."""
        return full_name_of(self.section, self.name)

    @property
    def path(self) -> str:
        """The file with the text, relative to the bundle's directory."""
        return self.own_path or self.full_name + self.tail

    @property
    def program(self) -> bytes:
        """The file of the program that fills the text in, b"" without one."""
        program = self.resources[0].program
        return f"{program}\n".encode() if program else b""

    @property
    def program_path(self) -> str:
        """The program that fills the text in, if it has one."""
        return f"_programs/{self.path}.json"

    @property
    def directory(self) -> str:
        """The directory of a skill, relative to the bundle's directory."""
        return self.path.removesuffix(f"/{SKILL_FILE}")

    @property
    def identifier(self) -> str | None:
        """The attribute, with dots (`team.lead`); None if the name cannot be one."""
        return attribute_path(self.name)

    @cached_property
    def files(self) -> Mapping[str, FileContent]:
        """The files of this name, by path in the bundle."""
        first = self.resources[0]
        if first.type != "skill":
            executable = any(resource.executable for resource in self.resources)
            return {self.path: FileContent(data=first.document, executable=executable)}
        files = {f"{self.directory}/{file.path}": file.content for file in first.files}
        executable = self.path in files and files[self.path].executable
        own = FileContent(data=first.document, executable=executable)
        return files | {self.path: own}


def attribute_path(name: str) -> str | None:
    """
    Return a name as code has it after a module: `team.lead` for `team/lead`.

    Returns None if a part of it cannot be written as an attribute.
    """
    parts = [identifier(part) for part in name.split("/")]
    return ".".join(parts) if all(parts) else None


def lay_out(
    resources: Sequence[RenderedResource], *, output: str = ""
) -> tuple[Shipped, ...]:
    """
    Return the name and path of every resource that is shipped, sorted by full name.

    A manifest entry is named by its key, a dependency (and each match of a pattern) by
    its canonical name.  Where versions for two tools, or two variants, differ in bytes,
    their names get a suffix; where two files differ only in their extension, it becomes
    part of the name.  A resource with a key of its own in the manifest is always named
    by the key.

    A template that is in the directory `output` of the tree keeps its path there.

    Raises `ConflictError` for two resources with one name, one attribute or one path on
    some file system, `BundleError` for names that are not portable file names; several
    problems as `ProblemsError`.
    """
    shipping = [resource for resource in resources if resource.install is not False]
    problems: list[AgpmError] = []
    shipped: list[Shipped] = []
    groups: dict[tuple[str, str], list[RenderedResource]] = defaultdict(list)
    for resource in shipping:
        groups[section_of(resource.type), base_name(resource)].append(resource)
    for (section, base), group in sorted(groups.items()):
        try:
            shipped += _name_apart(section, base, group, output)
        except ConflictError as problem:
            problems.append(problem)
    shipped = _with_one_path(shipped)
    shipped.sort(key=lambda item: (item.section, item.name))
    problems += _unportable(shipped)
    problems += _reserved(shipped)
    problems += _name_clashes(shipped)
    problems += _path_clashes(shipped)
    raise_problems(problems)
    return tuple(shipped)


# --- names ------------------------------------------------------------------------


def _is_keyed(resource: RenderedResource) -> bool:
    # All matches of a pattern have its key as alias, so the key cannot name them.
    return resource.alias is not None and not resource.is_match


def base_name(resource: RenderedResource) -> str:
    """Return the name of a resource if no other one in the bundle has the same."""
    if resource.bundle_name is not None:
        return resource.bundle_name
    if resource.alias is not None and _is_keyed(resource):
        return resource.alias
    parts = list(
        itertools.dropwhile(lambda part: part in {".", ".."}, resource.name.split("/"))
    )
    if len(parts) > 1 and parts[0] == section_of(resource.type):
        del parts[0]
    return "/".join(parts)


def _tail(resource: RenderedResource) -> str:
    """Return the rest of the name of the file, after the name of the resource."""
    if resource.type == "skill":
        return f"/{SKILL_FILE}"
    file = PurePosixPath(resource.source_path)
    tail = file.suffix
    if resource.bundle_name is not None:
        tail = split_extension(file.name)[1] or tail
    # A name that has the extension already, as `run.sh` beside `run.py`, gets no
    # second.
    has_own = _is_keyed(resource) or resource.bundle_name is not None
    return "" if has_own and base_name(resource).endswith(tail) else tail


def _content(resource: RenderedResource) -> tuple[object, ...]:
    # Texts with equal bytes and different run-time variables are different.
    files = tuple((file.path, file.data) for file in resource.files)
    filling = (resource.runtime, resource.embedded_spans, resource.program)
    return (resource.document, *filling, files)


def _name_apart(
    section: str,
    base: str,
    group: list[RenderedResource],
    output: str,
) -> Iterator[Shipped]:
    """Yield different names for the resources that would share the name `base`."""
    by_tail: dict[str, list[RenderedResource]] = defaultdict(list)
    for resource in group:
        by_tail[_tail(resource)].append(resource)
    for tail, versions in sorted(by_tail.items()):
        named = any(_is_keyed(resource) for resource in versions)
        apart = len(by_tail) > 1 and not named
        for suffix, same in sorted(_by_suffix(section, base, versions).items()):
            yield Shipped(
                section=section,
                name=base + suffix + (tail if apart else ""),
                tail="" if apart else tail,
                own_path="" if suffix else _own_path(same, output),
                resources=tuple(sorted(same, key=_order)),
            )


def _with_one_path(shipped: Sequence[Shipped]) -> list[Shipped]:
    """Take the template's own path from resources of which it has several."""
    count = Counter(item.own_path for item in shipped)
    return [
        replace(item, own_path="") if count[item.own_path] > 1 else item
        for item in shipped
    ]


def _own_path(resources: Sequence[RenderedResource], output: str) -> str:
    """Return the path of the one template in the output directory, "" if not there."""
    sources = {(each.source, each.source_path) for each in resources}
    (source, path), *more = sorted(sources, key=str)
    within = output and PurePosixPath(path).is_relative_to(output)
    if more or source is not None or not within:
        return ""
    return str(PurePosixPath(path).relative_to(output))


def _order(resource: RenderedResource) -> tuple[str, ...]:
    variant = variant_hash(resource.variables)
    return (resource.tool or "", variant, resource.name, resource.alias or "")


def _by_suffix(
    section: str,
    base: str,
    versions: list[RenderedResource],
) -> dict[str, list[RenderedResource]]:
    """Group the versions of one file by the suffix that distinguishes their bytes."""
    if len({_content(resource) for resource in versions}) == 1:
        return {"": versions}
    label = _separator(versions)
    sources = sorted({resource.source_path for resource in versions})
    if label is None or len(sources) > 1:
        raise ConflictError(
            f"would all be '{section}/{base}' in the wheel",
            sources,
            "list each but one of them in the manifest, under a key of its own",
        )
    named = {_content(item) for item in versions if _is_keyed(item)}
    groups: dict[str, list[RenderedResource]] = defaultdict(list)
    for resource in versions:
        plain = len(named) == 1 and _content(resource) in named
        groups["" if plain else label(resource)].append(resource)
    return groups


def _separator(
    versions: list[RenderedResource],
) -> Callable[[RenderedResource], str] | None:
    """Return a function of the shortest suffix that differs for all different texts."""
    suffixes: tuple[Callable[[RenderedResource], str], ...] = (
        lambda resource: f"~{resource.tool}",
        lambda resource: f"~{variant_hash(resource.variables)[:8]}",
        lambda resource: f"~{resource.tool}~{variant_hash(resource.variables)[:8]}",
    )
    for suffix in suffixes:
        texts: dict[str, set[object]] = defaultdict(set)
        for resource in versions:
            texts[suffix(resource)].add(_content(resource))
        if all(len(same) == 1 for same in texts.values()):
            return suffix
    return None


# --- conflicts ----------------------------------------------------------------------


def _unportable(shipped: Iterable[Shipped]) -> Iterator[BundleError]:
    for item in shipped:
        for path in sorted(item.files):
            reason = next(faults(path), "")
            if reason:
                named = path == item.path and _is_keyed(item.resources[0])
                hint = "give the entry another key" if named else "rename the file"
                yield BundleError(
                    ascii(path)[1:-1] if not path.isprintable() else path,
                    f"is not a valid file name on every system: {reason}",
                    hint,
                )


def _name_clashes(shipped: Sequence[Shipped]) -> Iterator[ConflictError]:
    by_name = _repeated(shipped, lambda item: (item.section, item.name))
    for same in by_name.values():
        sources = sorted(
            {source.source_path for item in same for source in item.resources}
        )
        yield ConflictError(
            f"would all be '{same[0].full_name}' in the wheel",
            sources,
            "rename one of them",
        )
    yield from _attribute_clashes(shipped)


def _attribute_clashes(shipped: Sequence[Shipped]) -> Iterator[ConflictError]:
    """Yield names that are one attribute."""
    spelled: dict[str, list[Shipped]] = defaultdict(list)
    for item in shipped:
        if attribute := attribute_path(item.full_name):
            spelled[attribute].append(item)
    for attribute, same in sorted(spelled.items()):
        # Names that file systems confuse are reported as paths.
        if len({folded(item.full_name) for item in same}) > 1:
            yield ConflictError(
                f"would all be read as prompts.{attribute}",
                sorted(item.full_name for item in same),
                "rename one of them",
            )


def _reserved(shipped: Iterable[Shipped]) -> Iterator[ConflictError]:
    """Yield plain prompts whose names begin with the directory of a type."""
    for item in shipped:
        first = item.name.split("/")[0]
        if item.section == PLAIN and first in _RESERVED:
            sources = sorted({each.source_path for each in item.resources})
            yield ConflictError(
                f"cannot be the plain prompt '{item.name}': '{first}/' is for {first}",
                sources,
                f"list it under `{first.replace('_', '-')}`, or rename it",
            )


def _path_clashes(shipped: Sequence[Shipped]) -> Iterator[ConflictError]:
    """Yield paths that are one file, or a file and a directory, on some file system."""
    written: dict[str, dict[str, dict[str, bytes]]] = defaultdict(dict)
    for item in shipped:
        for path, file in item.files.items():
            same = written[folded(path)].setdefault(path, {})
            same[item.full_name] = file.data
    for one, spellings in sorted(written.items()):
        paths = sorted(spellings)
        if len(paths) > 1:
            yield ConflictError(
                "are the same file on systems that ignore case or composed letters",
                paths,
                "rename one of them",
            )
        elif len(set(spellings[paths[0]].values())) > 1:
            yield ConflictError("is claimed twice", paths, "rename one of them")
        for parent in PurePosixPath(one).parents:
            if str(parent) in written:
                yield ConflictError(
                    "are a file and a directory of one name",
                    [min(written[str(parent)]), *paths],
                    "rename one of them",
                )


def _repeated(
    shipped: Iterable[Shipped], key: Callable[[Shipped], tuple[str, str]]
) -> dict[tuple[str, str], list[Shipped]]:
    groups: dict[tuple[str, str], list[Shipped]] = defaultdict(list)
    for item in shipped:
        groups[key(item)].append(item)
    return {name: same for name, same in sorted(groups.items()) if len(same) > 1}
