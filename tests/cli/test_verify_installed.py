"""`hatch-agpm verify --installed` of real wheels that were changed once installed."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from hatch_agpm.cli.main import main
from hatch_agpm.cli.verify import audit_installed

INFO = "acme-1.2.dist-info"
BUNDLE = "acme/prompts"
LOGIC = """\
---
agpm:
  templating: LANGUAGE
  runtime:
    vip: bool
    count: int
---
{% if vip %}{{ count | round }}{% endif %}
"""
FILES = {
    "t/tera.md": LOGIC.replace("LANGUAGE", "true"),
    "t/jinja.md": LOGIC.replace("LANGUAGE", "jinja2"),
    "skills/mend/SKILL.md": "---\nname: mend\ndescription: Mends\n---\nMend.\n",
    "skills/mend/run.py": "x = 1\n",
}
TABLE = """\
output = "acme/prompts"
skills = "skills"

[tool.hatch-agpm.agents]
tera = "t/tera.md"
jinja = "t/jinja.md"

[tool.hatch-agpm.export]
prefix = true
resources = ["skills/mend"]
"""
OF_THE_BUNDLE = [
    *("agents/tera.md", "agents/jinja.md", "index.json", "_reader.py", "_resources.py"),
    *("_programs/agents/tera.md.json", "_programs/agents/jinja.md.json"),
    *("_tera/program.py", "_tera/builtins/numbers.py", "_jinja/limits.py"),
    *("__init__.py", "__init__.pyi", "agents.py", "_pyinstaller/hook-acme.prompts.py"),
]


@pytest.fixture(scope="module")
def original(tmp_path_factory, make_wheel_of):
    """The directory into which pip has installed a wheel."""
    target = tmp_path_factory.mktemp("original")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", target, make_wheel_of], check=True)
    return target


@pytest.fixture(scope="module")
def make_wheel_of(tmp_path_factory):
    """A wheel with run-time logic of both languages, and exported skills."""
    root = tmp_path_factory.mktemp("acme")
    head = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"'
    project = '[project]\nname = "acme"\nversion = "1.2"\n'
    hook = "[tool.hatch.build.hooks.agpm]\n\n[tool.hatch-agpm]\n"
    texts = {
        **FILES,
        "pyproject.toml": f"{head}\n\n{project}\n{hook}{TABLE}",
        "acme/__init__.py": "raise RuntimeError('nobody imports this')\n",
    }
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = (root / "dist").glob("*.whl")
    return wheel


@pytest.fixture
def installed(original, site):
    shutil.copytree(original, site, dirs_exist_ok=True)
    return site


def paths(name="acme"):
    return [getattr(problem, "path", "") for problem in audit_installed(name).problems]


@pytest.mark.usefixtures("installed")
def test_an_installed_distribution_is_described(capsys):
    assert main(["verify", "--installed", "ACME"]) == 0
    assert capsys.readouterr().out.startswith("ACME: 2 prompts in acme/prompts, ")


def test_a_wheel_with_logic_is_accepted(make_wheel_of, capsys):
    assert main(["verify", str(make_wheel_of)]) == 0
    assert "2 prompts" in capsys.readouterr().out


@pytest.mark.usefixtures("installed")
def test_wheels_and_distributions_are_reported_together(make_wheel_of, capsys):
    arguments = ["verify", str(make_wheel_of), "--json", "--installed", "acme", "none"]

    assert main(arguments) == 1
    report = json.loads(capsys.readouterr().out)
    assert [each["ok"] for each in report["wheels"]] == [True]
    right, wrong = report["installed"]
    assert (right["distribution"], right["ok"], right["problems"]) == ("acme", True, [])
    assert right["bundles"] == report["wheels"][0]["bundles"]
    assert (wrong["distribution"], wrong["ok"]) == ("none", False)


def test_without_anything_to_verify_the_command_fails(capsys):
    assert main(["verify"]) == 1
    assert "--installed" in capsys.readouterr().err


DAMAGE = {
    "edited": lambda file: file.write_bytes(file.read_bytes()[:-1] + b"~"),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-3]),
    "emptied": lambda file: file.write_bytes(b""),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"\n"),
    "removed": lambda file: file.unlink(),
    "a directory": lambda file: (file.unlink(), file.mkdir()),
    "a broken link": lambda file: (file.unlink(), file.symlink_to("nothing")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_changed_file_of_the_bundle_is_found(installed, damage):
    for path in OF_THE_BUNDLE:
        DAMAGE[damage](installed / BUNDLE / path)

    assert {f"{BUNDLE}/{path}" for path in OF_THE_BUNDLE} <= {*paths()}


@pytest.mark.parametrize("name", ["METADATA", "agpm-prompts.txt"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_changed_metadata_is_found(installed, name, damage):
    (path,) = (installed / INFO).rglob(name)
    DAMAGE[damage](path)

    assert path.relative_to(installed).as_posix() in paths()


@pytest.mark.parametrize("damage", [*DAMAGE, "not CSV", "not UTF-8", "a bomb"])
def test_a_damaged_record_does_not_hide_a_changed_prompt(installed, damage):
    record = installed / INFO / "RECORD"
    texts = {"not CSV": b'"' + b"x" * 200_000, "not UTF-8": b"\xff\xfe"}
    if damage in DAMAGE:
        DAMAGE[damage](record)
    elif damage == "a bomb":
        os.truncate(record, 1 << 40)
    else:
        record.write_bytes(texts[damage])
    (installed / BUNDLE / "agents/tera.md").write_text("other")

    found = paths()
    assert f"{BUNDLE}/agents/tera.md" in found
    assert len(found) > 1 or damage in {"edited", "cut", "longer"}


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"generator": {"name": "x"}}']
)
def test_a_damaged_index_is_a_problem_of_its_own(installed, text):
    (installed / BUNDLE / "index.json").write_bytes(text)

    assert f"{BUNDLE}/index.json" in paths()


def test_an_index_cannot_name_files_beside_the_distribution(installed):
    index = installed / BUNDLE / "index.json"
    document = json.loads(index.read_text())
    document["resources"][0]["path"] = "../../../secret.txt"
    index.write_text(json.dumps(document))
    (installed.parent / "secret.txt").write_text("the secret")

    problems = [str(problem) for problem in audit_installed("acme").problems]
    assert any("secret.txt: is missing" in problem for problem in problems)


def test_all_problems_are_reported_at_once(installed):
    (installed / BUNDLE / "agents/tera.md").write_text("")
    (installed / BUNDLE / "agents/jinja.md").unlink()
    (installed / BUNDLE / "_tera/program.py").write_text("")
    (installed / BUNDLE / "agents/added.md").write_text("")

    assert sorted(paths()) == [
        f"{BUNDLE}/_tera/program.py",
        *(f"{BUNDLE}/agents/{name}.md" for name in ("added", "jinja", "tera")),
    ]


def test_byte_code_is_accepted(installed):
    cache = installed / BUNDLE / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "_reader.cpython-311.pyc").write_bytes(b"x")

    assert paths() == []


def test_a_changed_export_is_found(installed):
    (skill,) = installed.glob("acme/.agents/skills/*/SKILL.md")
    skill.write_text("other")

    assert paths() == [skill.relative_to(installed).as_posix()]


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_a_changed_mode_is_found(installed):
    prompt = installed / BUNDLE / "agents/tera.md"
    prompt.chmod(0o755)

    assert paths() == [f"{BUNDLE}/agents/tera.md"]


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
def test_a_pipe_is_not_opened(installed):
    for name in ("agents/tera.md", "index.json", "_reader.py"):
        (installed / BUNDLE / name).unlink()
        os.mkfifo(installed / BUNDLE / name)

    assert f"{BUNDLE}/index.json" in paths()


def test_two_versions_in_one_directory_are_a_problem(installed):
    shutil.copytree(installed / INFO, installed / "acme-1.3.dist-info")

    assert paths() == ["acme"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["", "..", "a/b", "\0", "x" * 300, "no-such"])
def test_a_name_that_is_not_installed_is_a_problem(name):
    assert paths(name) == [name]


def test_an_installed_distribution_without_prompts_is_a_problem():
    (problem,) = audit_installed("pytest").problems
    assert "pytest" in str(problem)
