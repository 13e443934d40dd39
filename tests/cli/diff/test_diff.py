"""`diff` names what changed in texts, and what caused it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import HEAD

from hatch_agpm.cli.main import main

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "example_pkg"
CORPUS = ROOT.parent / "shared/corpus/agpm-resources"

TONE = "prompts/snippets/tone.md"
AGENT = """\
---
dependencies:
  snippets: [{path: ../snippets/tone.md, name: tone}]
agpm:
  templating: true
---
You are NAME of {{ agpm.project.name }} {{ agpm.project.version }}.
{{ agpm.deps.snippets.tone.content }}
"""
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    TONE: "Be kind.\n",
    "prompts/agents/one.md": AGENT.replace("NAME", "One"),
    "prompts/agents/two.md": AGENT.replace("NAME", "Two"),
    "prompts/plain.md": "Plain.\n",
}


@pytest.fixture
def trees(tmp_path):
    """Write an old project and a changed copy; None deletes a file."""

    def written(changes, files=None):
        for name, texts in (("old", FILES), ("new", {**FILES, **changes})):
            for path, text in {**texts, **(files or {})}.items():
                file = tmp_path / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                if text is not None:
                    file.write_text(text, "utf-8", newline="")
        return str(tmp_path / "old"), str(tmp_path / "new")

    return written


@pytest.fixture
def diff(capfdbinary):
    """Return the JSON of `diff`."""

    def run(*arguments):
        assert main(["diff", *map(str, arguments), "--json"]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)

    return run


def reached(report):
    return {cause["what"]: cause["reaches"] for cause in report["causes"]}


def test_a_snippet_is_the_cause_of_the_prompts_that_embed_it(trees, diff):
    report = diff(*trees({TONE: "Be terse.\n"}))
    agents = ["agents/one", "agents/two"]
    assert reached(report) == {TONE: [*agents, "snippets/tone"]}
    changes = {each["name"]: each for each in report["changes"]}
    assert [*changes] == [*agents, "snippets/tone"]
    assert changes["agents/one"]["diff"][-3:] == ["-Be kind.", "+Be terse.", " "]


def test_a_template_is_the_cause_of_its_own_text(trees, diff):
    path = "prompts/agents/one.md"
    report = diff(*trees({path: FILES[path] + "More.\n"}))
    assert reached(report) == {path: ["agents/one"]}


def test_a_version_is_the_cause_where_it_is_printed(trees, diff):
    report = diff(*trees({"pyproject.toml": HEAD.replace("1.0", "1.1")}))
    assert report["causes"] == [
        {
            "kind": "value",
            "what": "version",
            "how": "'1.0' -> '1.1'",
            "reaches": ["agents/one", "agents/two"],
        }
    ]
    assert report["old"].endswith("old (acme 1.0)")
    assert report["new"].endswith("new (acme 1.1)")


def test_a_value_of_an_entry_is_a_cause(trees, diff):
    listed = (
        '[tool.hatch-agpm.agents]\none = {{ path = "prompts/agents/one.md", '
        'template_vars = {{ who = "{}" }} }}\n'
    )
    text = FILES["prompts/agents/one.md"].replace("One", "{{ who }}")
    common = {"prompts/agents/one.md": text}
    old, new = trees({"pyproject.toml": HEAD + listed.format("Eve")}, common)
    Path(old, "pyproject.toml").write_text(HEAD + listed.format("Bob"))
    report = diff(old, new)
    assert reached(report) == {"who": ["agents/one"]}
    assert report["causes"][0]["how"] == "'Bob' -> 'Eve'"


def test_texts_are_added_removed_and_renamed(trees, diff):
    old, new = trees({"prompts/plain.md": None, "prompts/other.md": "Plain.\n"})
    Path(new, "prompts/agents/two.md").unlink()
    Path(new, "prompts/added.md").write_text("Added.\n")
    kinds = {
        each["name"]: (each["kind"], each["old_name"])
        for each in diff(old, new)["changes"]
    }
    assert kinds == {
        "added": ("added", None),
        "agents/two": ("removed", None),
        "other": ("renamed", "plain"),
    }


RUNTIME = (
    "---\nagpm:\n  templating: true\n  runtime: {VARIABLES}\n---\nHi {{ user }}.\n"
)


def test_variables_are_compared(trees, diff):
    path = "prompts/plain.md"
    before = RUNTIME.replace("VARIABLES", "user: str")
    after = RUNTIME.replace("VARIABLES", "user: {type: str, default: Ada}, n: int")
    old, new = trees({path: after})
    Path(old, path).write_text(before)
    (change,) = diff(old, new)["changes"]
    assert change["variables"] == [
        "+n: int = None",
        "-user: str",
        "+user: str = 'Ada'",
    ]


def test_two_wheels_over_a_version_bump(build, tmp_path, diff):
    copy = tmp_path / "copy"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("dist", "__pycache__"))
    project = copy / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace("1.2.0", "1.3.0"), "utf-8")

    report = diff(build(EXAMPLE).artefact, build(copy).artefact)

    (cause,) = report["causes"]
    assert (cause["what"], cause["how"]) == ("version", "'1.2.0' -> '1.3.0'")
    names = [each["name"] for each in report["changes"]]
    assert cause["reaches"] == names
    assert "agents/backend-engineer" in names
    assert "exported:skills/example-pkg-release-notes/SKILL.md" in names
    assert "commands/review-change" not in names


def test_an_installed_distribution_and_a_tree(trees, build, unpack, monkeypatch, diff):
    old, new = trees({TONE: "Be terse.\n"})
    site = unpack(build(Path(old)).artefact)
    monkeypatch.syspath_prepend(site)

    assert diff("acme", old)["changes"] == []
    assert reached(diff("acme", new))[TONE] == [
        "agents/one",
        "agents/two",
        "snippets/tone",
    ]


def git(root, *arguments):
    names = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    command = ["git", *names, "-c", "commit.gpgsign=false", *arguments]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository(trees):
    """Return a project below the top of a repository, with two commits."""
    old, new = map(Path, trees({TONE: "Be terse.\n"}))
    top = old.parent
    git(top, "init", "--quiet", "--initial-branch", "main")
    (top / ".gitattributes").write_text("prompts export-ignore\n")
    git(top, "add", "old", ".gitattributes")
    git(top, "commit", "--quiet", "-m", "one")
    shutil.copytree(new, old, dirs_exist_ok=True)
    git(top, "commit", "--quiet", "--all", "-m", "two")
    return old


def test_a_revision_and_the_project(repository, diff):
    assert diff("--git", "HEAD", "--project", repository)["changes"] == []
    report = diff("--git", "HEAD~1", "--project", repository)
    assert TONE in reached(report)
    assert report["old"] == "HEAD~1 (acme 1.0)"


def test_two_revisions(repository, diff, monkeypatch):
    (repository / TONE).write_text("Not committed.\n")
    before = git(repository, "status", "--porcelain")
    monkeypatch.chdir(repository)
    report = diff("--git", "HEAD~1", "--git", "HEAD")
    assert TONE in reached(report)
    assert "Not committed" not in json.dumps(report)
    assert git(repository, "status", "--porcelain") == before


def test_a_snippet_of_a_library_reaches_exactly_what_embeds_it(tmp_path, diff):
    if not CORPUS.is_dir():
        pytest.skip("the library is not here")
    for name in ("old", "new"):
        shutil.copytree(CORPUS, tmp_path / name)
        (tmp_path / name / "acme").mkdir()
        (tmp_path / name / "acme/__init__.py").write_text("")
        table = 'manifest = "examples/local/agpm.toml"\n'
        (tmp_path / name / "pyproject.toml").write_text(HEAD + table)
    snippet = tmp_path / "new/snippets/best-practices/rust-best-practices.md"
    sentence = "\nEvery unsafe block has a comment of its own.\n"
    snippet.write_text(snippet.read_text("utf-8") + sentence, "utf-8")

    report = diff(tmp_path / "old", tmp_path / "new")

    (cause,) = report["causes"]
    assert cause["what"] == snippet.relative_to(tmp_path / "new").as_posix()
    main(
        [
            "render",
            "--output",
            str(tmp_path / "out"),
            "--project",
            str(tmp_path / "new"),
        ]
    )
    embedding = {
        path.relative_to(tmp_path / "out").with_suffix("").as_posix()
        for path in (tmp_path / "out").rglob("*.md")
        if sentence.strip() in path.read_text("utf-8")
    }
    assert len(embedding) > 2
    assert set(cause["reaches"]) == embedding


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--exit-code"], 1)])
def test_the_exit_code_says_whether_there_are_differences(trees, capfd, options, code):
    old, new = trees({TONE: "Be terse.\n"})
    assert main(["diff", old, new, *options]) == code
    assert main(["diff", old, old, *options]) == 0
    out = capfd.readouterr().out
    assert f"  {TONE} (changed) reaches 3: agents/one, agents/two, " in out
    assert out.splitlines()[-1].endswith("(acme 1.0): no difference")


HOSTILE = "prompts/a_b`c & [d].md"


def test_markdown_shows_names_and_texts_as_they_are(trees, capfdbinary):
    text = "```\n</details>\n````\n@someone \x1b[31m\n"
    old, new = trees({HOSTILE: text})
    assert main(["diff", old, new, "--markdown"]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "\x1b" not in out
    assert "<summary>added a&#95;b&#96;c &amp; &#91;d&#93;</summary>" in out
    assert "\n`````diff\n" in out
    assert out.count("\n`````\n") == 1


def test_markdown_fits_into_a_comment(trees, capfdbinary):
    long = "".join(f"Line {number} of a long text.\n" for number in range(4000))
    old, new = trees({"prompts/a.md": long, "prompts/b.md": "Short.\n"})
    assert main(["diff", old, new, "--markdown"]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert len(out) < 65_536
    assert "added a: too long to show here" in out
    assert "+Short." in out


def test_the_text_for_a_terminal_has_no_control_characters(trees, capfdbinary):
    old, new = trees({"prompts/a.md": "\x1b]0;title\x07 \x9b31m\n"})
    assert main(["diff", old, new]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "\x1b" not in out
    assert "\x9b" not in out


def test_bytes_that_are_not_text_are_compared(trees, diff):
    path = "prompts/scripts/run.sh"
    old, new = trees({path: "x"})
    Path(old, "prompts/scripts").mkdir()
    Path(old, path).write_bytes(b"\xff\x01")
    Path(new, path).write_bytes(b"\xff\x02")
    (change,) = diff(old, new)["changes"]
    assert (change["kind"], change["diff"]) == ("changed", [])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b", "c"],
        ["nothing-like-this", "."],
        ["--git", "HEAD", "x.whl"],
        ["x.whl", "."],
        ["--git", "no-such-revision"],
    ],
)
def test_wrong_arguments_are_reported(repository, monkeypatch, capfd, arguments):
    monkeypatch.chdir(repository)
    assert main(["diff", *arguments]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("hatch-agpm: ")
    assert "Traceback" not in err


def test_a_revision_that_cannot_be_rendered_is_named(repository, capfd):
    broken = repository / TONE
    broken.write_text("---\nagpm: {templating: true}\n---\n{{ nothing }}\n")
    git(repository, "commit", "--quiet", "--all", "-m", "broken")
    broken.write_text("Be kind.\n")
    assert main(["diff", "--git", "HEAD", "--project", str(repository)]) == 1
    assert TONE in capfd.readouterr().err


def test_it_needs_a_repository(trees, capfd, monkeypatch, tmp_path):
    old, _ = trees({})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["diff", "--git", "HEAD", "--project", old]) == 1
    assert "repository" in capfd.readouterr().err
    monkeypatch.setenv("PATH", os.devnull)
    assert main(["diff", "--git", "HEAD", "--project", old]) == 1
    assert "git" in capfd.readouterr().err
