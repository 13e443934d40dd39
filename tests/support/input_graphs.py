"""Snapshots whose texts are made of many files, without a project."""

from __future__ import annotations

from hatch_agpm.review import InputFile, InputGraph, PackageSnapshot, SnapshotText


def chain(length):
    """Return for each file the one that it uses."""
    return [(number + 1,) if number + 1 < length else () for number in range(length)]


def ladder(levels):
    """Return two files for each level, each of which uses both of the next one."""
    last = 2 * (levels - 1)
    return [
        () if number >= last else (number // 2 * 2 + 2, number // 2 * 2 + 3)
        for number in range(2 * levels)
    ]


def star(count):
    """Return files that all use the last one."""
    return [(count,)] * count + [()]


def snapshot(uses, *, changed=(), label="x", texts=None):
    """Return a snapshot in which each file, or those given, is the template of one."""
    files = [
        InputFile(
            path=f"f{number:05}.md",
            sha256="2" if number in changed else "1",
            uses=tuple(used),
        )
        for number, used in enumerate(uses)
    ]
    graph = InputGraph(files)
    bits = {file.path: int(number in changed) for number, file in enumerate(files)}
    is_new = [mask & 2 for mask in graph.reached_paths(bits)]
    found = {}
    for number in range(len(files)) if texts is None else texts:
        found[f"t{number:05}"] = SnapshotText(
            name=f"t{number:05}",
            data=b"new" if is_new[number] else b"old",
            graph=graph,
            tops=(number,),
            entry={"type": "agent"},
        )
    return PackageSnapshot(label=label, texts=found, metadata={"name": "x"})
