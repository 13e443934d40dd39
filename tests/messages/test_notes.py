"""The notes of `hatch-agpm check`, and what `stub --check` says."""

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main


def project(write_files, files, table):
    plain = {"acme/__init__.py": "", "prompts/a.md": "A\n"}
    return write_files({**plain, **files, "pyproject.toml": HEAD + table})


@pytest.mark.parametrize(
    ("files", "table", "note"),
    [
        (
            {"uv.lock": ""},
            "",
            "uv does not rebuild when prompts/a.md changes; in pyproject.toml:\n"
            "    [tool.uv]\n"
            '    cache-keys = [{ file = "pyproject.toml" }, { file = "prompts/**/*" }]',
        ),
        (
            {"prompts/a.md": "A\r\n"},
            "",
            "prompts/a.md may have other line ends in another checkout; in "
            ".gitattributes:\n    prompts/**/* text eol=lf",
        ),
        ({"prompts/other/x.md": "x"}, "", "prompts/other/x.md is not used"),
        (
            {"acme/texts/b.md": "B\n"},
            'agents = "acme/texts"\n',
            "acme/texts/b.md is in the wheel twice: as it is, and rendered; in "
            "pyproject.toml:\n"
            "    [tool.hatch-agpm]\n"
            '    output = "acme/texts"',
        ),
        (
            {"prompts/load.md": "x"},
            "",
            "'load' is not an attribute: the module has its own load; read the prompt "
            'with load("load")',
        ),
        (
            {
                "prompts/skills/s/SKILL.md": "---\nname: s\ndescription: d\n---\nS\n",
                "prompts/skills/s/x.pyc": "x",
            },
            "",
            "prompts/skills/s/x.pyc is left out: programs make such files",
        ),
    ],
)
def test_a_note_says_what_to_do(write_files, capsys, files, table, note):
    root = project(write_files, files, table)

    assert main(["check", "--project", str(root)]) == 0
    shown = capsys.readouterr().out
    assert shown.partition("\nnote: ")[2] == f"{note}\n"


def test_a_stub_that_is_missing_or_old_is_reported(write_files, capsys):
    root = project(write_files, {}, "")

    assert main(["stub", "--check", "--project", str(root)]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: acme/prompts/__init__.pyi: is missing; run `hatch-agpm stub`\n"
    )

    assert main(["stub", "--project", str(root)]) == 0
    (root / "prompts/b.md").write_text("B\n")
    capsys.readouterr()
    assert main(["stub", "--check", "--project", str(root)]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: acme/prompts/__init__.pyi: is not up to date; run `hatch-agpm "
        "stub`\n"
    )
    assert main(["check", "--project", str(root)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "note: acme/prompts/__init__.pyi is not up to date; run `hatch-agpm stub`"
    ]
