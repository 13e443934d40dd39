"""The keys of `agpm.deps` (AGPM semantics, 2.6)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.errors import AgpmError, ConflictError, ProblemsError
from hatch_agpm.rendering.resolution.keys import Dependency, keyed


@dataclass(frozen=True)
class Named:
    name: str
    file: str


def keys_of(*declarations):
    """Key the files of declarations: a path, or a path and a name."""
    dependencies = []
    for declaration in declarations:
        path, name = (
            declaration if isinstance(declaration, tuple) else (declaration, "")
        )
        resource = Named(path.rpartition(".")[0], path)
        dependencies.append(Dependency(name=name or None, resource=resource))
    found = keyed(dependencies, "agents/a.md")
    return {key: resource.file for key, resource in found.items()}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("snippets/my-s.md", "my_s"),
        ("snippets/rust-1.70.md", "rust_1"),
        ("rust-1.70.md", "rust_1.70"),
        ("snippets/a.b.c.md", "a.b"),
        ("snippets/x.tar.gz", "x"),
        ("../shared/a-b.md", "a_b"),
        ("snippets/01_intro.md", "01_intro"),
        ("snippets/a b é.md", "a b é"),
        ("deep/er/x.md", "x"),
    ],
)
def test_a_file_has_the_key_that_agpm_makes_of_its_name(path, key):
    assert keys_of(path) == {key: path}


def test_a_name_is_one_more_key():
    assert keys_of(("s/my-s.md", "best-one")) == {
        "best_one": "s/my-s.md",
        "my_s": "s/my-s.md",
    }


def test_names_of_files_with_further_dots_count():
    assert keys_of(("s/rust-1.70.md", "rust")) == {
        "rust": "s/rust-1.70.md",
        "rust_1": "s/rust-1.70.md",
    }


def test_keys_are_sorted():
    assert list(keys_of("s/b.md", ("s/a.md", "c"))) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "declarations",
    [
        ["s/x.md", "s/x.md"],
        [("s/x.md", "x"), "s/x.md"],
        [("s/x.md", "x"), ("s/x.md", "x")],
    ],
)
def test_one_file_may_be_declared_again(declarations):
    assert keys_of(*declarations) == {"x": "s/x.md"}


def test_one_file_may_have_several_names():
    assert list(keys_of(("s/x.md", "y"), ("s/x.md", "z"))) == ["x", "y", "z"]


def test_a_shared_key_is_dropped_where_every_file_has_a_name():
    found = keys_of(("x/u.md", "first"), ("y/u.md", "second"))
    assert found == {"first": "x/u.md", "second": "y/u.md"}


def test_a_shared_key_may_be_the_name_of_one():
    found = keys_of(("x/u.md", "u"), ("y/u.md", "other"))
    assert found == {"other": "y/u.md", "u": "x/u.md"}


@pytest.mark.parametrize(
    ("declarations", "files", "key"),
    [
        (["x/u.md", "y/u.md"], "x/u.md and y/u.md", "u"),
        ([("x/u.md", "first"), "y/u.md"], "x/u.md and y/u.md", "u"),
        (["s/a-b.md", "s/a_b.md"], "s/a-b.md and s/a_b.md", "a_b"),
        (["s/x-1.0.md", "s/x-1.1.md"], "s/x-1.0.md and s/x-1.1.md", "x_1"),
        ([("s/s.md", "t"), "s/t.md"], "s/s.md and s/t.md", "t"),
        ([("s/s.md", "n"), ("s/t.md", "n")], "s/s.md and s/t.md", "n"),
        ([("s/s.md", "a-b"), ("s/t.md", "a_b")], "s/s.md and s/t.md", "a_b"),
        (["z/u.md", "x/u.md", "y/u.md"], "x/u.md and y/u.md and z/u.md", "u"),
    ],
)
def test_a_key_of_two_files_is_an_error(declarations, files, key):
    with pytest.raises(ConflictError) as raised:
        keys_of(*declarations)
    assert raised.value.paths == tuple(files.split(" and "))
    assert f"the dependency '{key}' of" in raised.value.what


def test_all_conflicts_are_reported_at_once():
    with pytest.raises(ProblemsError) as raised:
        keys_of("x/u.md", "y/u.md", "x/b.md", "y/b.md")
    assert [problem.paths for problem in raised.value.problems] == [
        ("x/b.md", "y/b.md"),
        ("x/u.md", "y/u.md"),
    ]


PATHS = st.sampled_from(["x/u.md", "y/u.md", "x/v.md", "w.md", "x/v-1.2.md"])
NAMES = st.sampled_from(["", "u", "v", "n", "m", "w"])


@given(st.lists(st.tuples(PATHS, NAMES), max_size=6))
def test_every_file_is_reached_by_each_of_its_names(declarations):
    try:
        found = keys_of(*declarations)
    except AgpmError:
        return
    assert set(found.values()) == {path for path, _ in declarations}
    assert all(found[name] == path for path, name in declarations if name)
