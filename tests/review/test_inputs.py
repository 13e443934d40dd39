"""The files of all texts are one graph, and each question about it costs little."""

from __future__ import annotations

from dataclasses import replace

import pytest
from input_graphs import chain, ladder, snapshot, star

from hatch_agpm.review import InputFile, InputGraph, compare
from hatch_agpm.review.components import components

SHAPES = {"chain": chain, "ladder": ladder, "star": star}


def graph_of(uses):
    return InputGraph(
        [
            InputFile(path=f"f{number}", sha256="1", uses=tuple(used))
            for number, used in enumerate(uses)
        ]
    )


def bits(*numbers):
    return sum(1 << number for number in numbers)


@pytest.mark.parametrize(
    ("uses", "groups"),
    [
        ([], []),
        ([()], [[0]]),
        ([(1,), (2,), ()], [[2], [1], [0]]),
        ([(1,), (0,)], [[0, 1]]),
        ([(0,)], [[0]]),
        ([(1, 2), (3,), (3,), ()], [[3], [1], [2], [0]]),
        ([(1,), (2,), (1, 3), ()], [[3], [1, 2], [0]]),
        ([(), (0, 2), (1,)], [[0], [1, 2]]),
        # 1 reaches 3 also by a node that is done.
        ([(1, 2), (3,), (1,), (2,)], [[1, 2, 3], [0]]),
    ],
)
def test_nodes_come_after_those_that_they_use(uses, groups):
    assert [sorted(group) for group in components(uses)] == groups


def test_what_is_reached_is_known_for_each_node():
    graph = graph_of([(1, 2), (3,), (3,), ()])
    paths = {f"f{number}": number for number in range(4)}
    assert graph.reached_paths(paths) == [0b1111, 0b1010, 0b1100, 0b1000]
    assert graph.reached_from([(0,), (1,), (2, 3)]) == [0b001, 0b011, 0b101, 0b111]


def test_nodes_of_a_cycle_reach_the_same():
    graph = graph_of([(1,), (2,), (1, 3), ()])
    paths = {f"f{number}": number for number in range(4)}
    assert graph.reached_paths(paths) == [0b1111, 0b1110, 0b1110, 0b1000]
    assert graph.reached_from([(0,), (2,)]) == [0b01, 0b11, 0b11, 0b11]


@pytest.mark.parametrize("uses", [chain(5_000), [*chain(5_000)[:-1], (0,)]])
def test_long_chains_and_cycles_need_no_recursion(uses):
    graph = graph_of(uses)
    paths = {file.path: number for number, file in enumerate(graph.files)}
    assert graph.reached_paths(paths)[0] == bits(*range(5_000))
    assert graph.reached([0]) == [*range(5_000)]


def compared(make, size, changed=None):
    uses = make(size)
    changed = [len(uses) - 1] if changed is None else changed
    old, new = snapshot(uses), snapshot(uses, changed=changed)
    return lambda: compare(old, new)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_change_has_one_cause_in_all_texts_that_are_made_of_it(shape):
    changes = compared(SHAPES[shape], 20)().changes
    assert {cause.what for each in changes for cause in each.causes} == {
        f"f{len(SHAPES[shape](20)) - 1:05}.md"
    }
    assert all(len(each.causes) == 1 for each in changes)
    # All texts, but in the ladder not that of the other file of the last level.
    assert len(changes) == len(SHAPES[shape](20)) - (shape == "ladder")


@pytest.mark.parametrize("shape", SHAPES)
def test_comparing_costs_as_much_as_there_are_files(shape, count_calls):
    few, more, many = (
        count_calls(compared(SHAPES[shape], size)).total() for size in (100, 200, 400)
    )
    assert many - more < 2.3 * (more - few)


def test_files_that_come_and_go_are_causes():
    old = snapshot([(1, 2), (), (), ()], texts=[0, 1])
    new = snapshot([(1, 3), (), (), ()], changed=[1], texts=[0, 1])
    first, second = compare(old, new).changes
    assert [(cause.what, cause.how) for cause in first.causes] == [
        ("f00001.md", "changed"),
        ("f00002.md", "removed"),
        ("f00003.md", "added"),
    ]
    assert [cause.what for cause in second.causes] == ["f00001.md"]


def test_a_file_that_is_reached_by_another_way_is_not_a_cause():
    old = snapshot([(1,), (2,), ()], texts=[0])
    new = snapshot([(1, 2), (2,), ()], changed=[0], texts=[0])
    (change,) = compare(old, new).changes
    assert [cause.what for cause in change.causes] == ["f00000.md"]


def test_renaming_all_texts_costs_as_much_as_there_are(count_calls):
    def renamed(count):
        old = snapshot([()] * count)
        new = snapshot([()] * count)
        texts = {f"n{name}": text for name, text in new.texts.items()}
        old_texts = {name: unlike(text) for name, text in old.texts.items()}
        moved = {name: unlike(text, name) for name, text in texts.items()}
        return compare(of(old, old_texts), of(new, moved))

    assert {each.kind for each in renamed(20).changes} == {"renamed"}
    few, more, many = (count_calls(renamed, count).total() for count in (100, 200, 400))
    assert many - more < 2.3 * (more - few)


def unlike(text, name=None):
    """Return a text with bytes of its own."""
    return replace(text, name=name or text.name, data=str(text.tops).encode())


def of(found, texts):
    return replace(found, texts=texts)
