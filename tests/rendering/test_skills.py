"""Skills (AGPM semantics, 7.5); what is refused, the program refuses too."""

import json
import os

import pytest
from skill_files import LISTED, skill, text

from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import FrontmatterError, SourceError
from hatch_agpm.model.rendering import Rendering


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "My skill-1_x", "description": "é" * 500},
        {"name": "n" * 100},
        {"name": "5", "description": "true", "version": "1.0"},
        {"version": "null"},
        {"allowed_tools": "[Read, 5, true]"},
        {"allowed_tools": ""},
        {"description": "a --- b"},
        {"extra": "1\nextra: 2"},
        {"description": "'{{ 1 }} is not rendered'"},
    ],
)
def test_a_skill_within_the_limits_is_shipped_as_it_is(fields, render_files):
    document = text(**fields)
    found = skill(render_files, document)
    assert found.text == document
    assert [file.data for file in found.files] == [document.encode()]


def test_a_skill_whose_templates_are_not_yaml_is_refused(render_files):
    """It is rendered nowhere, so it is shipped, and read, as written."""
    document = text(notes="\n{% if true %}\n  x: 1\n{% endif %}")
    with pytest.raises(FrontmatterError, match="a skill is not rendered") as caught:
        skill(render_files, document)
    assert (caught.value.path, caught.value.line) == ("skills/k/SKILL.md", 5)


def test_a_skill_has_at_most_a_thousand_files(render_files):
    files = {f"skills/k/{n}": "" for n in range(999)}
    assert len(skill(render_files, text(), **files).files) == 1000
    with pytest.raises(SourceError) as caught:
        skill(render_files, text(), **files, **{"skills/k/one/more": ""})
    assert (caught.value.path, caught.value.got) == ("skills/k", "1001")


def test_a_skill_has_at_most_a_hundred_mebibytes(write_files, render_files):
    root = write_files({"skills/k/large": ""})
    # A sparse file: files that are too large must not be read.
    os.truncate(root / "skills/k/large", 2**40)
    with pytest.raises(SourceError) as caught:
        skill(render_files, text())
    assert (caught.value.path, caught.value.got) == ("skills/k", "1048576.0 MiB")


def test_bytes_and_modes_of_all_files_are_kept(write_files, render_files):
    root = write_files({"skills/k/run.sh": "#!/bin/sh\r\n", "skills/k/.x": b"\xff\0"})
    (root / "skills/k/run.sh").chmod(0o755)
    files = skill(render_files, text(), **{"skills/k/a/b.md": "{{ raw }}"}).files
    assert [(file.path, file.data, file.executable) for file in files] == [
        (".x", b"\xff\0", False),
        ("SKILL.md", text().encode(), False),
        ("a/b.md", b"{{ raw }}", False),
        ("run.sh", b"#!/bin/sh\r\n", True),
    ]


def test_only_the_text_of_a_skill_is_patched(render_files):
    found = render_files(
        {"skills/k/SKILL.md": text(), "skills/k/x.md": "---\na: 1\n---\nX\n"},
        f'{LISTED}[patch.skills.k]\nmodel = "m"\ndescription = "{{{{ raw }}}}"\n',
    )[0]
    assert found.text == (
        "---\ndescription: '{{ raw }}'\nmodel: m\nname: k\n---\n\nBody {{ raw }}"
    )
    assert [file.data for file in found.files] == [
        found.document,
        b"---\na: 1\n---\nX\n",
    ]


def test_a_patch_must_not_make_a_skill_invalid(render_files):
    """AGPM: checks the file before it is patched, and ships any result."""
    with pytest.raises(FrontmatterError, match="must not contain '/'"):
        render_files(
            {"skills/k/SKILL.md": text()},
            f'{LISTED}[patch.skills.k]\nname = "a/b"\n',
        )


def test_skills_are_found_by_patterns_and_as_dependencies(render_files):
    agent = (
        "---\nagpm:\n  templating: true\n  dependencies:\n    skills:\n"
        "      - path: ../skills/*\n---\n"
        "{% for key, skill in agpm.deps.skills %}{{ key }}={{ skill.content }} "
        "{{ skill.install_path }};{% endfor %}"
    )
    files = {
        "agents/a.md": agent,
        "skills/one/SKILL.md": text(name="one").replace("{{ raw }}", "1"),
        "skills/two/SKILL.md": text(name="two").replace("{{ raw }}", "2"),
        "skills/none/README.md": "not a skill",
    }
    found = render_files(files, '[agents]\na = "agents/a.md"\n')
    assert found[0].text.partition("\n---\n")[2] == (
        "one=Body 1 .claude/skills/agpm/one;two=Body 2 .claude/skills/agpm/two;"
    )
    listed = render_files(files, '[skills]\nall = "skills/*"\n')
    assert [(r.name, r.alias, r.is_match) for r in listed] == [
        ("skills/one", "all", True),
        ("skills/two", "all", True),
    ]


def test_what_a_skill_depends_on_is_found_from_the_directory_above_it(render_files):
    """Semantics, 2.3."""
    document = text(dependencies="\n  snippets:\n  - path: ./k/x.md")
    found = render_files({"skills/k/SKILL.md": document, "skills/k/x.md": "X"}, LISTED)
    assert [r.name for r in found] == ["skills/k/x", "skills/k"]


@pytest.mark.parametrize("patch", ["", '[patch.skills.k]\ncolor = "red"\n'])
def test_the_index_has_the_checksum_of_agpms_lockfile(patch, render_files):
    """Semantics, 8: of the skill's files in the project; a patch does not show."""
    skill = {
        "skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\nx\n",
        "skills/k/bin/a.sh": "hi\n",
        "skills/k/z.txt": "y\n",
    }
    found = render_files(skill, f'[skills]\nk = "skills/k"\n{patch}')
    rendering = Rendering(resources=found)
    bundle = build_bundle(rendering, output="p/prompts", distribution="p", version="1")
    (entry,) = json.loads(bundle.files["index.json"].data)["resources"]
    assert entry["checksum"] == (
        "sha256:823b4629052e6a96332f1b5992660908267e4a895ed7d6d0e953be22d9f625d0"
    )
