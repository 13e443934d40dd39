"""Type checkers with the stub of a bundle, on right and on wrong uses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import (
    Input,
    InputNode,
    RenderedResource,
    Rendering,
    SkillFile,
)
from hatch_agpm.model.runtime import ANY, ListKind, RecordKind, RuntimeVariable

EXAMPLE = Path(__file__).parents[2] / "example_pkg"


def resource(alias, *, type="agent", text="x", suffix="md", **given):  # noqa: A002
    fields = {
        "name": f"p/{alias}",
        "tool": "claude-code",
        "install": None,
        "install_path": f".claude/{alias}.{suffix}",
        "variables": {},
        "body": 0,
        "metadata": {"description": f'"{alias}"\n\\'},
        "source_path": f"p/{alias}.{suffix}",
        "template": InputNode(file=Input(path="a.md", sha256="0" * 64)),
    }
    return RenderedResource(type=type, alias=alias, text=text, **(fields | given))


def variables(*unused, **declared):
    """Return variables: a type, or a default; the text does not have the `unused`."""
    return tuple(
        RuntimeVariable(
            name=name,
            kind=given if isinstance(given, str) else type(given).__name__,
            default=None if isinstance(given, str) else given,
            spans=() if name in unused else ((0, 1),),
        )
        for name, given in declared.items()
    )


NAMES = ["backend-engineer", "rust-1.70", "class", "int", "bool", "object", "str"]
NAMES += ["Prompt", "Literal", "property", "overload", "_hidden"]
TEXT_DEFAULT = (
    RuntimeVariable(name="limit", kind="str", default='a"\\\nb|\u2028', spans=()),
)
STEP = (("title", "str"), ("done", "bool"), ("note", "str | None"))
OTHER_STEP = (("title", "str"), ("done", "int"), ("note", "str | None"))
LISTS = (
    RuntimeVariable(name="tools", kind=ListKind("str"), default=None, spans=((0, 1),)),
    RuntimeVariable(name="note", kind="str | None", default=None, spans=((0, 1),)),
    RuntimeVariable(
        name="steps", kind=ListKind(RecordKind(STEP)), default=None, spans=((0, 1),)
    ),
    RuntimeVariable(
        name="other", kind=RecordKind(OTHER_STEP), default={}, spans=((0, 1),)
    ),
)
OWNER = (("name", "str"), ("steps", ListKind(RecordKind(STEP))))
NESTED = (
    RuntimeVariable(
        name="rows", kind=ListKind(ListKind("str")), default=None, spans=((0, 1),)
    ),
    RuntimeVariable(
        name="owner", kind=RecordKind(OWNER), default=None, spans=(), is_read=True
    ),
    RuntimeVariable(name="share", kind="float | None", default=None, spans=()),
)
UNDECLARED = tuple(
    RuntimeVariable(name=name, kind=ANY, default=None, spans=((0, 1),))
    for name in ("tools", "class")
)
RESOURCES = [
    resource("undeclared", runtime=UNDECLARED, dialect="jinja2"),
    resource("lists", runtime=LISTS),
    resource("nested", runtime=NESTED),
    *map(resource, NAMES),
    resource("greeter", runtime=variables(user_name="str", limit=5)),
    resource("greeter-2", runtime=variables(user_name="str", limit=5)),
    resource("counter", runtime=variables(share=0.5, loud=False, limit="int")),
    resource("same-names", runtime=variables(user_name="str", limit="str")),
    resource("quoting", runtime=TEXT_DEFAULT),
    resource("flash", runtime=variables("steps", user_name="str", steps="int")),
    resource("team/lead"),
    resource("team/greeter", runtime=variables(user_name="str", limit=5)),
    resource("int.dotted", runtime=variables(int="int", str="str", type="bool")),
    resource("blob", type="script", text=b"\xff", suffix="bin"),
    resource("run", type="script", suffix="sh"),
    resource(
        "net",
        type="skill",
        source_path="skills/net/SKILL.md",
        files=(SkillFile(path="SKILL.md", data=b"x", executable=False),),
    ),
]

RIGHT = """
from dataclasses import dataclass
from pkg import prompts
from pkg.prompts import Prompt, UnknownPromptError, VariableError
from pkg.prompts.agents import greeter, team

lead = team.lead

text: str = prompts.agents.backend_engineer
text = prompts.agents.team.lead + prompts.agents.team["lead"]
text = prompts.agents.team.greeter(user_name="Ada") + lead + greeter(user_name="Ada")
pieces: tuple[tuple[str, bool], ...] = prompts.agents.greeter.parts(user_name="Ada")
prompt: Prompt = prompts.agents["backend-engineer"]
model: object = prompts.load("agents/backend-engineer").metadata["model"]
document: str = prompts.agents.int.document
for name in prompts.agents:
    prompt = prompts.agents[name]
data: bytes = prompts.scripts.blob
data = prompts.scripts["blob"].document
either: str | bytes = prompts.load("agents/" + text.lower())
files: tuple[str, ...] = prompts.skills["net"].files
count: int = len(prompts.hooks)
known: bool = "x" in prompts.agents
names: list[str] = prompts.names()
try:
    prompts.load("x")
except UnknownPromptError as error:
    near: tuple[str, ...] = error.near

text = prompts.agents.greeter(user_name="Ada")
text = prompts.agents["greeter"](user_name="Ada", limit=3)
text = prompts.load("agents/greeter")(limit=3, user_name=prompts.agents.str)
text = prompts.agents.counter(limit=1)
text = prompts.agents.counter(limit=1, share=2, loud=True)
text = prompts.agents.same_names(user_name="Ada", limit="3")
text = prompts.agents.quoting() + prompts.agents.quoting(limit="x")
text = prompts.agents["int.dotted"](int=1, str="x", type=True)
text = prompts.agents.lists(tools=["a"], steps=[])
text = prompts.agents.lists(tools=("a",), steps=[{"title": "a", "done": True}])

@dataclass(frozen=True)
class Step:
    title: str
    done: bool
    note: str | None = None

@dataclass
class Owner:
    name: str
    steps: list[Step]

text = prompts.agents.lists(tools=[], note="x", steps=[Step("a", True)])
text = prompts.agents.lists(tools=[], note=None, steps=(Step("a", True),))
text = prompts.agents.lists(
    tools=[],
    steps=[{"title": "a", "done": True, "note": None}],
    other={"title": "a", "done": 1},
)
pieces = prompts.agents.lists.parts(tools=["a"], steps=[Step("a", True)])
text = prompts.agents.nested(rows=[["a"], ("b",)], owner=Owner("a", [Step("a", True)]))
text = prompts.agents.nested(
    rows=[], owner={"name": "a", "steps": [{"title": "a", "done": True}]}, share=None
)
text = prompts.agents.undeclared() + prompts.agents.undeclared(tools=[Step("a", True)])
text = prompts.agents["undeclared"](tools=1, other=object(), **{"class": "a"})
pieces = prompts.agents.undeclared.parts(tools=None, more=b"x")
text = prompts.agents.backend_engineer()
text = prompts.agents.flash(user_name="Ada")
text = prompts.agents.flash(user_name="Ada", steps=1)

def call(prompt: Prompt) -> str:
    return prompt(user_name="Ada", limit=3)

text = call(prompts.agents.greeter) + call(prompts.agents.backend_engineer)
both = [prompts.agents.greeter, prompts.agents.greeter_2]
texts: list[str] = [each(user_name="Ada") for each in both]
try:
    prompts.agents.greeter(user_name=text)
except VariableError as error:
    problems: tuple[str, ...] = error.problems
"""
WRONG = """
from pkg import prompts

prompts.agents.backend  # wrong
prompts.agents["backend"]  # wrong
prompts.hooks["x"]  # wrong
prompts.agnets  # wrong
prompts.agents.team.leed  # wrong
prompts.agents.team.greeter()  # wrong
prompts.agents.greeter.parts()  # wrong
from pkg.prompts.agents import nope  # wrong
prompts.agents.int.titel  # wrong
prompts.load(3)  # wrong
prompts.scripts["blob"].upper().encode()  # wrong

prompts.agents.lists(tools=[1], steps=[])  # wrong
prompts.agents.lists(tools=[], note=1, steps=[])  # wrong
prompts.agents.lists(tools=[], steps=[{"title": "a"}])  # wrong
prompts.agents.lists(tools=[], steps=[{"title": "a", "done": 1}])  # wrong
prompts.agents.lists(tools=[], steps=["a"])  # wrong
prompts.agents.lists(tools="a", steps=None)  # wrong
prompts.agents.lists(tools=[None], steps=[])  # wrong
prompts.agents.lists(tools=[], steps=[{"title": "a", "done": True, "x": 1}])  # wrong
prompts.agents.lists(tools=[], steps=[], other={"title": "a", "done": "b"})  # wrong
prompts.agents.lists(steps=[])  # wrong
prompts.agents.lists.parts(tools=[1], steps=[])  # wrong
prompts.agents.nested(rows=["a", 1], owner={"name": "a", "steps": []})  # wrong
prompts.agents.nested(rows=[], owner={"name": "a", "steps": [1]})  # wrong
prompts.agents.nested(rows=[], owner={"name": "a"})  # wrong
prompts.agents.nested(rows=[], owner="a")  # wrong
prompts.agents.nested(rows=[], owner={"name": "a", "steps": []}, share="x")  # wrong
prompts.agents.undeclared(["a"])  # wrong
number_of_tools: int = prompts.agents.undeclared(tools=[])  # wrong
prompts.agents.undeclared.parts({"tools": []})  # wrong
prompts.agents.greeter()  # wrong
prompts.agents.greeter(usr_name="Ada")  # wrong
prompts.agents.greeter("Ada")  # wrong
prompts.agents.flash(steps=1)  # wrong
prompts.agents.flash(user_name="Ada", steps="1")  # wrong
prompts.agents.greeter(user_name=3)  # wrong
prompts.agents.greeter(user_name="Ada", limit="3")  # wrong
prompts.agents.greeter(user_name="Ada", share=3)  # wrong
prompts.agents["greeter"](limit=3)  # wrong
prompts.load("agents/greeter")(user_name=None)  # wrong
prompts.agents.same_names(user_name="Ada", limit=3)  # wrong
prompts.agents.counter(limit=1.5)  # wrong
prompts.agents.counter(limit=1, loud="yes")  # wrong
prompts.agents.backend_engineer(user_name="Ada")  # wrong
prompts.scripts.blob()  # wrong
number: int = prompts.agents.greeter(user_name="Ada")  # wrong
prompts.agents.greeter(user_name="Ada").metadata  # wrong
"""
LOADED = """
import hatch_agpm
from hatch_agpm.installed.load import Prompt
from pkg import prompts as own

prompts = hatch_agpm.load("pkg")
text: str = prompts.agents["greeter"](user_name="Ada", limit=3)
text = prompts.load("agents/backend-engineer")()
sizes: dict[str, int] = {name: len(prompts.agents[name]()) for name in prompts.agents}

def call(prompt: Prompt, **values: object) -> str:
    return prompt(**values)

text = call(own.agents.greeter, user_name="Ada") + call(own.agents.backend_engineer)

number: int = prompts.agents["greeter"](user_name="Ada")  # wrong
prompts.agents["greeter"].titel  # wrong
prompts.agents.greeter  # wrong
prompts.load(3)  # wrong
call("text")  # wrong
"""


def marked(program):
    """Return the numbers of the wrong lines of a program."""
    lines = enumerate(program.splitlines(), 1)
    return [number for number, line in lines if "# wrong" in line]


EXPECTED = [
    *(("loaded.py", number) for number in marked(LOADED)),
    *(("wrong.py", number) for number in marked(WRONG)),
]


@pytest.fixture
def project(tmp_path):
    """Return a directory with a typed package, its prompts, and two programs."""
    rendering = Rendering(resources=RESOURCES)
    bundle = build_bundle(
        rendering, output="pkg/prompts", distribution="pkg", version="1"
    )
    write_files(tmp_path / "pkg/prompts", bundle.files)
    (tmp_path / "pkg/__init__.py").touch()
    (tmp_path / "pkg/py.typed").touch()
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "loaded.py").write_text(LOADED)
    return tmp_path


def mypy(directory, *arguments):
    """Return the errors of mypy as pairs of a file and a line, and its output."""
    options = ["--strict", "--no-error-summary", "--hide-error-codes", "--no-pretty"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
    )
    lines = [line for line in done.stdout.splitlines() if ": error:" in line]
    places = [(line.split(":")[0], int(line.split(":")[1])) for line in lines]
    return places, done.stdout + done.stderr


def pyright(directory, *files, **options):
    """Return the errors of pyright as pairs of a file and a line, and its output."""
    checker = shutil.which("basedpyright", path=str(Path(sys.executable).parent))
    if checker is None:
        pytest.skip("basedpyright is not installed")
    # The additional checks of basedpyright are about style.
    settings = {"typeCheckingMode": "strict", "include": files, **options}
    (directory / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [checker, "--pythonpath", sys.executable, "--outputjson"],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    places = {
        (
            Path(each["file"]).relative_to(directory).as_posix(),
            each["range"]["start"]["line"] + 1,
        )
        for each in found
        if each["severity"] == "error"
    }
    return sorted(places), done.stdout + done.stderr


def test_mypy_finds_exactly_the_mistakes(project):
    modules = [f"-m{name}" for name in ("right", "wrong", "loaded")]
    found, output = mypy(project, "-p", "pkg", *modules)

    assert sorted(found) == EXPECTED, output


@pytest.mark.slow
def test_pyright_finds_exactly_the_mistakes(project):
    # These programs have unused expressions on purpose; the generated code is not
    # checked, because it has a stub.
    found, output = pyright(
        project,
        "right.py",
        "wrong.py",
        "loaded.py",
        "pkg/prompts/__init__.pyi",
        reportUnusedExpression=False,
        reportUnknownMemberType=False,
        reportUnknownVariableType=False,
        reportUnusedCallResult=False,
    )

    assert found == EXPECTED, output


def test_stubtest_finds_no_difference_from_the_code(project):
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "pkg.prompts"],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def example(tmp_path, build, unpack):
    """Return a directory with the files of the example's wheel."""
    project = tmp_path / "example_pkg"
    shutil.copytree(EXAMPLE, project)
    return unpack(build(project).artefact)


def test_mypy_accepts_the_example(example):
    assert (example / "example_pkg/py.typed").exists()
    found, output = mypy(example, "-p", "example_pkg")

    assert found == [], output


@pytest.mark.slow
def test_pyright_accepts_the_example(example):
    found, output = pyright(
        example,
        "example_pkg/__main__.py",
        "example_pkg/release_notes.py",
        "example_pkg/prompts/__init__.pyi",
    )

    assert found == [], output
