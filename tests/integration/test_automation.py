"""Workflows, hooks of pre-commit, the changelog, and the pages of the site."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hatch_agpm.cli.main import make_parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/automate.md").read_text("utf-8")
SITE = runpy.run_path(str(ROOT / "tools/make_site.py"))
RELEASE = runpy.run_path(str(ROOT / "tools/check_release.py"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def example(first_line):
    (text,) = (
        block
        for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        if block.startswith(first_line)
    )
    return text


def test_the_workflow_of_the_page_has_no_finding_of_zizmor(tmp_path):
    files = {
        ".github/workflows/prompts.yml": example("name: Prompts"),
        ".github/dependabot.yml": example("version: 2"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = [Path(sys.executable).with_name("zizmor"), "--offline", "--quiet"]
    done = subprocess.run(
        [*command, tmp_path / ".github"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_names_a_commit_and_its_version(path):
    uses = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert uses
    for each in uses:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_permission_by_default(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())


def test_the_page_and_the_workflows_use_the_same_versions():
    text = PAGE + "".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = re.findall(r"([\w/-]+)@([0-9a-f]{40}) # (\S+)", text)
    by_action = {}
    for action, commit, version in pins:
        assert by_action.setdefault(action, (commit, version)) == (commit, version)


def test_the_hooks_of_pre_commit_keep_their_ids_and_run_commands_that_exist():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [each["id"] for each in hooks] == [
        "hatch-agpm-check",
        "hatch-agpm-stub",
        "hatch-agpm-vendor",
        "hatch-agpm-install",
    ]
    for hook in hooks:
        assert f"| `{hook['id']}` | `{hook['entry']}` |" in PAGE
        make_parser().parse_args(hook["entry"].split()[1:])


# --- releases -------------------------------------------------------------------------

CHANGES = "# Changes\n\n## Unreleased\n\n- new\n\n## {} - 2026-01-02\n\n- first\n"


def test_a_release_has_the_section_of_its_version():
    text = CHANGES.format(RELEASE["__version__"])
    assert RELEASE["notes"](text, "v1") == "- first"
    assert RELEASE["notes"](CHANGES.format("0.0.0"), None) == "- new"


@pytest.mark.parametrize("text", [CHANGES.format("0.0.0"), "# Changes\n"])
def test_a_tag_without_a_section_is_refused(text):
    with pytest.raises(SystemExit, match="CHANGELOG"):
        RELEASE["notes"](text, "v1")


def test_the_changelog_has_a_section_for_the_next_release():
    assert RELEASE["notes"]((ROOT / "CHANGELOG.md").read_text("utf-8"), None)


# --- the site -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "text", "changed"),
    [
        ("README.md", "overview.md", "[t](docs/tutorial.md#x)", "[t](tutorial.md#x)"),
        ("README.md", "overview.md", "[c](CHANGELOG.md)", "[c](changelog.md)"),
        ("README.md", "overview.md", "the [Makefile](Makefile)", "the Makefile"),
        ("README.md", "overview.md", "[x](nowhere.md)", "[x](nowhere.md)"),
        ("docs/how-to/a.md", "how-to/a.md", "[i](../b.md)", "[i](../b.md)"),
        (
            "docs/how-to/a.md",
            "how-to/a.md",
            "[i](../../README.md#install)",
            "[i](../overview.md#install)",
        ),
        ("docs/a.md", "a.md", "[w](https://x.example/a)", "[w](https://x.example/a)"),
        ("README.md", "overview.md", "```toml a.toml", '```toml title="a.toml"'),
    ],
)
def test_links_lead_within_the_site(source, target, text, changed):
    assert SITE["page"](source, target, text) == changed


def test_every_page_is_in_the_navigation_or_an_adr():
    listed = re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8"))
    pages = [path for path in SITE["site_pages"]() if not re.match(r"adr/\d", path)]
    assert sorted(listed) == sorted(pages)
