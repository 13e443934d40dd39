"""Reading the prompts of a bundle: the accessor, its copy of the reader, load()."""

from __future__ import annotations

import copy
import hashlib
import importlib
import inspect
import io
import itertools
import json
import pickle
import pydoc
import shutil
import subprocess
import sys
import threading
import zipfile
from importlib import resources

import pytest
from pythons import EACH_PYTHON

import hatch_agpm
from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.errors import BundleError
from hatch_agpm.model.rendering import (
    Input,
    InputNode,
    RenderedResource,
    Rendering,
    SkillFile,
)
from hatch_agpm.model.runtime import RuntimeVariable

HEAD = "---\nname: x\nmodel: some\n---\n"
BODY = "\n\nYou are Ünique.\r\n{json} $ARGUMENTS\n\n"


def resource(key, *, type="agent", text=HEAD + BODY, suffix=".md", **given):  # noqa: A002
    """Return a resource with a key in the manifest."""
    fields = {
        "name": f"templates/{key}",
        "tool": "claude-code",
        "install": None,
        "install_path": f".claude/{type}s/agpm/{key}{suffix}",
        "variables": {},
        "body": len(HEAD) if isinstance(text, str) and text.startswith(HEAD) else 0,
        "metadata": {"name": "x", "model": "some"},
        "template": InputNode(file=Input(path="a.md", sha256="0" * 64)),
    }
    return RenderedResource(
        type=type,
        alias=key,
        text=text,
        source_path=f"templates/{key}{suffix}",
        **(fields | given),
    )


NET = resource(
    "net",
    type="skill",
    files=(
        SkillFile(path="SKILL.md", data=(HEAD + BODY).encode(), executable=False),
        SkillFile(path="bin/mend.sh", data=b"#!\xff", executable=True),
    ),
)
LIBRARY = [
    resource("backend-engineer"),
    resource("a-b_c"),
    resource("rust-1.70"),
    resource("team/lead"),
    resource("class"),
    resource("_hidden"),
    resource("plain", text="No frontmatter.\n", metadata={}),
    resource("empty", text="", metadata={}),
    resource("files", type="mcp-server", text="{}\n", suffix=".json", metadata={}),
    resource("blob", type="script", text=b"\x7fELF\xff", suffix=".bin", metadata={}),
    NET,
]


def write_bundle(directory, package, resources=LIBRARY, output="prompts", **given):
    """Write a package with a bundle, as its wheel would install it."""
    facts = {"distribution": package.replace("_", "-"), "version": "1.0"} | given
    rendering = Rendering(resources=resources)
    bundle = build_bundle(rendering, output=f"{package}/{output}", **facts)
    (directory / package).mkdir(parents=True, exist_ok=True)
    (directory / package / "__init__.py").touch()
    write_files(directory / package / output, bundle.files)
    return directory / package / output


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    """Return the name of a package that is not written yet, and no other test has."""
    name = f"pkg_{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]}"
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [key for key in sys.modules if key.partition(".")[0] == name]:
        del sys.modules[module]


@pytest.fixture
def prompts(tmp_path, package):
    """Return the module of a bundle that holds LIBRARY."""
    write_bundle(tmp_path, package)
    return importlib.import_module(f"{package}.prompts")


# --- what a prompt is -----------------------------------------------------------------


def test_a_prompt_is_the_text_after_the_frontmatter_byte_for_byte(prompts):
    prompt = prompts.agents.backend_engineer

    assert isinstance(prompt, str)
    assert isinstance(prompt, prompts.Prompt)
    assert prompt == BODY
    assert prompt.document == HEAD + BODY
    assert type(prompt.document) is str


def test_a_prompt_has_the_fields_of_the_index(prompts, package):
    prompt = prompts.agents.backend_engineer

    assert prompt.name == "backend-engineer"
    assert prompt.type == "agent"
    assert prompt.tool == "claude-code"
    assert prompt.metadata == {"name": "x", "model": "some"}
    assert prompt.path == f"{package}/prompts/agents/backend-engineer.md"
    assert prompt.install_path == ".claude/agents/agpm/backend-engineer.md"
    assert prompt.sha256 == hashlib.sha256((HEAD + BODY).encode()).hexdigest()
    assert prompt.files == ()


def test_the_path_is_that_of_the_file(prompts, tmp_path):
    for prompt in map(prompts.load, prompts.names()):
        data = (tmp_path / prompt.path).read_bytes()
        document = prompt.document
        assert data == (document if isinstance(document, bytes) else document.encode())
        assert prompt.sha256 == hashlib.sha256(data).hexdigest()


def test_no_attribute_of_a_prompt_is_a_method_of_str(prompts):
    own = set(dir(prompts.agents.plain)) - set(dir(str))

    assert own >= {"document", "files", "install_path", "metadata", "name", "path"}
    assert own >= {"read", "sha256", "tool", "type"}
    assert not [name for name in own if hasattr("", name)]


def test_a_file_without_frontmatter_is_all_text(prompts):
    assert prompts.agents.plain == prompts.agents.plain.document == "No frontmatter.\n"
    assert prompts.agents.plain.metadata == {}
    assert prompts.agents.empty == ""


def test_an_attribute_that_a_prompt_does_not_have_is_an_attribute_error(prompts):
    with pytest.raises(AttributeError, match="titel"):
        _ = prompts.agents.plain.titel


def test_a_resource_that_is_not_text_is_bytes(prompts):
    blob = prompts.scripts.blob

    assert isinstance(blob, bytes)
    assert isinstance(blob, prompts.BinaryResource)
    assert blob == blob.document == b"\x7fELF\xff"
    assert (blob.name, blob.type, blob.tool) == ("blob", "script", "claude-code")
    assert "sha256" in dir(blob)


def test_a_skill_lists_and_reads_its_files(prompts, package):
    skill = prompts.skills.net

    assert skill == BODY
    assert skill.path == f"{package}/prompts/skills/net/SKILL.md"
    assert skill.files == ("SKILL.md", "bin/mend.sh")
    assert skill.read("bin/mend.sh") == b"#!\xff"
    with pytest.raises(prompts.UnknownPromptError) as caught:
        skill.read("bin/mend.py")
    assert caught.value.location == f"{package}.prompts.skills.net"
    assert caught.value.near == ("bin/mend.sh",)


@pytest.mark.parametrize("name", ["agents/backend-engineer", "scripts/blob"])
@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda prompt: pickle.loads(pickle.dumps(prompt))],  # noqa: S301 - our own
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_is_still_a_prompt(prompts, name, copied):
    prompt = prompts.load(name)
    twin = copied(prompt)

    assert type(twin) is type(prompt)
    assert twin == prompt
    assert (twin.sha256, twin.path, twin.document, twin.metadata) == (
        (prompt.sha256, prompt.path, prompt.document, prompt.metadata)
    )


def test_a_pickle_is_read_in_a_process_of_its_own(prompts, tmp_path, run_python):
    pickled = tmp_path / "prompt.pickle"
    pickled.write_bytes(pickle.dumps(prompts.agents.backend_engineer))

    read = (
        "import pickle; print(pickle.load(open(sys.argv[1], 'rb')).metadata['model'])"
    )
    code = f"sys.argv[1:] = [{str(pickled)!r}]; {read}"
    assert run_python(code, tmp_path) == "some\n"


# --- how it is found ------------------------------------------------------------------


def test_every_access_to_a_prompt_gives_the_same_object(prompts):
    prompt = prompts.agents.backend_engineer

    assert prompts.agents["backend-engineer"] is prompt
    assert prompts.load("agents/backend-engineer") is prompt
    assert prompts.agents.backend_engineer is prompt


@pytest.mark.parametrize("name", ["rust-1.70", "team/lead", "class", "_hidden"])
def test_a_name_that_is_not_an_attribute_is_reached_by_key(prompts, name):
    assert prompts.agents[name] == BODY
    assert prompts.load(f"agents/{name}") is prompts.agents[name]


def test_an_attribute_may_mix_both_dashes(prompts):
    assert prompts.agents.a_b_c is prompts.agents["a-b_c"]


def test_a_type_is_a_collection_of_names(prompts):
    agents = prompts.agents

    assert list(agents) == sorted(agents)
    assert len(agents) == len(list(agents)) == 8
    assert "rust-1.70" in agents
    assert "rust_1" not in agents
    assert [name for name in dir(agents) if not name.startswith("_")] == [
        "a_b_c", "backend_engineer", "empty", "plain", "team",
    ]  # fmt: skip


def test_types_are_attributes_even_where_they_are_empty(prompts):
    assert list(prompts.mcp_servers) == ["files"]
    assert list(prompts.hooks) == []
    assert not prompts.hooks
    assert prompts.hooks is prompts.hooks
    assert "hooks" in dir(prompts)


def test_names_are_sorted_and_each_can_be_loaded(prompts):
    names = prompts.names()

    assert names == sorted(names)
    assert [prompts.load(name).name for name in names] == [
        name.partition("/")[2] for name in names
    ]


def test_a_resource_may_have_the_name_of_a_method(tmp_path, package):
    methods = [
        *[name for name in dir(dict) + dir(str) if not name.startswith("_")],
        "load", "names", "str", "int", "bool", "object", "type", "property", "self",
    ]  # fmt: skip
    write_bundle(tmp_path, package, [resource(name) for name in set(methods)])
    agents = importlib.import_module(f"{package}.prompts").agents

    for name in methods:
        assert getattr(agents, name) is agents[name]
    assert {name for name in dir(agents) if not name.startswith("_")} == set(methods)


@pytest.mark.parametrize(
    ("ask", "location", "near"),
    [
        ("prompts.agents.backend_enginer", ".agents", "backend_engineer"),
        ("prompts.agents['backend_engineer']", ".agents", "backend-engineer"),
        ("prompts.mcp_servers['flies']", ".mcp_servers", "files"),
        ("prompts.agents[7]", ".agents", None),
        ("prompts.hooks['x']", ".hooks", None),
        ("prompts.load('agents/plane')", ".agents", "plain"),
        ("prompts.load('agent/plain')", "", "agents/plain"),
        ("prompts.load('plain')", "", "agents/plain"),
        ("prompts.load('agent/backend-engineer')", "", "agents/backend-engineer"),
        ("prompts.load('backend_engineer')", "", "agents/backend-engineer"),
        ("prompts.load('backend-enginer')", "", "agents/backend-engineer"),
        ("prompts.load('agents.plain')", "", "agents/plain"),
        ("prompts.load('plain.md')", "", "agents/plain"),
        ("prompts.load('')", "", None),
        ("prompts.backend_engineer", "", "agents.backend_engineer"),
        ("prompts.agnets", "", "agents"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(
    prompts, package, ask, location, near
):
    with pytest.raises(prompts.UnknownPromptError) as caught:
        eval(ask, {"prompts": prompts})  # noqa: S307 - from the table above

    assert caught.value.location == f"{package}.prompts{location}"
    assert caught.value.near == (() if near is None else (near,))
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, AttributeError)
    twin = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (str(twin), twin.near) == (str(caught.value), caught.value.near)


def test_a_traceback_has_one_suggestion(tmp_path):
    write_bundle(tmp_path, "example")
    code = "from example import prompts; prompts.agents.backend_enginer"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.stderr.lower().count("did you mean") == 1


def test_hasattr_is_false_for_unknown_names(prompts):
    assert not hasattr(prompts.agents, "nobody")
    assert not hasattr(prompts.agents, "__wrapped__")
    assert not hasattr(prompts, "nothing")
    assert not hasattr(prompts, "__wrapped__")


def test_a_star_import_gives_the_types_and_two_functions(tmp_path, package):
    write_bundle(tmp_path, package)
    namespace = {}
    exec(f"from {package}.prompts import *", namespace)  # noqa: S102 - our own

    assert set(namespace) - {"__builtins__"} == {
        "agents", "commands", "hooks", "mcp_servers", "scripts", "skills", "snippets",
        "load", "names",
    }  # fmt: skip


def test_help_lists_the_prompts(prompts):
    text = pydoc.plain(pydoc.render_doc(prompts))

    assert "The prompts of" in text
    assert "8 agents, 1 mcp-server, 1 script, 1 skill." in text
    assert "prompts.agents.a_b_c" in text
    assert 'prompts.agents["_hidden"]' in text
    assert {"agents", "mcp_servers", "scripts", "skills"} <= set(text.split())
    assert "Return the full names of all resources, sorted." in text


def test_help_of_a_type_shows_descriptions_and_variables(tmp_path, package):
    variables = (
        RuntimeVariable(name="user_name", kind="str", default=None, spans=((0, 1),)),
        RuntimeVariable(name="limit", kind="int", default=5, spans=()),
        RuntimeVariable(name="tone", kind="str", default=None, spans=()),
    )
    described = {"description": "Greets.\nPolitely."}
    resources = [
        resource("greeter", runtime=variables, metadata=described),
        resource("plain"),
    ]
    write_bundle(tmp_path, package, resources)
    prompts = importlib.import_module(f"{package}.prompts")
    listed = """\
    Attributes, with _ for -, and items by name; iterating gives the names.

    greeter(user_name: str, limit: int = 5, tone: str = ...)
        Greets.
        Politely.

    plain
"""

    text = pydoc.plain(pydoc.render_doc(prompts.agents))
    # Some Pythons indent empty lines.
    lines = [line.rstrip() for line in text.splitlines()]
    assert listed in "\n".join(lines)
    assert f"{package}.prompts.agents - 2 agents." in text
    assert str(inspect.signature(prompts.agents.greeter)) == (
        "(*, user_name: str, limit: int = 5, tone: str = Ellipsis) -> str"
    )
    assert str(inspect.signature(prompts.agents.plain)) == "() -> str"


def test_help_of_the_class_describes_the_attributes_of_a_prompt(prompts):
    # `help(prompt)` itself cannot: pydoc looks up every str as a name.
    text = pydoc.plain(pydoc.render_doc(type(prompts.agents.plain)))

    assert "A prompt: a `str`, everything after the frontmatter" in text
    assert "Where that coding agent looks for it" in text


def test_help_of_a_prompt_says_that_the_name_is_unknown(prompts):
    # If this fails, Python has learnt better, and docs/reference/reading.md can say so.
    output = io.StringIO()
    pydoc.Helper(output=output)(prompts.agents.plain)

    message = "No Python documentation found for 'No frontmatter."
    assert output.getvalue().startswith(message)


# --- values and pieces ---------------------------------------------------------------


@pytest.fixture
def greeter(tmp_path, package):
    """Return a prompt that has a placeholder at its start, and one within."""
    text = "{{ user }}: {{ user }} of {{ team }}\n"
    spans = (0, 10), (12, 22)
    variables = (
        RuntimeVariable(name="user", kind="str", default=None, spans=spans),
        RuntimeVariable(name="team", kind="str", default="x", spans=((26, 36),)),
    )
    plain = resource("plain", text="x")
    write_bundle(
        tmp_path, package, [resource("greeter", text=text, runtime=variables), plain]
    )
    return importlib.import_module(f"{package}.prompts").agents.greeter


def test_parts_are_the_text_in_pieces(greeter):
    parts = greeter.parts(user="Ada", team="")

    assert [text for text, is_value in parts if is_value] == ["Ada", "Ada"]
    assert [text for text, is_value in parts if not is_value] == [": ", " of ", "\n"]
    assert "".join(text for text, _ in parts) == greeter(user="Ada", team="")
    assert all(type(text) is str for text, _ in parts)


@pytest.fixture
def variant(tmp_path, package):
    """Return a prompt whose text has one of its three variables."""
    variables = (
        RuntimeVariable(name="user", kind="str", default=None, spans=((0, 10),)),
        RuntimeVariable(name="steps", kind="int", default=None, spans=()),
        RuntimeVariable(name="tone", kind="str", default="dry", spans=()),
    )
    text = "{{ user }} thinks\n"
    listed = [resource("variant", text=text, runtime=variables)]
    write_bundle(tmp_path, package, listed)
    return importlib.import_module(f"{package}.prompts").agents.variant


@pytest.mark.parametrize("given", [{}, {"steps": 2}, {"tone": "x"}, {"steps": -1}])
def test_a_variable_that_the_text_does_not_have_may_be_left_out(variant, given):
    assert variant(user="Ada", **given) == "Ada thinks\n"
    parts = (("Ada", True), (" thinks\n", False))
    assert variant.parts(user="Ada", **given) == parts


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, ["user"]),
        ({"steps": 1}, ["user"]),
        ({"user": "Ada", "steps": "1"}, ["steps"]),
        ({"user": "Ada", "step": 1}, ["step"]),
        ({"tone": 3, "steps": True}, ["user", "tone", "steps"]),
    ],
)
def test_what_is_wrong_of_such_a_call_is_an_error(variant, given, named):
    with pytest.raises(TypeError) as caught:
        variant(**given)
    assert len(caught.value.problems) == len(named)
    for name, problem in zip(named, caught.value.problems, strict=True):
        assert name in problem


def test_the_signature_shows_that_it_may_be_left_out(variant):
    parameters = inspect.signature(variant).parameters
    assert [each.default for each in parameters.values()] == [
        inspect.Parameter.empty,
        ...,
        "dry",
    ]


def test_a_text_without_variables_is_one_part(prompts):
    assert prompts.agents.plain.parts() == (("No frontmatter.\n", False),)
    assert prompts.agents.empty.parts() == ()


def test_parts_raise_what_a_call_raises(greeter):
    for use in (greeter, greeter.parts):
        with pytest.raises(TypeError, match="user is missing"):
            use()
        with pytest.raises(TypeError, match="given by name"):
            use("Ada")


def test_a_prompt_with_placeholders_is_not_a_value(greeter, package):
    prompts = importlib.import_module(f"{package}.prompts")

    with pytest.raises(prompts.VariableError) as caught:
        greeter(user=greeter)

    (problem,) = caught.value.problems
    assert "unfilled placeholders" in problem
    assert greeter(user=greeter(user="Ada")).startswith("Ada: Ada of x\n: ")
    assert greeter(user=prompts.agents.plain, team="y") == "x: x of y\n"


def test_pydantic_takes_prompts(prompts):
    pydantic = pytest.importorskip("pydantic")
    prompt = prompts.agents.plain
    kind = prompts.Prompt
    model = pydantic.create_model(
        "Model", text=(str, prompt), prompt=(kind, prompt), given=kind
    )

    made = model(given=prompt)
    assert made.given is prompt
    assert made.model_dump() == dict.fromkeys(("text", "prompt", "given"), str(prompt))
    schema = model.model_json_schema()["properties"]
    assert schema["text"] == {"default": prompt, "title": "Text", "type": "string"}
    assert schema["given"] == {"title": "Given", "type": "string"}
    assert model.model_validate_json('{"given": "x"}').given == "x"
    with pytest.raises(pydantic.ValidationError):
        model(given=3)


def test_a_frozen_program_lacks_a_file_and_the_option_is_named(prompts, package):
    error = prompts.DamagedWheelError("acme/x.md", "No such file", f"{package}.prompts")

    assert f"--collect-data {package}.prompts" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own


# --- damage ---------------------------------------------------------------------------


def test_a_missing_file_is_reported_as_a_damaged_wheel(tmp_path, package):
    directory = write_bundle(tmp_path, package)
    (directory / "agents/plain.md").unlink()
    prompts = importlib.import_module(f"{package}.prompts")

    with pytest.raises(prompts.DamagedWheelError) as caught:
        _ = prompts.agents.plain

    assert isinstance(caught.value, OSError)
    assert caught.value.path == f"{package}/prompts/agents/plain.md"
    assert caught.value.reason == "No such file or directory"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301
    assert prompts.agents.empty == ""


WHOLE = (HEAD + BODY).encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="emptied"),
        pytest.param(WHOLE[:-1], id="cut short"),
        pytest.param(WHOLE[: len(HEAD)], id="frontmatter only"),
        pytest.param(WHOLE + b"\n", id="longer"),
        pytest.param(WHOLE.replace(b"You", b"Who"), id="edited"),
        pytest.param(WHOLE.replace(b"some", b"many"), id="frontmatter edited"),
        pytest.param(WHOLE.replace(b"some\n---", b"som\n---\n"), id="text moved"),
        pytest.param(b"\n" + WHOLE[:-1], id="everything moved"),
        pytest.param(WHOLE.replace(b"\r\n", b"\n"), id="other line ends"),
        pytest.param(bytes(len(WHOLE)), id="overwritten"),
        pytest.param(b"short", id="another file"),
        pytest.param(b"\xff" * len(WHOLE), id="not text"),
    ],
)
def test_a_changed_prompt_is_damage(tmp_path, package, data):
    directory = write_bundle(tmp_path, package)
    (directory / "agents/backend-engineer.md").write_bytes(data)
    (directory / "scripts/blob.bin").write_bytes(data)
    prompts = importlib.import_module(f"{package}.prompts")

    for name in ("agents/backend-engineer", "scripts/blob"):
        with pytest.raises(prompts.DamagedWheelError) as caught:
            prompts.load(name)
        assert name in caught.value.path


@pytest.mark.parametrize("data", [b"", b"#!", b"#!\xfe", b"#!\xff\n"])
def test_a_changed_file_of_a_skill_is_damage(tmp_path, package, data):
    directory = write_bundle(tmp_path, package)
    (directory / "skills/net/bin/mend.sh").write_bytes(data)
    prompts = importlib.import_module(f"{package}.prompts")

    with pytest.raises(prompts.DamagedWheelError):
        prompts.skills.net.read("bin/mend.sh")


@pytest.mark.parametrize(
    "code", [None, "", "def ", "raise NameError", "import nothing"]
)
def test_a_damaged_reader_is_damage_of_the_wheel(tmp_path, package, code):
    directory = write_bundle(tmp_path, package)
    if code is None:
        (directory / "_reader.py").unlink()
    else:
        (directory / "_reader.py").write_text(code)
    prompts = importlib.import_module(f"{package}.prompts")
    plain = prompts.agents.plain

    for use in (
        lambda: prompts.agents.plan,
        lambda: prompts.agents["plan"],
        lambda: prompts.load("plan"),
        lambda: plain.metadata,
        plain,
        plain.parts,
        lambda: plain.__signature__,
    ):
        with pytest.raises(prompts.DamagedWheelError) as caught:
            use()
        assert caught.value.path == f"{package}/prompts/_reader.py"


@pytest.mark.parametrize("code", [None, "", "def ", "import nothing"])
def test_damaged_resources_are_damage_of_the_wheel(tmp_path, package, code):
    directory = write_bundle(tmp_path, package)
    if code is None:
        (directory / "_resources.py").unlink()
    else:
        (directory / "_resources.py").write_text(code)
    prompts = importlib.import_module(f"{package}.prompts")

    with pytest.raises(prompts.DamagedWheelError) as caught:
        resources.files(f"{package}.prompts.agents")
    assert caught.value.path == f"{package}/prompts/_resources.py"


# --- where and how fast --------------------------------------------------------------

USE = """
from {package} import prompts
assert prompts.agents.backend_engineer == prompts.agents["backend-engineer"]
assert prompts.load("agents/a-b_c") is prompts.agents.a_b_c
assert prompts.agents.plain.document == "No frontmatter.\\n"
assert prompts.agents["team/lead"] == prompts.agents["class"]
assert prompts.agents.backend_engineer.metadata == {{"name": "x", "model": "some"}}
assert prompts.skills.net.read("bin/mend.sh") == b"#!\\xff"
assert prompts.scripts.blob == b"\\x7fELF\\xff"
assert not hasattr(prompts.agents, "nobody")
assert "net" in dir(prompts.skills)
import copy, pickle
for twin in (copy.deepcopy, lambda prompt: pickle.loads(pickle.dumps(prompt))):
    assert twin(prompts.agents.plain).path == "{package}/prompts/agents/plain.md"
    assert twin(prompts.scripts.blob).sha256 == prompts.scripts.blob.sha256
try:
    prompts.load("agents/plane")
except prompts.UnknownPromptError as error:
    assert str(error).endswith("agents has no 'plane'; did you mean 'plain'?"), error
else:
    raise AssertionError
import pydoc
for page in (prompts, prompts.agents, type(prompts.agents.plain)):
    text = pydoc.plain(pydoc.render_doc(page))
    assert "acme" not in text, text
print(sys.version_info[:2])
"""


@pytest.fixture
def zipped(tmp_path):
    """Return a zip with a package `example` that has a bundle."""
    write_bundle(tmp_path / "site", "example")
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted((tmp_path / "site").rglob("*.*")):
            file.write(path, path.relative_to(tmp_path / "site").as_posix())
    return archive


@EACH_PYTHON
def test_every_python_reads_a_directory(interpreter, tmp_path, run_python):
    write_bundle(tmp_path, "example")

    code = "import warnings; warnings.simplefilter('error')\n" + USE
    output = run_python(
        code.format(package="example"), tmp_path, interpreter=interpreter
    )
    assert output.startswith("(3, ")


@EACH_PYTHON
def test_every_python_reads_a_zip(interpreter, zipped, run_python):
    output = run_python(USE.format(package="example"), zipped, interpreter=interpreter)

    assert output.startswith("(3, ")


def test_a_file_missing_from_a_zip_is_damage(tmp_path, zipped, run_python):
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(zipped) as whole, zipfile.ZipFile(broken, "w") as rest:
        for name in whole.namelist():
            if not name.endswith("plain.md"):
                rest.writestr(name, whole.read(name))
    code = """
from example import prompts
try:
    prompts.agents.plain
except prompts.DamagedWheelError as error:
    print(error.path)
"""

    assert run_python(code, broken) == "example/prompts/agents/plain.md\n"


def test_the_first_prompt_imports_nothing_but_the_package(tmp_path, run_python):
    write_bundle(tmp_path, "example")
    code = """
before = set(sys.modules)
from example import prompts
prompts.agents.backend_engineer, prompts.agents["rust-1.70"], len(prompts.agents)
prompts.load("agents/plain"), list(prompts.agents), "x" in prompts.agents
print(*sorted(set(sys.modules) - before))
"""

    # Since Python 3.14, `types` is in part another module.
    others = {"__future__", "_types", "keyword", "types"}
    loaded = set(run_python(code, tmp_path).split()) - others
    inside = ["", "._accessor", "._errors", "._modules", "._prompt", ".agents"]
    assert loaded == {"example", *(f"example.prompts{name}" for name in inside)}


def test_fields_of_the_accessor_do_not_read_the_index(tmp_path, run_python):
    (write_bundle(tmp_path, "example") / "index.json").unlink()
    code = """
from example import prompts
prompt = prompts.agents.backend_engineer
prompt.name, prompt.type, prompt.path, prompt.sha256, prompt.document
prompts.UnknownPromptError, hasattr(prompt, "__html__"), dir(prompt)
print(sorted({"json", "re", "difflib", "typing", "pathlib"} & set(sys.modules)))
"""

    assert run_python(code, tmp_path) == "[]\n"


def test_threads_get_one_and_the_same_prompt(tmp_path, package):
    resources = [resource(f"p{number}") for number in range(200)]
    write_bundle(tmp_path, package, resources)
    agents = importlib.import_module(f"{package}.prompts").agents
    start = threading.Barrier(8)
    seen = []

    def read():
        start.wait()
        seen.append([getattr(agents, f"p{number}") for number in range(200)])

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 8
    for first, second in itertools.pairwise(seen):
        assert all(one is other for one, other in zip(first, second, strict=True))


def test_a_reload_reads_the_files_again(tmp_path, package):
    directory = write_bundle(tmp_path, package, [resource("x", text="old")])
    prompts = importlib.import_module(f"{package}.prompts")
    assert (prompts.agents.x, prompts.agents.x.tool) == ("old", "claude-code")
    shutil.rmtree(directory)
    write_bundle(tmp_path, package, [resource("x", text="newer", tool="agpm")])

    importlib.invalidate_caches()
    prompts = importlib.reload(prompts)

    assert (prompts.agents.x, prompts.agents.x.tool) == ("newer", "agpm")


# --- load() ---------------------------------------------------------------------------


def write_distribution(directory, name, files):
    """Write the metadata of an installed distribution with these files."""
    info = directory / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    )
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.mark.parametrize("form", ["{}", "{}.prompts"])
def test_load_takes_the_package_or_the_module(prompts, package, form):
    assert hatch_agpm.load(form.format(package)) is prompts


def test_load_takes_the_name_of_a_distribution(tmp_path, package):
    write_bundle(tmp_path, package, output="data/words")
    (tmp_path / package / "data/__init__.py").touch()
    files = [f"{package}/__init__.py", f"{package}/data/words/index.json"]
    write_distribution(tmp_path, "Some-Dist.x", files)

    module = importlib.import_module(f"{package}.data.words")
    assert hatch_agpm.load("Some-Dist.x") is module
    assert hatch_agpm.load(f"{package}.data.words") is module


def test_load_takes_a_distribution_named_like_its_package(prompts, package):
    # As in an editable install, whose record does not list the package's files.
    assert hatch_agpm.load(package.replace("_", "-")) is prompts


def test_load_of_an_ambiguous_name_names_the_candidates(tmp_path, package):
    for output in ("one", "two"):
        write_bundle(tmp_path, package, output=output)
    files = [f"{package}/{output}/index.json" for output in ("two", "one")]
    write_distribution(tmp_path, "two-bundles", files)

    with pytest.raises(BundleError) as caught:
        hatch_agpm.load("two-bundles")

    assert caught.value.path == "two-bundles"
    assert f"{package}.one or {package}.two" in caught.value.hint


@pytest.mark.parametrize("name", ["json", "no-such-thing", "no.such.thing", "", "a b"])
def test_load_of_a_package_without_a_bundle_is_an_error(name):
    with pytest.raises(BundleError) as caught:
        hatch_agpm.load(name)

    assert caught.value.path == name


@pytest.mark.parametrize("index", ["{", "[]", "{}", '{"generator": {"name": "x"}}'])
def test_an_unrelated_package_with_an_index_is_not_a_bundle(tmp_path, package, index):
    (write_bundle(tmp_path, package) / "index.json").write_text(index)

    with pytest.raises(BundleError) as caught:
        hatch_agpm.load(package)
    assert caught.value.path == package


def test_load_refuses_an_index_from_the_future(tmp_path, package):
    path = write_bundle(tmp_path, package) / "index.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"schema": 99}))

    with pytest.raises(BundleError) as caught:
        hatch_agpm.load(package)

    assert caught.value.path == f"{package}.prompts"
    assert "schema 99" in caught.value.what


def test_load_raises_the_errors_of_the_package(tmp_path, package):
    write_bundle(tmp_path, package)
    (tmp_path / package / "__init__.py").write_text("import no_such_module\n")

    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        hatch_agpm.load(package)
