"""Without its marks, a text is what a build renders."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import HEAD
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.cli.project import open_project
from hatch_agpm.model.rendering import Input
from hatch_agpm.rendering.marking import MarkedText, MarkedTexts, marked_texts
from hatch_agpm.rendering.marking.marks import ContentMarks

LIBRARY = Path(__file__).parents[3] / "shared/corpus/agpm-resources"
FILE = Input(path="a.md", sha256="")
OTHER = Input(path="b.md", sha256="", source="lib", path_in_source="c.md")


@pytest.fixture
def marks():
    return ContentMarks()


TEXTS = st.text(st.characters(max_codepoint=0xD7FF))


@given(TEXTS, TEXTS, TEXTS)
def test_the_parts_between_marks_are_what_was_embedded(before, text, behind):
    marks = ContentMarks()
    whole = f"{before}{text}{behind}"

    spans = marks.spans(f"{before}{marks.around(text, FILE)}{behind}", whole)

    inside = [whole[each.start : each.end] for each in spans]
    assert inside == ([text.strip()] if text.strip() else [])


def test_nested_marks_are_nested_spans(marks):
    inner = marks.around("x", OTHER)
    marked = f"1 {marks.around(f'2 {inner} 3', FILE)} 4"

    (outer,) = marks.spans(marked, "1 2 x 3 4")

    assert (outer.start, outer.end, outer.file) == (2, 7, "a.md")
    (found,) = outer.inner
    assert (found.start, found.end, found.file) == (2, 3, "lib:c.md")


@pytest.mark.parametrize("change", [str.upper, len, lambda text: text[:-1]])
def test_a_changed_text_has_no_known_parts(marks, change):
    marked = marks.around("ab", FILE)

    assert marks.spans(str(change(marked)), "ab") is None


@pytest.mark.parametrize("is_start", [True, False])
def test_marks_without_a_counterpart_are_not_used(marks, is_start):
    start, end = marks.pair(FILE)

    assert marks.spans(f"x{start if is_start else end}y", "xy") is None


def test_a_text_with_such_characters_has_no_known_parts(marks):
    text = f"x{marks.around('x', FILE)[-1]}"

    assert marks.spans(text, text) is None


def test_a_text_is_known_by_its_body_if_its_frontmatter_differs(marks):
    text = "---\na: x\n---\n\nx y\n"
    marked = text.replace("x", marks.around("x", FILE))
    known = MarkedText(template="t.md", text=text, spans=marks.spans(marked, text))
    found = MarkedTexts((known,))

    assert len(found.spans("t.md", text)) == 2
    (span,) = found.spans("t.md", "---\nname: n\na: x\n---\nx y\n")
    assert (span.start, span.end) == (21, 22)
    assert found.spans("t.md", "---\na: x\n---\nz\n") is None
    assert found.spans("u.md", text) is None


def test_the_texts_of_a_library_are_the_same_without_marks(tmp_path):
    if not LIBRARY.is_dir():
        pytest.skip("the library is not here")
    root = tmp_path / "library"
    shutil.copytree(LIBRARY, root)
    (root / "acme").mkdir()
    (root / "acme/__init__.py").write_text("")
    table = 'manifest = "examples/local/agpm.toml"\n'
    (root / "pyproject.toml").write_text(HEAD + table)
    plan = open_project(root).plan()

    found = marked_texts(plan.project, plan.context)

    embedding = 0
    for each in plan.rendering.resources:
        if not isinstance(each.text, str):
            continue
        spans = found.spans(each.source_path, each.text)
        assert spans is not None, each.source_path
        embedding += bool(spans)
        for span in spans:
            assert span.file in {node.path for node in each.inputs}
            assert each.text[span.start : span.end].strip()
    assert embedding > 50
