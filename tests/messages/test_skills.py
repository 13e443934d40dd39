"""The messages about skills that AGPM would refuse."""

import os

import pytest
from commands import HEAD
from skill_files import skill, text

from hatch_agpm.cli.main import main
from hatch_agpm.errors import AgpmError


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            "\ufeff---\nname: k\ndescription: d\n---\n",
            "1: a skill needs frontmatter with a name and a description; the file "
            "begins with a byte order mark: save it without one",
        ),
        (
            "Body\n",
            "1: a skill needs frontmatter with a name and a description; begin the "
            "file with '---', 'name: ...', 'description: ...', '---'",
        ),
        (
            "---\nmodel: x\n---\n",
            "1: a skill needs a name; add 'name: ...'\n"
            "skills/k/SKILL.md:1: a skill needs a description; add 'description: ...'",
        ),
        (
            text(name="' '", description=""),
            "2: the name of a skill must not be empty\n"
            "skills/k/SKILL.md:3: a skill needs a description; add 'description: ...'",
        ),
        (
            text(name="é" * 51, description="x" * 1001),
            "2: the name of a skill has at most 100 bytes, got 102\n"
            "skills/k/SKILL.md:3: the description of a skill has at most 1000 bytes, "
            "got 1001\n"
            "skills/k/SKILL.md:2: the name of a skill must not contain 'é', got "
            f"'{'é' * 51}'; use only ASCII letters, digits, spaces, '-' and '_'",
        ),
        (
            text(name="../x.y"),
            "2: the name of a skill must not contain '.' '/', got '../x.y'; "
            "use only ASCII letters, digits, spaces, '-' and '_'",
        ),
        (
            text(allowed_tools="Read, Grep"),
            "4: 'allowed-tools' must be a list, got 'Read, Grep'; write [Read, Grep]",
        ),
        (
            text(allowed_tools="\n- Read\n- [Grep]"),
            "6: an item of 'allowed-tools' must be text, got ['Grep']",
        ),
        (text(version="[1, 0]"), "4: 'version' must be text, got [1, 0]"),
        (
            text(name="{a: b}"),
            "2: 'name' must be text, got a table",
        ),
        (text(version="1\nname: j"), "5: 'name' is given twice; delete one"),
        (
            text(notes=f'"{"x" * 2**16}"'),
            "1: the frontmatter of a skill has at most 64 KiB, got 64.0 KiB",
        ),
    ],
)
def test_a_skill_that_agpm_refuses_is_refused(document, message, render_files):
    with pytest.raises(AgpmError) as caught:
        skill(render_files, document)
    assert str(caught.value) == f"skills/k/SKILL.md:{message}"


def test_links_and_special_files_are_reported_at_once(write_files, render_files):
    root = write_files({"skills/k/x.md": "x"})
    (root / "skills/k/link.md").symlink_to("x.md")
    (root / "skills/k/dir").symlink_to("/tmp")  # noqa: S108 - it is not followed
    os.mkfifo(root / "skills/k/pipe")
    with pytest.raises(AgpmError) as caught:
        skill(render_files, text(name="k.k"))
    assert str(caught.value).splitlines() == [
        "skills/k/dir: a skill must not contain symlinks;"
        " replace it with a copy of the file",
        "skills/k/link.md: a skill must not contain symlinks;"
        " replace it with a copy of the file",
        "skills/k/pipe: a skill must not contain special files; delete it",
        "skills/k/SKILL.md:2: the name of a skill must not contain '.', got 'k.k'; "
        "use only ASCII letters, digits, spaces, '-' and '_'",
    ]


@pytest.mark.parametrize("manifest", ['"skills/l"', '"skills/*"'])
def test_a_skill_that_is_a_link_is_refused(manifest, write_files, render_files):
    root = write_files({"skills/k/SKILL.md": text()})
    (root / "skills/l").symlink_to("k")
    with pytest.raises(AgpmError) as caught:
        render_files({}, f"[skills]\nl = {manifest}\n")
    assert str(caught.value) == (
        "agpm.toml: skills.l.path: skills/l is a link, not a directory; put the "
        "directory there, or name the one it leads to"
    )


@pytest.mark.parametrize(
    ("files", "size", "message"),
    [
        (1000, 0, "at most 1000 files, got 1001"),
        (1, 2**40, "at most 100 MiB, got 1048576.0 MiB"),
    ],
)
def test_a_skill_that_is_too_large_is_reported(
    write_files, render_files, files, size, message
):
    root = write_files({f"skills/k/{n}": "" for n in range(files)})
    os.truncate(root / "skills/k/0", size)
    with pytest.raises(AgpmError) as caught:
        skill(render_files, text())
    assert str(caught.value) == (
        f"skills/k: a skill has {message}; delete the files that the skill does not "
        "need"
    )


def test_a_skill_whose_templates_are_not_yaml_is_reported(render_files):
    with pytest.raises(AgpmError) as caught:
        skill(render_files, text(notes="\n{% if true %}\n  x: 1\n{% endif %}"))
    assert str(caught.value) == (
        "skills/k/SKILL.md:5:2: invalid YAML: found character that cannot start any "
        "token; a skill is not rendered: its frontmatter must be valid YAML\n"
        "    {% if true %}\n"
        "     ^"
    )


def test_a_file_that_is_nearly_called_like_a_skill(write_files, capsys):
    files = {
        "acme/__init__.py": "",
        "prompts/skills/mend/skill.md": "---\nname: mend\ndescription: d\n---\n",
    }
    root = write_files({**files, "pyproject.toml": HEAD})
    assert main(["check", "--project", str(root)]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: prompts/skills/mend/skill.md: is not called SKILL.md, so no tool"
        " reads it as a skill; rename it to SKILL.md\n"
    )
