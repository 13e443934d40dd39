"""The messages about the files of a bundle, and those of its accessor."""

import itertools
import json

import pytest
from bundles import build, resource, skill

import hatch_agpm
from hatch_agpm.build.plan import plan_build
from hatch_agpm.build.writing import write_files
from hatch_agpm.errors import AgpmError, BundleError, ConflictError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.model.runtime import RuntimeVariable


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        pytest.param(
            [
                resource("snippets/x.md", type="snippet"),
                resource("x.md", type="snippet", text="other"),
            ],
            "snippets/x.md and x.md: would all be 'snippets/x' in the wheel; list each"
            " but one of them in the manifest, under a key of its own",
            id="two files, one name",
        ),
        pytest.param(
            [resource("p/b.md", alias="x"), resource("agents/x.md")],
            "agents/x.md and p/b.md: would all be 'agents/x' in the wheel; list each"
            " but one of them in the manifest, under a key of its own",
            id="a key and a dependency",
        ),
        pytest.param(
            [resource("p/a.md", alias="a-b"), resource("p/a.md", alias="a_b")],
            "agents/a-b and agents/a_b: would all be read as prompts.agents.a_b; rename"
            " one of them",
            id="one attribute",
        ),
        pytest.param(
            [
                resource("p/a.md", alias="Reviewer"),
                resource("p/b.md", alias="reviewer"),
            ],
            "agents/Reviewer.md and agents/reviewer.md: are the same file on systems"
            " that ignore case or composed letters; rename one of them",
            id="case",
        ),
        pytest.param(
            [resource("p/a.md", alias="e\u0301"), resource("p/b.md", alias="\xe9")],
            "agents/e\u0301.md and agents/\xe9.md: are the same file on systems that"
            " ignore case or composed letters; rename one of them",
            id="composed letters",
        ),
        pytest.param(
            [
                resource("p/run", alias="run", name="p/run"),
                resource("p/b.sh", alias="run/b"),
            ],
            "agents/run and agents/run/b.sh: are a file and a directory of one name;"
            " rename one of them",
            id="a file and a directory",
        ),
        pytest.param(
            [
                resource("p/a.md", alias="x~opencode"),
                resource("agents/x.md", tool="opencode", text="A"),
                resource("agents/x.md", tool="agpm", text="B"),
            ],
            "agents/x.md and p/a.md: would all be 'agents/x~opencode' in the wheel;"
            " rename one of them",
            id="a key like a suffix",
        ),
        pytest.param(
            [skill("skills/a", {"b/SKILL.md": b"other"}), skill("skills/a/b", {})],
            "skills/a/b/SKILL.md: is claimed twice; rename one of them",
            id="a skill in a skill",
        ),
    ],
)
def test_paths_that_cannot_exist_side_by_side_are_a_conflict(resources, message):
    for order in itertools.permutations(resources):
        with pytest.raises(ConflictError) as caught:
            build(*order)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("a:b", "'a:b.md' has a : in it"),
        ('a"b', "'a\"b.md' has a \" in it"),
        ("a\\b", "'a\\b.md' has a \\ in it"),
        ("a|b", "'a|b.md' has a | in it"),
        ("con", "'con.md' is the name of a device on Windows"),
        ("Lpt1", "'Lpt1.md' is the name of a device on Windows"),
        ("a./b", "'a.' ends with a space or a full stop"),
        ("a /b", "'a ' ends with a space or a full stop"),
        ("a//b", "'' is not a name"),
        ("../b", "'..' is not a name"),
        ("/b", "'' is not a name"),
        ("a\nb", r"'a\nb.md' has a letter that cannot be printed"),
        ("a\u2028b", r"'a\u2028b.md' has a letter that cannot be printed"),
        ("a\ud800b", r"'a\ud800b.md' has a letter that cannot be printed"),
        ("a" * 253, "'aaaaaaaaaaaaaaaaaaaa...' is longer than 255 bytes"),
        ("é" * 127, "'éééééééééééééééééééé...' is longer than 255 bytes"),
    ],
)
def test_a_name_that_is_invalid_on_some_system_is_an_error(alias, message):
    with pytest.raises(BundleError) as caught:
        build(resource("p/x.md", alias=alias))

    shown = alias if alias.isprintable() else ascii(alias)[1:-1]
    assert str(caught.value) == (
        f"agents/{shown}.md: is not a valid file name on every system: {message};"
        " give the entry another key"
    )


def test_a_file_of_a_skill_needs_a_portable_name_too():
    with pytest.raises(BundleError) as caught:
        build(skill("skills/a", {"what?.md": b""}, alias="a"))

    assert str(caught.value) == (
        "skills/a/what?.md: is not a valid file name on every system: 'what?.md' "
        "has a ? in it; rename the file"
    )


def test_a_file_with_a_name_that_the_bundle_needs_is_reported(write_files):
    path = "acme/prompts/index.json"
    root = write_files({"acme/__init__.py": "", path: "{}"})
    table = {"output": "acme/prompts", "scripts": {"x": path}}
    tables = {"tool": {"hatch-agpm": table}}
    context = BuildContext(root, tables, metadata={}, distribution="acme")
    with pytest.raises(AgpmError) as caught:
        plan_build(context)
    assert str(caught.value) == (
        "acme/prompts/index.json: has the name of a file that the bundle generates; "
        "rename it, or choose another `output`"
    )


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            [],
            "src/pkg/prompts: would hold no prompt; list at least one resource in the"
            " manifest",
        ),
        (
            [resource("a.md", install=False), resource("b.md", install=False)],
            "src/pkg/prompts: would hold no prompt: all 2 have `install = false`;"
            " let at least one resource be installed",
        ),
    ],
)
def test_nothing_to_ship_is_an_error(resources, message):
    with pytest.raises(AgpmError) as caught:
        build(*resources)

    assert str(caught.value) == message


USER = RuntimeVariable(name="user", kind="str", default=None, spans=((0, 10),))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write a bundle as the module `prompts` of a package, and return its directory."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package, output="prompts"):
        resources = [
            *(resource(f"agents/{name}.md") for name in ("plain", "team-lead", "lost")),
            resource("mcp/files.json", type="mcp-server", alias="files", text="{}"),
            resource("agents/greeter.md", text="{{ user }}", runtime=(USER,)),
            skill("skills/net", {"bin/mend.sh": b"#!"}),
        ]
        directory = tmp_path / package / output
        write_files(directory, build(*resources).files)
        (tmp_path / package / "__init__.py").touch()
        return directory

    return install


LAZY = "type('Lazy', (), {'__class__': property(lambda self: 1 / 0)})()"
ASKED = {
    f"prompts.agents.greeter(user={LAZY})": "acme.prompts.agents.greeter: user cannot "
    "be read: division by zero",
    "prompts.agents.plane": "acme.prompts.agents has no 'plane'; did you mean 'plain'?",
    "prompts.agents['team_lead']": "acme.prompts.agents has no 'team_lead'; did you "
    "mean 'team-lead'?",
    "prompts.mcp_servers['flies']": "acme.prompts.mcp_servers has no 'flies'; did you "
    "mean 'files'?",
    "prompts.agents[7]": "acme.prompts.agents has no 7",
    "prompts.hooks['x']": "acme.prompts.hooks has no 'x'",
    "prompts.load('')": "acme.prompts has no ''",
    "prompts.load('agents/plane')": "acme.prompts.agents has no 'plane'; did you mean "
    "'plain'?",
    "prompts.load('agent/plain')": "acme.prompts has no 'agent/plain'; did you mean "
    "'agents/plain'?",
    "prompts.team_lead": "acme.prompts has no 'team_lead'; did you mean "
    "'agents.team_lead'?",
    "prompts.agnets": "acme.prompts has no 'agnets'; did you mean 'agents'?",
    "prompts.skills.net.read('bin/mend.py')": "acme.prompts.skills.net has no "
    "'bin/mend.py'; did you mean 'bin/mend.sh'?",
    "prompts.agents.greeter(usr='A')": "acme.prompts.agents.greeter: user is missing, "
    "a str; there is no variable 'usr'; did you mean 'user'?",
    "prompts.agents.greeter(user=1)": "acme.prompts.agents.greeter: user must be a "
    "str, got int",
    "prompts.agents.plain.titel": "'Prompt' object has no attribute 'titel'",
    "prompts.agents.lost": "acme/prompts/agents/lost.md: No such file or directory; "
    "the installed files of acme are not those of its wheel, install it again",
}


def test_each_error_of_the_accessor_is_one_sentence(tmp_path, installed, run_python):
    (installed("acme") / "agents/lost.md").unlink()
    code = f"""
from acme import prompts
for ask in {list(ASKED)!r}:
    try:
        eval(ask)
    except (AttributeError, OSError, TypeError) as error:
        print(error)
"""
    assert run_python(code, tmp_path).splitlines() == list(ASKED.values())


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        (
            "agents/plain.md",
            b"\xff" * 99,
            "it has 99 bytes, not 45",
        ),
        ("agents/plain.md", b"\xff" * 45, "its content differs"),
        ("agents/plain.md", b"", "it has 0 bytes, not 45"),
        ("index.json", b'{"resources": []}', "it has 17 bytes, not {size}"),
    ],
)
def test_a_changed_file_is_reported(
    tmp_path, installed, run_python, path, data, reason
):
    file = installed("acme") / path
    size = file.stat().st_size
    file.write_bytes(data)
    code = """
from acme import prompts
try:
    prompts.agents.plain.metadata
except prompts.DamagedWheelError as error:
    print(error)
"""
    assert run_python(code, tmp_path) == (
        f"acme/prompts/{path}: {reason.format(size=size)}; the installed files of acme "
        "are not those of its wheel, install it again\n"
    )


def test_a_pickled_prompt_of_another_version_is_reported(
    tmp_path, installed, run_python
):
    directory = installed("acme")
    pickled = tmp_path / "pickled"
    dump = f"open({str(pickled)!r}, 'wb').write(pickle.dumps(prompts.agents.lost))"
    run_python(f"import pickle\nfrom acme import prompts\n{dump}", tmp_path)
    write_files(directory, build(resource("agents/plain.md")).files)
    code = f"""
import pickle
from acme import prompts
prompt = pickle.load(open({str(pickled)!r}, "rb"))
try:
    prompt.metadata
except prompts.DamagedWheelError as error:
    print(error)
"""
    assert run_python(code, tmp_path) == (
        "acme/prompts/index.json: it does not list agents/lost; the installed files of "
        "acme are not those of its wheel, install it again\n"
    )


def test_a_damaged_reader_is_reported(tmp_path, installed, run_python):
    (installed("acme") / "_reader.py").unlink()
    code = """
from acme import prompts
try:
    prompts.agents.plain.metadata
except prompts.DamagedWheelError as error:
    print(error)
"""
    assert run_python(code, tmp_path) == (
        "acme/prompts/_reader.py: cannot be imported: cannot import name '_reader' "
        f"from 'acme.prompts' ({tmp_path}/acme/prompts/__init__.py); the installed "
        "files of acme are not those of its wheel, install it again\n"
    )


@pytest.mark.parametrize(
    "mark",
    [
        "import sys; sys.frozen = True",
        "import acme.prompts._errors as it; it.__compiled__ = ()",
    ],
    ids=["PyInstaller", "Nuitka"],
)
def test_a_frozen_program_without_the_files_is_reported(
    tmp_path, installed, run_python, mark
):
    (installed("acme") / "agents/plain.md").unlink()
    code = f"""
{mark}
from acme import prompts
try:
    prompts.agents.plain
except prompts.DamagedWheelError as error:
    print(error)
"""
    assert run_python(code, tmp_path) == (
        "acme/prompts/agents/plain.md: No such file or directory; the program was "
        "frozen without this file, freeze it with the data files of acme.prompts "
        "(PyInstaller: --collect-data acme.prompts, "
        "Nuitka: --include-package-data=acme.prompts)\n"
    )


def test_a_distribution_without_one_bundle_is_reported(tmp_path, installed):
    for output in ("one", "two"):
        installed("acme_pair", output)
    info = tmp_path / "pair_of_acme-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: pair-of-acme\nVersion: 1\n")
    paths = [f"acme_pair/{output}/index.json" for output in ("one", "two")]
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in paths))
    expected = {
        "pair-of-acme": "pair-of-acme: has more than one module of prompts; load "
        "acme_pair.one or acme_pair.two",
        "json": "json: no prompts of hatch-agpm are installed under this name; "
        "name a distribution, or the module of its prompts",
    }
    for name, message in expected.items():
        with pytest.raises(BundleError) as caught:
            hatch_agpm.load(name)
        assert str(caught.value) == message


def test_an_index_of_a_newer_version_is_reported_by_load(installed):
    index = installed("acme_new") / "index.json"
    index.write_text(json.dumps(json.loads(index.read_text("utf-8")) | {"schema": 3}))

    with pytest.raises(BundleError) as caught:
        hatch_agpm.load("acme_new")
    assert str(caught.value) == (
        "acme_new.prompts: unsupported index schema 3 (supported: 1, 2); "
        "install a newer hatch-agpm"
    )
