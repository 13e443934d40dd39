"""The messages of the commands."""

import hashlib
import os

import pytest
from commands import run

from hatch_agpm.cli.main import main
from hatch_agpm.errors import AgpmError
from hatch_agpm.sources.lockfile import read_lock

GLOBAL = "[tool.hatch.build.hooks.agpm]\n"


@pytest.mark.parametrize("option", [["--body"], ["--set", "x=1"]])
def test_an_option_of_one_prompt_needs_a_name(flat, capsys, tmp_path, option):
    output = tmp_path / "out"
    assert main(["render", "--output", str(output), *option, "--project", str(flat)])
    shown = capsys.readouterr().err
    assert shown == f"hatch-agpm: {option[0]} needs the NAME of one prompt\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["diff"],
            "diff takes an old and a new wheel, project or distribution, or --git "
            "REVISION",
        ),
        (
            ["diff", "no-such-thing", "."],
            "'no-such-thing' is not a wheel, the directory of a project, or installed "
            "here; `diff --git no-such-thing` compares with a revision",
        ),
        (
            ["show", "agents/reviewr"],
            "'agents/reviewr' is not in . (flat 1.2.0); did you mean "
            "'agents/reviewer'?",
        ),
        (
            ["show", "agents/reviewer", "packaging"],
            "packaging: has no prompts of hatch-agpm; `hatch-agpm check` says what "
            "switches them off",
        ),
        (
            ["preview", "no-such-thing"],
            "'no-such-thing' is not a wheel, the directory of a project, or installed "
            "here; `diff --git no-such-thing` compares with a revision",
        ),
        (
            ["preview", "--against", "no-such-thing"],
            "'no-such-thing' is not a wheel, the directory of a project, a revision of "
            "its repository, or installed here",
        ),
        (
            ["preview", "--output", "pyproject.toml"],
            "pyproject.toml: exists, and is not a page of this command; choose another "
            "name with --output",
        ),
        (
            ["preview", "--output", "."],
            ".: is a directory; give the name of a file",
        ),
    ],
)
def test_what_cannot_be_compared_or_shown_is_reported(
    flat, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(flat)
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"hatch-agpm: {message}\n"


OFF = [
    pytest.param(
        (GLOBAL, ""),
        "the hook is off for sdist and wheel; in pyproject.toml:\n"
        "    [tool.hatch.build.hooks.agpm]",
        id="no table",
    ),
    pytest.param(
        (GLOBAL, "[tool.hatch.build.targets.wheel.hooks.agpm]\n"),
        "the hook is off for sdist; in pyproject.toml:\n"
        "    [tool.hatch.build.hooks.agpm]",
        id="table of the wheel only",
    ),
    pytest.param(
        (GLOBAL, f"{GLOBAL}enable-by-default = false\n"),
        "the hook is off for sdist and wheel; delete `enable-by-default = false`",
        id="off by default",
    ),
    pytest.param(
        ('["hatchling", "hatch-agpm"]', '["hatchling", "hatch-agpm-like"]'),
        "the build does not install hatch-agpm; in pyproject.toml:\n"
        "    [build-system]\n"
        '    requires = ["hatchling", "hatch-agpm-like", "hatch-agpm"]\n'
        '    build-backend = "hatchling.build"',
        id="not required",
    ),
    pytest.param(
        ("hatchling.build", "flit_core.buildapi"),
        "the backend 'flit_core.buildapi' renders no prompts; in pyproject.toml:\n"
        "    [build-system]\n"
        '    requires = ["hatchling", "hatch-agpm", "flit_core>=3.11"]\n'
        '    build-backend = "hatch_agpm.backend"\n'
        "    [tool.hatch-agpm]\n"
        '    build-backend = "flit_core.buildapi"',
        id="another backend",
    ),
]


@pytest.mark.parametrize(("change", "message"), OFF)
def test_check_fails_where_a_build_would_ship_no_prompts(
    flat, edit, capsys, change, message
):
    edit(flat, *change)

    assert main(["check", "--project", str(flat)]) == 1

    assert capsys.readouterr().err == f"hatch-agpm: {message}\n"


def test_check_reports_hooks_switched_off_by_the_environment(flat):
    done = run("check", cwd=flat, env={**os.environ, "HATCH_BUILD_NO_HOOKS": "true"})

    assert done.returncode == 1
    assert done.stderr.decode() == (
        "hatch-agpm: the hook is off for sdist and wheel: HATCH_BUILD_NO_HOOKS is set\n"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "agents/reviwer",
            "'agents/reviwer' is not a prompt of this project; "
            "did you mean 'agents/reviewer'?",
        ),
        (
            "zzz",
            "'zzz' is not a prompt of this project; "
            "`hatch-agpm list` shows their names",
        ),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_one(flat, capsys, name, message):
    assert main(["render", name, "--project", str(flat)]) == 1

    assert capsys.readouterr().err == f"hatch-agpm: {message}\n"


def test_an_ambiguous_name_is_refused_with_all_matches(flat, capsys):
    pyproject = flat / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace(
        "[tool.hatch-agpm.scripts]",
        'other = { path = "prompts/agents/reviewer.md", '
        'filename = "other.md", template_vars = '
        '{ project = { version = "9" } } }\n\n[tool.hatch-agpm.scripts]',
    )
    pyproject.write_text(text, encoding="utf-8")

    name = "prompts/agents/reviewer"
    assert main(["render", name, "--project", str(flat)]) == 1

    assert capsys.readouterr().err == (
        f"hatch-agpm: '{name}' means several: agents/other, agents/reviewer\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "pyproject.toml is not in "),
        ("x", "pyproject.toml: is not valid TOML: "),
        (
            '[project]\nname = 3\n[build-system]\nbuild-backend = "hatchling.build"',
            "project is refused by hatchling: ",
        ),
        ("project = 3", "project must be a table, got 3"),
    ],
)
def test_a_project_that_cannot_be_read_is_an_error(tmp_path, capsys, text, message):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    assert main(["list", "--project", str(tmp_path)]) == 1

    assert capsys.readouterr().err.startswith(f"hatch-agpm: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "version = 2",
            "hatch-agpm.lock: unsupported version 2 (supported: 1); use a newer",
        ),
        ("nonsense", "hatch-agpm.lock: is damaged: "),
        ("version = 1\n[[source]]\n", "hatch-agpm.lock: is damaged: 'name'; run "),
        (
            'version = 1\n[[source]]\nname = "x"\ndirectory = "y"\n'
            'files = [{ path = "../x", sha256 = "0" }]\n',
            "hatch-agpm.lock: lists the file '../x', which is not below its own",
        ),
    ],
)
def test_a_lock_file_that_cannot_be_read_is_reported(text, message):
    with pytest.raises(AgpmError) as caught:
        read_lock(text)
    assert str(caught.value).startswith(message)


VENDORING = """\
[project]
name = "app"
version = "1"
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.agpm]
[tool.hatch-agpm]
output = "app/prompts"
[tool.hatch-agpm.sources]
shared = "../shared"
more = "../more"
[tool.hatch-agpm.agents]
s = { source = "shared", path = "s.md" }
"""
COPIES = "prompts/vendor/shared"
RUN = "run `hatch-agpm vendor`"


def replace_in_table(old, new):
    def change(root):
        text = (root / "pyproject.toml").read_text("utf-8")
        assert old in text
        (root / "pyproject.toml").write_text(text.replace(old, new), "utf-8")

    return change


def behind_a_link(root):
    (root / "prompts/vendor").rename(root.parent / "elsewhere")
    (root / "prompts/vendor").symlink_to(root.parent / "elsewhere")


def everything(root):
    (root.parent / "shared/s.md").write_text("S, changed\n", "utf-8")
    (root / COPIES / "own.md").write_text("mine", "utf-8")


DIGESTS = [hashlib.sha256(text).hexdigest() for text in (b"x", b"S\n")]
VENDORED = [
    (
        lambda root: (root / COPIES / "s.md").unlink(),
        "list",
        f"{COPIES}/s.md: is missing; {RUN}",
    ),
    (
        lambda root: (root / COPIES / "s.md").write_text("x", "utf-8"),
        "list",
        f"{COPIES}/s.md: has changed: its sha256 is {DIGESTS[0]}, not {DIGESTS[1]}; "
        f"{RUN}",
    ),
    (
        behind_a_link,
        "list",
        f"tool.hatch-agpm.sources.shared: hatch-agpm.lock names '{COPIES}', which is "
        f"not a directory of the project; {RUN}",
    ),
    (
        replace_in_table('"s.md"', '"unused.md"'),
        "list",
        f"tool.hatch-agpm.agents.s.path names no file, got 'unused.md'; {RUN}",
    ),
    (
        replace_in_table('"shared", path', '"more", path'),
        "list",
        "tool.hatch-agpm.sources.more: hatch-agpm.lock does not have the source "
        f"'more'; {RUN}",
    ),
    (
        everything,
        "vendor --check",
        f"{COPIES}/s.md: differs from its source; {RUN}\n"
        f"{COPIES}/own.md: is vendored and not used; {RUN}\n"
        f"hatch-agpm.lock: is not up to date; {RUN}",
    ),
    (
        everything,
        "vendor",
        f"{COPIES}/own.md: is not listed in hatch-agpm.lock; move it elsewhere",
    ),
    (
        lambda root: root,
        "vendor --directory ../out",
        "--directory must be inside the project, got '../out'",
    ),
]


@pytest.mark.parametrize(("change", "command", "message"), VENDORED)
def test_a_copy_that_is_not_the_vendored_one_is_reported(
    write_files, capsys, change, command, message
):
    files = {"pyproject.toml": VENDORING, "app/__init__.py": ""}
    root = write_files(
        {f"app/{path}": text for path, text in files.items()}
        | {"shared/s.md": "S\n", "shared/unused.md": "U\n", "more/s.md": "S\n"}
    )
    root /= "app"
    assert main(["vendor", "--project", str(root)]) == 0
    change(root)
    capsys.readouterr()

    assert main([*command.split(), "--project", str(root)]) == 1
    assert capsys.readouterr().err == f"hatch-agpm: {message}\n"
