"""Reading prompts from a shell: `python -m acme.prompts`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile

import pytest
from pythons import EACH_PYTHON

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import Input, InputNode, RenderedResource, Rendering
from hatch_agpm.model.runtime import RuntimeVariable

TEXT = "Hello {{ user }}, {{ count }}!\n"


def resource(name, *, type="agent", text=TEXT, suffix=".md", **given):  # noqa: A002
    fields = {
        "name": name,
        "tool": "claude-code",
        "install": None,
        "install_path": f".claude/{name}{suffix}",
        "variables": {},
        "body": 0,
        "metadata": {"description": "Greets \ud83d."},
        "source_path": f"p/{name}{suffix}",
        "template": InputNode(file=Input(path="a.md", sha256="0" * 64)),
    }
    return RenderedResource(type=type, alias=name, text=text, **(fields | given))


VARIABLES = (
    RuntimeVariable(name="user", kind="str", default=None, spans=((6, 16),)),
    RuntimeVariable(
        name="count",
        kind="int",
        default=3,
        spans=((18, 29),),
        description="at most",
    ),
)


@pytest.fixture
def site(tmp_path):
    rendering = Rendering(
        resources=[
            resource("greeter", runtime=VARIABLES),
            resource("plain", text="Größe\r\n"),
            resource("blob", type="script", text=b"\xff\n", suffix=".bin"),
        ]
    )
    bundle = build_bundle(
        rendering, output="acme/prompts", distribution="acme", version="1.0"
    )
    write_files(tmp_path / "site/acme/prompts", bundle.files)
    (tmp_path / "site/acme/__init__.py").touch()
    return tmp_path / "site"


@pytest.fixture
def command(site):
    """Run the command; return its exit code, standard output and standard error."""

    def run(*arguments, path=site, interpreter=sys.executable):
        done = subprocess.run(
            [interpreter, "-m", "acme.prompts", *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(path)},
        )
        return done.returncode, done.stdout, done.stderr.decode()

    return run


def test_list_prints_the_names(command):
    names = b"agents/greeter\nagents/plain\nscripts/blob\n"
    assert command("list") == (0, names, "")


def test_list_describes_the_prompts_as_json(command):
    code, output, _ = command("list", "--json")
    first, *others = json.loads(output)

    assert code == 0
    assert [each["full_name"] for each in others] == ["agents/plain", "scripts/blob"]
    assert first["type"] == "agent"
    assert first["metadata"] == {"description": "Greets \ud83d."}
    assert first["variables"] == [
        {"name": "user", "type": "str", "required": True, "description": ""},
        {"name": "count", "type": "int", "required": False, "description": "at most"},
    ]


def test_get_prints_the_bytes_of_a_text(command):
    assert command("get", "agents/plain") == (0, "Größe\r\n".encode(), "")
    assert command("get", "scripts/blob") == (0, b"\xff\n", "")


def test_get_fills_in_variables(command):
    greeting = ("get", "agents/greeter", "--var", "user=A=b")

    assert command(*greeting) == (0, b"Hello A=b, 3!\n", "")
    assert command(*greeting, "--var", "count=7") == (0, b"Hello A=b, 7!\n", "")
    code, output, _ = command(*greeting, "--json")
    assert (code, json.loads(output)["text"]) == (0, "Hello A=b, 3!\n")


def test_path_prints_the_path_of_the_file(command, site):
    path = site / "acme/prompts/agents/plain.md"

    assert command("path", "agents/plain") == (0, f"{path}\n".encode(), "")
    code, output, _ = command("path", "agents/plain", "--json")
    assert (code, json.loads(output)["path"]) == (0, str(path))


WRONG = pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["get", "agents/plane"], 1, "did you mean 'plain'?"),
        (["path", "agents/plane"], 1, "did you mean 'plain'?"),
        (["get", "agents/greeter"], 1, "user is missing, a str"),
        (["get", "agents/greeter", "--var", "user=x", "--var", "count=x"], 1, "an int"),
        (["get", "agents/plain", "--var", "x=1"], 1, "there is no variable 'x'"),
        (["get", "scripts/blob", "--json"], 1, "is not text"),
        (["get", "agents/greeter", "--var", "user"], 2, "NAME=VALUE"),
        (["get"], 2, "NAME"),
        ([], 2, "COMMAND"),
        (["show"], 2, "show"),
    ],
)
RIGHT = [
    ("list",),
    ("list", "--json"),
    ("get", "agents/plain"),
    ("get", "scripts/blob"),
    ("get", "agents/greeter", "--var", "user=x", "--json"),
    ("path", "agents/plain"),
    ("path", "agents/plain", "--json"),
]


@pytest.mark.slow
@EACH_PYTHON
def test_every_python_prints_the_same(command, interpreter):
    for arguments in RIGHT:
        expected = command(*arguments)
        assert expected[0] == 0
        assert command(*arguments, interpreter=interpreter) == expected
    for arguments, code, part in WRONG.args[1]:
        found, output, message = command(*arguments, interpreter=interpreter)
        assert (found, output) == (code, b"")
        assert part in message


@WRONG
def test_what_is_wrong_is_reported_by_message_and_exit_code(
    command, arguments, code, part
):
    found, output, message = command(*arguments)

    assert (found, output) == (code, b"")
    assert part in message
    assert "Traceback" not in message


def test_from_a_zip_texts_are_printed_and_there_is_no_path(command, site, tmp_path):
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(site.rglob("*.*")):
            file.write(path, path.relative_to(site).as_posix())

    text = "Größe\r\n".encode()
    assert command("get", "agents/plain", path=archive)[:2] == (0, text)
    code, output, message = command("path", "agents/plain", path=archive)
    assert (code, output) == (1, b"")
    assert "use `get`" in message
