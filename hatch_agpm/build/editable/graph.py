"""
The graph of resources: what each was made of, and what has to be made again with it.

A rendering leaves it for the next one.  Files are named by their paths relative to the
project, resources by their keys.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hatch_agpm.bundle.layout import base_name
from hatch_agpm.config.tools import MERGED
from hatch_agpm.model.rendering import Input, InputNode
from hatch_agpm.model.types import section_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hatch_agpm.model.rendering import RenderedResource, ResourceUse

__all__ = ["KnownResource", "ResourceGraph", "known_resource"]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownResource:
    """A resource that was rendered: what it was made of, and what it shares."""

    key: str
    path: str
    """Its template."""

    alias: str | None
    """Its key in the manifest; None for a dependency."""

    uses: tuple[ResourceUse, ...]
    """The resources that it depends on."""

    embedded: tuple[str, ...]
    """The files that it embeds by path."""

    files: tuple[str, ...]
    """The other files of its directory, if it is a skill."""

    groups: tuple[str, ...]
    """The names that it could share: its text decides who has them."""

    name: str | None = None
    """Its section and name in the bundle; None if it is not there."""

    is_independent: bool
    """Whether nothing but its own files and its index entry has its text."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The files that its text depends on, but for those of its dependencies."""
        return (self.path, *self.embedded, *self.files)


def known_resource(resource: RenderedResource, *, is_agpm: bool) -> KnownResource:
    """Return what the next rendering has to know of a resource."""
    path = resource.template.file.path
    section = section_of(resource.type)
    groups = []
    if resource.install is not False:
        groups.append(f"{section}/{base_name(resource)}")
        if is_agpm and resource.install_path:
            groups.append(f"installed: {posixpath.normpath(resource.install_path)}")
    directory = posixpath.dirname(path)
    files = (f"{directory}/{each.path}" for each in resource.files)
    return KnownResource(
        key=resource.key,
        path=path,
        alias=resource.alias,
        uses=resource.uses,
        # The templates of its dependencies come first.
        embedded=tuple(
            node.file.path for node in resource.template.uses[len(resource.uses) :]
        ),
        files=tuple(each for each in files if each != path),
        groups=tuple(groups),
        is_independent=not resource.export and section not in MERGED,
    )


@dataclass(frozen=True, kw_only=True)
class ResourceGraph:
    """All resources of a project, by key."""

    resources: Mapping[str, KnownResource]

    @cached_property
    def of_file(self) -> Mapping[str, list[KnownResource]]:
        """The resources that each file is the template of."""
        found: dict[str, list[KnownResource]] = defaultdict(list)
        for each in self.resources.values():
            found[each.path].append(each)
        return found

    @cached_property
    def files(self) -> set[str]:
        """The files that texts were made of."""
        return {path for each in self.resources.values() for path in each.reads}

    @cached_property
    def _edges(self) -> Mapping[str, set[str]]:
        """The files that each template uses."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.resources.values():
            used = (use.path for use in each.uses)
            found[each.path].update(used, each.embedded, each.files)
        return found

    @cached_property
    def _users(self) -> Mapping[str, list[KnownResource]]:
        """The resources that depend on each resource; those that want it come first."""
        found: dict[str, list[KnownResource]] = defaultdict(list)
        for is_wanted in (True, False):
            for each in self.resources.values():
                for use in each.uses:
                    if use.is_wanted == is_wanted:
                        found[use.key].append(each)
        return found

    def users_of(self, paths: Iterable[str]) -> set[str]:
        """Return these files and all whose texts depend on them."""
        users: dict[str, list[str]] = defaultdict(list)
        for path, used in self._edges.items():
            for each in used:
                users[each].append(path)
        return _reached(paths, users)

    def used_by(self, paths: Iterable[str]) -> set[str]:
        """Return these files and all that their texts depend on."""
        return _reached(paths, self._edges)

    def witnesses(self, paths: set[str]) -> set[str]:
        """
        Return other templates by which those in `paths` are what they are.

        Whether a resource exists, and whether it is in the bundle, depends on those
        that use it; one of these is enough, if it wants what any of them wants.
        """
        found: set[str] = set()
        waiting = [each for path in paths for each in self.of_file.get(path, ())]
        while waiting:
            users = self._users.get(waiting.pop().key, [])
            outside = [each for each in users if each.path not in paths]
            for user in outside[:1]:
                if user.path not in found:
                    found.add(user.path)
                    waiting += self.of_file[user.path]
        return found

    def concerned(self, paths: set[str], now: Iterable[KnownResource]) -> set[str]:
        """
        Return the templates that are made again since those in `paths` are.

        `now` are the resources that these have now.  Concerned are those that gained or
        lost one of them as a user, and those that share a name with one of them.
        """
        before = [each for path in paths for each in self.of_file.get(path, ())]
        after = list(now)
        changed = _uses(before) ^ _uses(after)
        groups = {group for each in (*before, *after) for group in each.groups}
        return {use.path for _, use in changed}.union(
            *(self._sharing.get(group, ()) for group in groups)
        )

    @cached_property
    def _sharing(self) -> Mapping[str, set[str]]:
        """The templates of the resources of each group."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.resources.values():
            for group in each.groups:
                found[group].add(each.path)
        return found

    def templates(self, digests: Mapping[str, str]) -> dict[str, InputNode]:
        """Return the template of each resource, by the digests of all files."""
        inputs = {path: _input(path, digest) for path, digest in digests.items()}
        found: dict[str, InputNode] = {}
        for key in self.resources:
            waiting = [key]
            while waiting:
                each = self.resources[waiting[-1]]
                missing = [use.key for use in each.uses if use.key not in found]
                if missing:
                    waiting += missing
                    continue
                embedded = (InputNode(file=inputs[path]) for path in each.embedded)
                used = (found[use.key] for use in each.uses)
                node = InputNode(file=inputs[each.path], uses=(*used, *embedded))
                found.setdefault(waiting.pop(), node)
        return found


def _input(path: str, digest: str) -> Input:
    sha256 = digest.removesuffix("x")
    return Input(path=path, sha256=sha256, executable=digest != sha256)


def _uses(resources: Iterable[KnownResource]) -> set[tuple[str, ResourceUse]]:
    return {(each.key, use) for each in resources for use in each.uses}


def _reached(paths: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return these nodes of a graph, and all to which its edges lead from them."""
    found = set(paths)
    waiting = [*found]
    while waiting:
        new = {each for each in edges.get(waiting.pop(), ()) if each not in found}
        found |= new
        waiting += new
    return found
