"""What the page shows of a project, and of the same project as a wheel."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from commands import HEAD
from input_graphs import chain, ladder, snapshot, star

from hatch_agpm.cli.snapshots import open_with_sources
from hatch_agpm.preview import collect, render_page
from hatch_agpm.preview.filling import FillError, fill
from hatch_agpm.review import PackageSnapshot, SnapshotText
from hatch_agpm.tokens import counter

TONE = "prompts/snippets/tone.md"
FILES = {
    "pyproject.toml": f'{HEAD}hidden-text = ["prompts/hidden.md"]\n',
    "acme/__init__.py": "",
    TONE: "Be kind.\n",
    "prompts/hidden.md": "Translate.\U000e0068\U000e0069\n",
    "prompts/greeting.md": """\
---
description: Greets
dependencies:
  snippets: [{path: ./snippets/tone.md, name: tone}]
agpm:
  templating: true
  runtime: {user: {type: str, description: Who}, limit: {type: int, default: 5}}
---
\U0001f600 {{ agpm.project.name }}
{{ agpm.deps.snippets.tone.content }}
{{ user }} {{ limit }}
""",
    "prompts/agents/sort.md": """\
---
agpm:
  templating: true
  runtime: {tickets: [{title: str, urgent: bool}], note: str | None}
---
Sort.
{% for ticket in tickets %}{{ ticket.title }}{% if ticket.urgent %}!{% endif %}
{% endfor %}
""",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8", newline="")
    return open_with_sources(str(root))


@pytest.fixture(scope="module")
def preview(opened):
    return collect(opened.snapshot, counter(), sources=opened.sources)


def prompt(preview, name):
    (found,) = (each for each in preview.prompts if each.name == name)
    return found


def test_lines_of_an_embedded_file_are_shown_as_its_lines(preview):
    greeting = prompt(preview, "greeting")

    paths = [file.path for file in preview.files]
    (embedded,) = (each for each in greeting.origins if paths[each.file] == TONE)
    line = greeting.text.split("\n")[embedded.line - 1]
    assert (line, embedded.source_line) == ("Be kind.", 1)
    assert greeting.template == paths.index("prompts/greeting.md")
    ((file, uses),) = (preview.nodes[top] for top in greeting.tops)
    assert file == greeting.template
    assert [preview.nodes[each][0] for each in uses] == [paths.index(TONE)]


def test_placeholders_are_where_javascript_counts_them(preview):
    greeting = prompt(preview, "greeting")

    units = greeting.text.encode("utf-16-le")
    for variable in greeting.variables:
        ((start, end),) = variable.places
        shown = units[2 * start : 2 * end].decode("utf-16-le")
        assert shown == f"{{{{ {variable.name} }}}}"
    user, limit = greeting.variables
    assert (user.is_required, user.description) == (True, "Who")
    assert (limit.is_required, limit.default) == (False, 5)


def test_the_tokens_before_the_first_value_are_counted(preview):
    greeting = prompt(preview, "greeting")

    assert 0 < greeting.cached < greeting.tokens
    hidden = prompt(preview, "hidden")
    assert hidden.cached == hidden.tokens


def test_what_only_prints_single_values_is_left_to_the_page(preview):
    filling = prompt(preview, "greeting").filling

    assert (filling.is_live, filling.example) == (True, "")


def test_logic_is_shown_with_samples_of_the_declared_types(preview):
    filling = prompt(preview, "agents/sort").filling

    assert not filling.is_live
    assert filling.values == {
        "tickets": [{"title": "<title>", "urgent": True}],
        "note": "<note>",
    }
    assert "<title>!" in filling.example
    assert filling.problem == ""


def test_hidden_text_is_decoded(preview):
    (hidden,) = prompt(preview, "hidden").hidden

    assert (hidden.line, hidden.column, hidden.says) == (1, 11, "'hi'")


def test_values_are_filled_in_as_a_bundle_does(opened):
    found = opened.snapshot.texts["agents/sort"]

    text = fill(found, {"tickets": [{"title": "A", "urgent": False}]})
    assert "A\n" in text
    with pytest.raises(FillError, match="tickets"):
        fill(found, {"tickets": 3})


def test_without_sources_the_texts_have_no_origins_but_paths(opened):
    shown = collect(opened.snapshot, counter(), sources={})

    greeting = prompt(shown, "greeting")
    assert greeting.origins == ()
    assert shown.files[greeting.template].path == "prompts/greeting.md"
    assert shown.files[greeting.template].text is None


def snapshot_of(texts):
    found = {name: SnapshotText(name=name, data=data) for name, data in texts.items()}
    return PackageSnapshot(
        label="x", texts=MappingProxyType(found), metadata={"name": "x"}
    )


def test_changed_texts_come_first_and_removed_ones_are_listed():
    old = snapshot_of({"a": b"1", "b": b"1", "c": b"1", "gone": b"\xff"})
    new = snapshot_of({"a": b"1", "b": b"2", "c": b"1", "new": b"other"})

    shown = collect(new, counter(), sources={}, against=old)

    kinds = [(each.name, each.change and each.change.kind) for each in shown.prompts]
    assert kinds == [
        ("b", "changed"),
        ("new", "added"),
        ("gone", "removed"),
        ("a", None),
        ("c", None),
    ]


def test_bytes_have_a_size_and_no_text():
    (shown,) = collect(snapshot_of({"x": b"\xff\x00"}), counter(), sources={}).prompts

    assert (shown.text, shown.size, shown.tokens) == (None, 2, 0)


@pytest.mark.parametrize("make", [chain, ladder, star])
def test_the_page_grows_with_the_number_of_files(make, count_calls):
    sizes = []

    def write(size):
        shown = collect(snapshot(make(size)), counter(), sources={})
        sizes.append(len(render_page(shown)))

    calls = [count_calls(write, size).total() for size in (100, 200, 400)]
    for few, more, many in (sizes, calls):
        assert many - more < 2.3 * (more - few)


def test_the_page_has_the_graph_of_the_files():
    shown = collect(snapshot(ladder(2)), counter(), sources={})
    assert shown.nodes == ((0, (2, 3)), (1, (2, 3)), (2, ()), (3, ()))
    assert [each.tops for each in shown.prompts] == [(0,), (1,), (2,), (3,)]
