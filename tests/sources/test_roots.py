"""
Sources that are directories of the project.

In AGPM only a private manifest can name one; names and paths are those of AGPM then
(semantics, 3.2).
"""

import json

import pytest

from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import ConfigError, SourceError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_manifest, render_project

FACTS = (
    "{% set r = agpm.resource %}{{ r.name }}|{{ r.path }}|{{ r.source }}|"
    "{{ r.version }}|{{ r.resolved_commit is string }}|{{ r.install_path }}"
)
SHARED = '[sources]\nshared = "./shared"\n'


def template(path="", body=FACTS):
    """Return a template, which depends on a snippet if there is a path."""
    dependency = (
        f"  dependencies:\n    snippets:\n      - path: {path}\n" if path else ""
    )
    return f"---\nagpm:\n  templating: true\n{dependency}---\n{body}"


def body(resource):
    return resource.document[resource.body :].decode()


def test_names_and_paths_are_relative_to_the_source(render_files):
    (found,) = render_files(
        {"shared/agents/a.md": template()},
        SHARED + '[agents]\na = { source = "shared", path = "agents/a.md" }\n',
    )
    assert body(found) == (
        "agents/a|agents/a.md|shared|local|true|.claude/agents/agpm/a.md"
    )
    assert (found.source, found.source_path) == ("shared", "shared/agents/a.md")


def test_without_a_source_the_value_is_none(render_files):
    (found,) = render_files({"a.md": template()}, '[agents]\na = "a.md"\n')
    assert body(found) == "a|a.md|||false|.claude/agents/agpm/a.md"
    assert found.source is None


@pytest.mark.parametrize("path", ["../snippets/x.md", "snippets/x.md"])
def test_dependencies_are_of_the_same_source(path, render_files):
    dependency = (
        "{% for k, d in agpm.deps.snippets %}{{ k }} {{ d.name }} {{ d.source }} "
        "{{ d.content }}{% endfor %}"
    )
    found = render_files(
        {
            "shared/agents/a.md": template(path, dependency),
            "shared/snippets/x.md": template(),
            "snippets/x.md": "another",
        },
        SHARED + '[agents]\na = { source = "shared", path = "agents/a.md" }\n',
    )
    assert body(found[0]) == (
        "x snippets/x shared snippets/x|snippets/x.md|shared|local|true|"
        ".claude/snippets/agpm/x.md"
    )


def test_one_file_by_a_source_and_by_its_path_is_two_resources(render_files):
    """AGPM does the same: the source is a part of a resource's identity."""
    found = render_files(
        {
            "agents/b.md": template("../shared/snippets/x.md", "b"),
            "shared/agents/a.md": template("../snippets/x.md", "a"),
            "shared/snippets/x.md": "X",
        },
        SHARED + '[agents]\na = { source = "shared", path = "agents/a.md" }\n'
        'b = "agents/b.md"\n',
    )
    facts = [(r.name, r.source, r.install_path) for r in found if r.type == "snippet"]
    assert facts == [
        ("shared/snippets/x", None, ".claude/snippets/agpm/shared/snippets/x.md"),
        ("snippets/x", "shared", ".claude/snippets/agpm/x.md"),
    ]


def test_a_pattern_starts_at_the_source(render_files):
    found = render_files(
        {"shared/agents/a.md": "A", "shared/agents/b.md": "B", "agents/c.md": "C"},
        SHARED + '[agents]\nall = { source = "shared", path = "agents/*.md" }\n',
    )
    assert [(r.name, r.source, r.is_match) for r in found] == [
        ("agents/a", "shared", True),
        ("agents/b", "shared", True),
    ]


def test_skills_and_patches_work_in_a_source(render_files):
    found = render_files(
        {"shared/skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\nB\n"},
        SHARED + '[skills]\nk = { source = "shared", path = "skills/k" }\n'
        "[patch.skills.k]\nmodel = 'm'\n",
    )
    assert found[0].name == "skills/k"
    assert found[0].install_path == ".claude/skills/agpm/k"
    assert "model: m\n" in found[0].text


def test_content_starts_at_the_manifest(render_files):
    (found,) = render_files(
        {
            "shared/a.md": template(body="{{ 'x.txt' | content }}"),
            "x.txt": "above",
            "shared/x.txt": "in the source",
        },
        SHARED + '[agents]\na = { source = "shared", path = "a.md" }\n',
    )
    assert body(found) == "above"


@pytest.mark.parametrize("path", ["../shared", "../shared/.", "../ai/../shared"])
def test_a_source_may_be_beside_the_manifest(path, write_files):
    root = write_files(
        {
            "ai/agpm.toml": f'[sources]\ns = "{path}"\n'
            '[agents]\na = { source = "s", path = "a.md" }\n',
            "shared/a.md": template("./x.md"),
            "shared/x.md": "X",
        }
    )
    found = render_manifest(root / "ai/agpm.toml", boundary=root)
    assert [(r.name, r.source_path) for r in found] == [
        ("a", "shared/a.md"),
        ("x", "shared/x.md"),
    ]


def test_the_index_names_the_source(write_files):
    root = write_files({"pkg/__init__.py": "", "shared/a.md": "A", "b.md": "B"})
    table = {
        "sources": {"shared": "shared"},
        "agents": {"a": {"source": "shared", "path": "a.md"}, "b": "b.md"},
    }
    context = BuildContext(
        root, {"tool": {"hatch-agpm": table}}, metadata={}, distribution="pkg"
    )
    rendering = render_project(read_built_project(context), context)
    bundle = build_bundle(
        rendering, output="pkg/prompts", distribution="pkg", version="1"
    )
    index = json.loads(bundle.files["index.json"].data)
    assert [entry["source"] for entry in index["resources"]] == ["shared", None]


def test_an_unused_source_may_be_a_repository(render_files):
    manifest = '[sources]\nx = "https://e.org/x.git"\n[agents]\na = "a.md"\n'
    assert [r.name for r in render_files({"a.md": "A"}, manifest)] == ["a"]


def test_a_dependency_must_not_leave_the_source(render_files):
    """AGPM does the same."""
    with pytest.raises(SourceError, match="leads out of the source") as caught:
        render_files(
            {"shared/a.md": template("../x.md"), "x.md": "X"},
            SHARED + '[agents]\na = { source = "shared", path = "a.md" }\n',
        )
    assert (caught.value.path, caught.value.line) == ("shared/a.md", 6)


def test_a_link_must_not_point_out_of_the_source(write_files, render_files):
    root = write_files({"x.md": "X", "shared/y.md": "Y"})
    (root / "shared/a.md").symlink_to("../x.md")
    with pytest.raises(ConfigError, match="leads out of the source") as caught:
        render_files(
            {}, SHARED + '[agents]\na = { source = "shared", path = "a.md" }\n'
        )
    assert caught.value.key == "agpm.toml: agents.a.path:"
