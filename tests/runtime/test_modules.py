"""What Python code does with the modules of a bundle, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pythons import EACH_PYTHON

ROOT = Path(__file__).parents[2] / "hatch_agpm" / "runtime"
HANGS_AFTER = 120
"""Seconds after which a process is taken to hang, on a busy machine as well."""

PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "acme"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "acme/prompts"
skills.pdf = "p/pdf"
mcp-servers.files = "p/files.json"

[tool.hatch-agpm.agents]
backend-engineer = "p/backend-engineer.md"
class = "p/class.md"
"team/lead" = "p/lead.md"
greeter = "p/greeter.md"
"ﬁle" = "p/ligature.md"
"re\\u0301sume\\u0301" = "p/decomposed.md"
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "acme/__init__.py": "",
    "p/backend-engineer.md": """\
---
name: backend-engineer
---
You are a backend engineer.
""",
    "p/greeter.md": """\
---
agpm:
  runtime:
    user: str
---
Hello {{ user }}!
""",
    "p/class.md": "You are a class.\n",
    "p/lead.md": "Lead.\n",
    "p/ligature.md": "ligature\n",
    "p/decomposed.md": "decomposed\n",
    "p/files.json": '{"command": "x"}\n',
    "p/pdf/SKILL.md": "---\nname: pdf\ndescription: Reads.\n---\nRead.\n",
    "p/pdf/notes.txt": "Notes.\n",
}

# As the site-packages of an interpreter, with its `.pth` files.
START = """
import site, sys, warnings
warnings.simplefilter("error")
SITE = {site!r}
site.addsitedir(SITE)
"""

WAYS = {
    "attributes, keys and names": """
from acme import prompts
engineer = prompts.agents.backend_engineer
assert engineer == "You are a backend engineer.\\n"
assert engineer is prompts.agents["backend-engineer"]
assert engineer is prompts.load("agents/backend-engineer")
assert prompts.agents.team.lead == prompts.agents["team/lead"] == "Lead.\\n"
assert prompts.agents.team is prompts.agents.team
assert list(prompts.agents.team) == ["lead"] and prompts.agents.team["lead"]
assert "team/lead" in prompts.agents and "team" not in prompts.agents
assert 3 not in prompts.agents and len(prompts.agents) == 6
""",
    "importing a namespace first": """
import acme.prompts.agents
assert acme.prompts.agents.backend_engineer
assert sys.modules["acme.prompts.agents"] is acme.prompts.agents
""",
    "importing a namespace after it was used": """
from acme import prompts
namespace = prompts.agents
assert namespace.backend_engineer
import acme.prompts.agents as imported
assert imported is namespace is prompts.agents
""",
    "importing from a namespace": """
from acme.prompts.agents import backend_engineer, team
from acme.prompts.mcp_servers import files
import acme.prompts.skills as skills
assert backend_engineer.startswith("You") and team.lead and "command" in files
assert skills.pdf.read("notes.txt") == b"Notes.\\n"
""",
    "a star import": """
from acme.prompts.agents import *
from acme.prompts import *
assert agents.backend_engineer == backend_engineer and load("agents/class")
assert {"greeter", "team", "skills", "names"} <= set(globals())
""",
    "a failing import leaves everything as it was": """
for name in ("agents.nope", "nope", "agents.backend_engineer", "skills.pdf"):
    try:
        __import__(f"acme.prompts.{name}")
    except ModuleNotFoundError:
        pass
    else:
        raise AssertionError(name)
try:
    from acme.prompts.agents import nope
except ImportError as error:
    assert "cannot import name 'nope'" in str(error), error
else:
    raise AssertionError
from acme import prompts
assert prompts.agents.backend_engineer and prompts.agents["class"]
assert prompts.skills.pdf == "Read.\\n"
""",
    "patching by a dotted name": """
from unittest import mock
for _ in range(2):
    with mock.patch("acme.prompts.agents.backend_engineer", "X"):
        from acme import prompts
        from acme.prompts.agents import backend_engineer
        assert prompts.agents.backend_engineer == backend_engineer == "X"
    assert prompts.agents.backend_engineer.startswith("You")
with mock.patch("acme.prompts.agents.team.lead", "Y"):
    assert prompts.agents.team.lead == "Y"
assert prompts.agents.team.lead == "Lead.\\n"
with mock.patch("acme.prompts.agents", {"a": 1}):
    assert prompts.agents == {"a": 1}
with mock.patch.object(prompts.skills, "pdf", "Z"):
    assert prompts.skills.pdf == "Z"
assert prompts.agents.backend_engineer and prompts.skills.pdf == "Read.\\n"
try:
    with mock.patch("acme.prompts.agents.nope", "X"):
        pass
except AttributeError:
    pass
else:
    raise AssertionError
assert prompts.agents.backend_engineer
""",
    "assigning and deleting an attribute": """
from acme import prompts
old = prompts.agents.backend_engineer
prompts.agents.backend_engineer = "X"
assert prompts.agents.backend_engineer == "X"
del prompts.agents.backend_engineer
assert prompts.agents.backend_engineer is old
""",
    "resolving a name": """
import pkgutil
for name in ("acme.prompts.agents.backend_engineer",
             "acme.prompts.agents:backend_engineer",
             "acme.prompts:agents.backend_engineer"):
    assert pkgutil.resolve_name(name).startswith("You"), name
assert pkgutil.resolve_name("acme.prompts.skills.pdf") == "Read.\\n"
""",
    "the files of a namespace as resources": """
from importlib.resources import files
agents = files("acme.prompts.agents")
assert "You are" in (agents / "backend-engineer.md").read_text(encoding="utf-8")
assert (agents / "team" / "lead.md").read_bytes() == b"Lead.\\n"
assert "class.md" in [file.name for file in agents.iterdir()]
assert (files("acme.prompts.mcp_servers") / "files.json").is_file()
assert (files("acme.prompts") / "agents" / "class.md").is_file()
from acme import prompts
assert (files(prompts.agents) / "class.md").is_file()
""",
    "old functions of importlib.resources": """
warnings.simplefilter("ignore")
import importlib.resources
if hasattr(importlib.resources, "is_resource"):
    read = importlib.resources.read_text("acme.prompts.agents", "class.md")
    assert read.startswith("You")
    assert importlib.resources.is_resource("acme.prompts.agents", "class.md")
""",
    "data of the package": """
import pkgutil
assert pkgutil.get_data("acme.prompts", "agents/class.md").startswith(b"You")
""",
    "reloading the package": """
import importlib, pickle
from acme import prompts
old, agents, kind = prompts.agents.backend_engineer, prompts.agents, prompts.Prompt
assert importlib.reload(prompts) is prompts
assert prompts.agents is agents and prompts.Prompt is kind
assert isinstance(old, prompts.Prompt)
again = pickle.loads(pickle.dumps(old))
assert again == old == prompts.agents.backend_engineer and type(again) is kind
assert old.metadata == {"name": "backend-engineer"}
""",
    "reloading a namespace": """
import importlib, pickle
from importlib.resources import files
from acme import prompts
old, agents = prompts.agents.backend_engineer, prompts.agents
for _ in range(2):
    assert importlib.reload(agents) is agents is sys.modules["acme.prompts.agents"]
assert prompts.agents is agents and agents.backend_engineer == old
assert agents["class"] and pickle.loads(pickle.dumps(old)) == old
assert (files("acme.prompts.agents") / "class.md").is_file()
""",
    "pickles and copies": """
import copy, pickle
from acme import prompts
for prompt in (prompts.agents.backend_engineer, prompts.skills.pdf,
               prompts.agents.greeter):
    prompt(user="Ada") if prompt is prompts.agents.greeter else prompt()
    twins = [pickle.loads(pickle.dumps(prompt, number))
             for number in range(pickle.HIGHEST_PROTOCOL + 1)]
    twins += [copy.copy(prompt), copy.deepcopy(prompt)]
    for twin in twins:
        assert twin == prompt and type(twin) is prompts.Prompt
        assert twin.sha256 == prompt.sha256 and twin.document == prompt.document
        assert twin.full_name == prompt.full_name and twin.metadata == prompt.metadata
        assert "_template" not in vars(twin)
assert twins[0](user="Ada") == "Hello Ada!\\n"
""",
    "subinterpreters": """
code = f"import site, sys; site.addsitedir({SITE!r})" + '''
from acme import prompts
assert prompts.agents.backend_engineer
from acme.prompts.agents import backend_engineer
'''
if sys.version_info >= (3, 14):
    from concurrent import interpreters
    other = interpreters.create()
    other.exec(code)
    other.close()
else:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        import _interpreters as interpreters
    other = interpreters.create()
    failed = interpreters.run_string(other, code)
    interpreters.destroy(other)
    assert failed is None, failed
from acme import prompts
assert prompts.agents.backend_engineer
""",
    "identifiers as Python normalizes them": """
from acme import prompts
assert prompts.agents.ﬁle == prompts.agents.file == prompts.agents["ﬁle"]
assert getattr(prompts.agents, "ﬁle") == "ligature\\n" == prompts.agents["file"]
assert getattr(prompts.agents, "re\\u0301sume\\u0301") == "decomposed\\n"
assert prompts.agents.r\u00e9sum\u00e9 == prompts.agents["r\u00e9sum\u00e9"]
assert prompts.load("agents/r\u00e9sum\u00e9") == "decomposed\\n"
assert "r\u00e9sum\u00e9" in prompts.agents
from acme.prompts.agents import r\u00e9sum\u00e9
assert {"file", "r\u00e9sum\u00e9", "team"} <= set(dir(prompts.agents))
assert "class" not in dir(prompts.agents) and not hasattr(prompts.agents, "class")
""",
    "what dir lists can be read": """
from acme import prompts
for namespace in (prompts, prompts.agents, prompts.skills, prompts.agents.team):
    for name in dir(namespace):
        getattr(namespace, name)
assert {"agents", "skills", "load", "names", "Prompt"} <= set(dir(prompts))
public = [name for name in dir(prompts.skills) if not name.startswith("_")]
assert public == ["pdf"]
""",
    "missing names": """
from acme import prompts
assert not hasattr(prompts.agents, "nope") and not hasattr(prompts, "nope")
assert getattr(prompts.agents, "nope", 1) == 1
for wrong in ("prompts.agents.backend_enginer", "prompts.agents['backend-enginer']"):
    try:
        eval(wrong)
    except prompts.UnknownPromptError as error:
        assert error.near and isinstance(error, KeyError), error
    else:
        raise AssertionError(wrong)
""",
    "specs": """
from importlib.util import find_spec
for _ in range(2):
    assert find_spec("acme.prompts.agents").name == "acme.prompts.agents"
    assert find_spec("acme.prompts.agents.nope") is None
    assert find_spec("acme.prompts.nope") is None
    assert find_spec("acme.prompts.skills.pdf") is None
    import acme.prompts.agents
""",
    "a second import after all modules were removed": """
from acme import prompts
assert prompts.agents.backend_engineer
for name in [name for name in sys.modules if name.partition(".")[0] == "acme"]:
    del sys.modules[name]
import acme.prompts.agents
assert acme.prompts.agents.backend_engineer
assert acme.prompts.agents is not prompts.agents
assert prompts.agents.backend_engineer and prompts.agents.greeter(user="Ada")
""",
    "a second import after one module was removed": """
from acme import prompts
assert prompts.agents.backend_engineer
del sys.modules["acme.prompts.agents"]
import acme.prompts.agents as again
assert again.backend_engineer and prompts.agents.backend_engineer
""",
    "walking packages": """
import pkgutil
import acme
names = [module.name for module in pkgutil.walk_packages(acme.__path__, "acme.")]
assert "acme.prompts" in names and "acme.prompts.agents" in names
from acme import prompts
assert prompts.agents.backend_engineer
""",
    "help, inspect and doctest": """
import doctest, inspect, pydoc
from acme import prompts
for module in (prompts, prompts.agents, prompts.agents.team):
    assert inspect.ismodule(module) and repr(module)
    pydoc.render_doc(module)
    inspect.getmembers(module)
    doctest.DocTestFinder().find(module, "x")
assert "open_namespace" in inspect.getsource(prompts.agents)
assert str(inspect.signature(prompts.agents.greeter)) == "(*, user: str) -> str"
""",
    "json and dataclasses": """
import dataclasses, json
from acme import prompts
prompt = prompts.agents.backend_engineer
assert json.loads(json.dumps({prompt: prompt})) == {prompt: prompt}
assert json.dumps(prompt) == json.dumps(str(prompt))
Data = dataclasses.make_dataclass("Data", [("text", str, prompt)])
assert dataclasses.asdict(Data())["text"] == prompt
assert type(str(prompt)) is str
""",
    "the import system is left alone": """
before = [*sys.meta_path], [*sys.path_hooks], [*sys.path]
import acme.prompts.agents
assert acme.prompts.agents.backend_engineer
assert before == ([*sys.meta_path], [*sys.path_hooks], [*sys.path])
""",
    "the command": """
import subprocess
code = f"import runpy, site; site.addsitedir({SITE!r}); "
code += "runpy.run_module('acme.prompts', run_name='__main__', alter_sys=True)"
command = [sys.executable, "-I", "-B", "-c", code]
done = subprocess.run([*command, "get", "agents/greeter", "--var", "user=Ada"],
                      capture_output=True)
assert (done.returncode, done.stdout) == (0, b"Hello Ada!\\n"), done
""",
}

LISTS_DIRECTORIES = "walking packages"
"""The way that an editable install does not serve, named in the docs as well."""

# What some Pythons cannot do, named in docs/reference/reading.md.
LAZY = """
import importlib.util
import acme
spec = importlib.util.find_spec("acme.prompts")
spec.loader = importlib.util.LazyLoader(spec.loader)
module = importlib.util.module_from_spec(spec)
sys.modules["acme.prompts"] = acme.prompts = module
spec.loader.exec_module(module)
assert module.agents.backend_engineer
import acme.prompts.agents
"""

THREADS = """
import importlib, threading
sys.setswitchinterval(1e-6)
start, errors = threading.Barrier(8), []

def use(number):
    start.wait()
    try:
        if number % 4 == 0:
            from acme import prompts
            prompts.agents.backend_engineer
        elif number % 4 == 1:
            import acme.prompts.agents
            acme.prompts.agents.backend_engineer
        elif number % 4 == 2:
            from acme.prompts.agents import backend_engineer
        else:
            importlib.import_module("acme.prompts.skills").pdf
    except BaseException as error:
        errors.append(repr(error))

threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not errors, errors
"""


@pytest.fixture(scope="module")
def wheels(build, tmp_path_factory):
    """Return the wheel and the editable wheel of one project, unpacked, by kind."""
    project = tmp_path_factory.mktemp("project")
    for path, text in FILES.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    unpacked = {}
    for kind in ("wheel", "editable"):
        unpacked[kind] = tmp_path_factory.mktemp(kind)
        with zipfile.ZipFile(build(project, kind).artefact) as archive:
            archive.extractall(unpacked[kind])
    return unpacked


@pytest.fixture(scope="module")
def sites(wheels, tmp_path_factory):
    """Return how code begins that has the package: installed, in a zip, editable."""
    site = wheels["wheel"]
    archive = tmp_path_factory.mktemp("zip") / "site.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(site.rglob("*.*")):
            file.write(path, path.relative_to(site).as_posix())
    found = {"installed": site, "zip": archive, "editable": wheels["editable"]}
    return {kind: START.format(site=str(path)) for kind, path in found.items()}


def run(interpreter, code):
    """Run code in a fresh interpreter; return its output if it fails."""
    done = subprocess.run(
        [interpreter, "-I", "-B", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=HANGS_AFTER,
    )
    return done.stdout or "failed" if done.returncode else ""


def failures(interpreter, start, ways):
    results = {way: run(interpreter, start + code) for way, code in ways.items()}
    return {way: output for way, output in results.items() if output}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("install", ["installed", "zip", "editable"])
def test_ordinary_code_works_with_the_modules(sites, way, install):
    if install == "editable" and way == LISTS_DIRECTORIES:
        pytest.skip("named in docs/reference/reading.md")
    assert run(sys.executable, sites[install] + WAYS[way]) == ""


@pytest.mark.slow
@pytest.mark.parametrize("install", ["installed", "zip", "editable"])
@EACH_PYTHON
def test_every_python_can_use_the_modules(sites, interpreter, install):
    ways = dict(WAYS)
    if install == "editable":
        del ways[LISTS_DIRECTORIES]
    if is_pypy(interpreter):
        del ways["subinterpreters"]  # which PyPy does not have
    if install != "zip" or not is_3_9(interpreter):
        ways["a lazy loader"] = LAZY

    assert failures(interpreter, sites[install], ways) == {}


@pytest.mark.slow
@pytest.mark.parametrize("install", ["installed", "zip", "editable"])
@EACH_PYTHON
def test_the_first_import_may_be_from_several_threads(sites, interpreter, install):
    if install == "zip" and is_3_9(interpreter):
        pytest.skip("named in docs/reference/reading.md")
    rounds = dict.fromkeys(range(20), THREADS)

    assert failures(interpreter, sites[install], rounds) == {}


def is_3_9(interpreter):
    return holds(interpreter, "sys.version_info[:2] == (3, 9)")


def is_pypy(interpreter):
    return holds(interpreter, "sys.implementation.name == 'pypy'")


def holds(interpreter, condition):
    code = f"import sys; sys.exit(not ({condition}))"
    return not subprocess.run([interpreter, "-c", code], check=False).returncode


# --- how the modules are written ------------------------------------------------------


@pytest.mark.parametrize("name", ["accessor", "modules"])
def test_the_modules_are_short_and_are_copied_as_they_are(wheels, name):
    text = (ROOT / f"{name}.py").read_bytes()

    assert text.count(b"\n") <= 150
    assert (wheels["wheel"] / f"acme/prompts/_{name}.py").read_bytes() == text


@pytest.mark.parametrize("module", ["accessor", "modules", "_prompt", "_reader"])
def test_the_modules_are_plain_python(module):
    text = (ROOT / f"{module}.py").read_text(encoding="utf-8")

    for word in (
        "attrgetter",
        "methodcaller",
        "_operator",
        "meta_path",
        "# ---  below",
    ):
        assert word not in text
