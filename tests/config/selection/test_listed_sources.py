"""Items of arrays that list what is in a source."""

import pytest

from hatch_agpm import render_manifest
from hatch_agpm.errors import AgpmError, ProblemsError

HEAD = (
    '[project]\nname = "acme"\nversion = "1"\n[tool.hatch-agpm]\n'
    'sources.shared = "../shared"\n'
)
SKILL = "---\nname: net\ndescription: d\n---\n"
FILES = {
    "shared/tone.md": "Kind.",
    "shared/texts/a.txt": "A",
    "shared/texts/drafts/b.md": "B",
    "shared/texts/.hidden.md": "H",
    "shared/texts/run.py": "print()",
    "shared/skills/net/SKILL.md": SKILL,
    "shared/skills/other/SKILL.md": SKILL.replace("net", "other"),
    "p/prompts/own.md": "Own.",
}


@pytest.fixture
def names(write_files):
    """Return the names of the prompts of a table."""

    def found(table, files=None):
        root = write_files({**FILES, **(files or {}), "p/pyproject.toml": HEAD + table})
        rendered = render_manifest(
            root / "p/pyproject.toml", boundary=root, project={"name": "acme"}
        )
        return {(each.type, each.bundle_name) for each in rendered}

    return found


def item(section, **options):
    lines = [f"{key} = {value}" for key, value in options.items()]
    return "\n".join(
        [f"[[tool.hatch-agpm.{section}]]", 'source = "shared"', *lines, ""]
    )


TEXTS = {("agent", "a"), ("agent", "drafts/b")}
OWN = {("prompt", "own")}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (item("agents", path='"texts"'), {*TEXTS, *OWN}),
        (item("agents", path='"texts/"'), {*TEXTS, *OWN}),
        (item("agents", path='"texts"', exclude='["drafts"]'), {("agent", "a"), *OWN}),
        (item("agents", path='"texts/*.txt"'), {("agent", "a"), *OWN}),
        (item("agents", path='"texts/**/*.md"'), {("agent", "drafts/b"), *OWN}),
        (item("agents", path='"texts/a.txt"'), {("agent", "a"), *OWN}),
        (item("agents", path='"texts/a.txt"', name='"k"'), {("agent", "k"), *OWN}),
        (item("prompts", path='"tone.md"'), {("prompt", "tone")}),
        (
            item("prompts", path='"tone.md"')
            + '[[tool.hatch-agpm.prompts]]\npath = "prompts"\n',
            {("prompt", "tone"), *OWN},
        ),
        (item("skills", path='"skills"'), {("skill", "net"), ("skill", "other"), *OWN}),
        (
            item("skills", path='"skills"', exclude='["other"]'),
            {("skill", "net"), *OWN},
        ),
        (item("skills", path='"skills/net"'), {("skill", "net"), *OWN}),
        (item("skills", path='"skills/net/SKILL.md"'), {("skill", "net"), *OWN}),
        (
            item("prompts", path='"."', exclude='["skills"]'),
            {("prompt", "tone"), ("prompt", "texts/a"), ("prompt", "texts/drafts/b")},
        ),
    ],
)
def test_an_item_lists_files_of_a_source(table, expected, names):
    assert names(table) == expected


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (item("agents", path='"nope"'), "agents[0].path"),
        (item("agents", path='"nope/*.md"'), "agents[0].path"),
        (item("agents", path='"texts"', name='"k"'), "agents[0].name"),
        (item("agents", path='"texts/*.txt"', name='"k"'), "agents[0].name"),
        (item("agents", path='"texts"', exclude='["**"]'), "agents[0]"),
        (item("agents", path='"texts"', exclude='["[a"]'), "agents[0].exclude"),
        (item("skills", path='"texts"'), "skills[0].path"),
        (item("agents", path='"texts"').replace("shared", "shred"), "agents[0]"),
    ],
)
def test_a_wrong_item_is_reported_at_its_key(table, key, names):
    with pytest.raises(AgpmError) as caught:
        names(table)
    error = caught.value
    (problem,) = error.problems if isinstance(error, ProblemsError) else [error]
    assert problem.key.rstrip(":").startswith(f"tool.hatch-agpm.{key}")
