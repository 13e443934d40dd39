"""What comes from files and is printed does not control the terminal."""

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest
from bundles import resource

from hatch_agpm.cli.main import main
from hatch_agpm.cli.output import print_text
from hatch_agpm.errors import (
    BundleError,
    ConfigError,
    ConflictError,
    CycleError,
    Location,
    PortabilityError,
    SourceError,
    TemplateError,
    printable,
)

EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2028\x7f\x08\udc80"
CONTROLS = set(EVIL) - set("title0;[]2J31m")
HERE = Location(path=f"a\n{EVIL}.md", line=1, source_line=f"line {EVIL}", column=3)
ERRORS = [
    BundleError(f"x\n{EVIL}", EVIL, EVIL),
    ConfigError(f"key{EVIL}", EVIL, EVIL, EVIL, EVIL),
    ConflictError(EVIL, [EVIL, f"b\n{EVIL}"], EVIL),
    CycleError([EVIL, f"b\n{EVIL}"]),
    PortabilityError(EVIL, location=HERE, readers={"x": EVIL}),
    SourceError(EVIL, location=HERE, got=EVIL, hint=EVIL),
    TemplateError(EVIL, location=HERE).within([f"c\n{EVIL}"]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_has_no_control_characters(error):
    assert not CONTROLS & set(str(error))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_path_makes_no_line_of_its_own(error):
    assert not any(f"{name}\n" in str(error) for name in "abcx")


@pytest.mark.parametrize("letter", sorted(CONTROLS))
def test_each_control_character_is_escaped(letter):
    assert printable(f"a{letter}b").startswith("a\\")


@pytest.mark.parametrize("text", ["", "plain", "é ü 漢字 😀", "two\n\tlines"])
def test_text_is_printed_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_terminal_can_print_any_text(encoding, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)

    print_text(f"é 漢 😀 {EVIL}")

    stream.flush()
    written = stream.buffer.getvalue().decode(encoding)
    assert not CONTROLS & set(written)


PROJECT = """\
[build-system]
requires = ["flit_core", "hatch-agpm"]
build-backend = "hatch_agpm.backend"
[project]
name = "acme"
version = "1"
[tool.hatch-agpm]
build-backend = "flit_core.buildapi"
"""


@pytest.mark.skipif(os.name == "nt", reason="file names of POSIX")
@pytest.mark.parametrize("command", ["list", "check", "stub", "vendor", "init"])
def test_no_command_prints_the_controls_of_a_name(command, write_files, capsys):
    root = write_files(
        {
            "pyproject.toml": PROJECT,
            "acme/x.py": "",
            "prompts/a.md": "{{ agpm.project.name }}",
            "prompts/agents/b\x1b[2J\u202e.md": "---\na: [\n---\n",
            "prompts/\x1b[2J\udc80": "x",
        }
    )

    main([command, "--project", str(root)])

    captured = capsys.readouterr()
    assert not CONTROLS & set(captured.out + captured.err)


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            [EVIL],
            ["list", EVIL],
            ["check", f"--{EVIL}"],
            ["show"],
            ["show", "a", EVIL],
        ),
        *(["check", "--format", EVIL], ["preview", "--port", EVIL], ["diff", EVIL]),
        *(["show", EVIL], ["tree", EVIL], ["render", EVIL], ["render", "a", EVIL]),
        *(["render", "a", "--set", f"{EVIL}={EVIL}"], ["verify", EVIL]),
        *(["install", "--tool", EVIL], ["uninstall", EVIL], ["list", f"a\n{EVIL}"]),
        *(["verify", "--installed", EVIL], ["list", "--project", EVIL]),
    ],
)
def test_no_command_prints_the_controls_of_an_argument(arguments, write_files, capsys):
    root = write_files(
        {"pyproject.toml": PROJECT, "acme/x.py": "", "prompts/a.md": "text"}
    )

    with contextlib.chdir(root), contextlib.suppress(SystemExit):
        main(arguments)

    captured = capsys.readouterr()
    assert not CONTROLS & set(captured.out + captured.err)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_verify_prints_no_controls_of_a_wheel(options, tmp_path, capsys):
    wheel = tmp_path / "x-1-py3-none-any.whl"
    index = {
        "schema": 1,
        "generator": {"name": "hatch-agpm"},
        "distribution": EVIL,
        "version": EVIL,
        "resources": [],
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("\x1b[2J\u202e/index.json", json.dumps(index))

    assert main(["verify", *options, str(wheel)]) == 1
    captured = capsys.readouterr()
    assert not CONTROLS & set(captured.out + captured.err)


def test_the_command_of_a_bundle_prints_no_controls(tmp_path):
    from hatch_agpm.build.writing import write_files  # noqa: PLC0415 - heavy
    from hatch_agpm.bundle.bundle import build_bundle  # noqa: PLC0415 - heavy
    from hatch_agpm.model.rendering import Rendering  # noqa: PLC0415 - heavy

    rendering = Rendering(resources=[resource("prompts/x.md")])
    bundle = build_bundle(rendering, output="acme", distribution="acme", version="1")
    write_files(tmp_path / "acme", bundle.files)
    done = subprocess.run(
        [sys.executable, "-m", "acme", "get", "a\x1b[2J\u202e"],
        capture_output=True,
        cwd=tmp_path,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert not CONTROLS & set(done.stderr)
