"""`hatch-agpm vendor`: copies, the lock file, and builds with only these."""

import json
import shutil
import sys
import tomllib

import pytest

from hatch_agpm.sources.locked import FileList, LockedFile
from hatch_agpm.sources.lockfile import Locked, lock_text, read_lock

PYPROJECT = """\
[project]
name = "pkg"
version = "1.0"

[tool.setuptools]
packages = ["pkg"]

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm.sources]
shared = "../shared"
acme = {{ distribution = "acme-prompts"{version} }}

[tool.hatch-agpm.agents]
a = "prompts/a.md"
s = {{ source = "shared", path = "s.md" }}
"""
AGENT = """---
agpm:
  templating: true
  dependencies:
    snippets:
      - { path: snippets/tone.md, source: acme, install: false }
---
{{ agpm.deps.snippets.tone.content }}
"""
ACME = """\
[project]
name = "acme-prompts"
version = "1.2"
[tool.hatch.build.hooks.agpm]
[tool.hatch-agpm]
templates = "lib"
"""
TONE = "---\nagpm:\n  templating: true\n---\nFor {{ agpm.project.name }}.\n"
SCRIPT = "#!/bin/sh\n"
COPY = "prompts/vendor/acme/snippets/tone.md"
RUN = "run `hatch-agpm vendor`"


@pytest.fixture(scope="session")
def acme(tmp_path_factory):
    """An installed distribution, built once, as a directory like `site-packages`."""
    from zipfile import ZipFile  # noqa: PLC0415 - once

    import hatchling.build  # noqa: PLC0415 - as above

    root = tmp_path_factory.mktemp("acme")
    for path, text in {
        "pyproject.toml": ACME,
        "acme_prompts/__init__.py": "",
        "lib/snippets/tone.md": TONE,
        "lib/snippets/unused.md": "unused",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        wheel = hatchling.build.build_wheel(str(root))
    with ZipFile(root / wheel) as archive:
        archive.extractall(root / "site")
    return root / "site"


@pytest.fixture
def project(write_files):
    root = write_files(
        {
            "pkg/pyproject.toml": PYPROJECT.format(version=""),
            "pkg/pkg/__init__.py": "",
            "pkg/prompts/a.md": AGENT,
            "shared/s.md": "S\n",
            "shared/unused.md": "unused",
        }
    )
    return root / "pkg"


@pytest.fixture
def vendor(run_command, acme, project):
    """Run the command with the distribution installed, or without it."""
    import os  # noqa: PLC0415 - only here

    def run(*options, installed=True):
        environ = {**os.environ, "PYTHONPATH": str(acme) if installed else ""}
        command = [sys.executable, "-m", "hatch_agpm", "vendor", *options]
        return run_command(command, project, environ)

    return run


def vendored(project):
    top = project / "prompts/vendor"
    return {
        path.relative_to(top).as_posix(): path.read_text()
        for path in top.rglob("*")
        if path.is_file()
    }


def test_used_files_are_copied_and_locked(vendor, project):
    assert vendor() == (
        0,
        "2 files of 2 sources in prompts/vendor/acme, prompts/vendor/shared\n",
    )
    assert vendored(project) == {"acme/snippets/tone.md": TONE, "shared/s.md": "S\n"}
    lock = tomllib.loads((project / "hatch-agpm.lock").read_text())
    acme, shared = lock["source"]
    assert (acme["distribution"], acme["version"]) == ("acme-prompts", "1.2")
    assert [file["path"] for file in acme["files"]] == ["snippets/tone.md"]
    assert "distribution" not in shared


def test_vendoring_again_gives_the_same_bytes(vendor, project):
    vendor()
    lock = (project / "hatch-agpm.lock").read_bytes()
    vendor()
    assert (project / "hatch-agpm.lock").read_bytes() == lock
    assert vendor("--check")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_builds_then_need_nothing_else_and_give_the_same_bytes(
    backend, vendor, project, acme, build, unpack, tmp_path
):
    before = build(project, "wheel", backend, PYTHONPATH=str(acme)).files
    vendor()
    shutil.rmtree(tmp_path / "shared")
    wheel = build(project, "wheel", backend).files
    ours = {path for path in before if "/prompts/" in path}
    assert {path: wheel[path] for path in ours} == {path: before[path] for path in ours}

    sdist = build(project, "sdist", backend)
    assert "hatch-agpm.lock" in sdist.files
    assert COPY in sdist.files
    assert ".hatch-agpm/sources.json" not in sdist.files
    again = build(unpack(sdist.artefact), "wheel", backend).files
    assert {path: again[path] for path in ours} == {path: before[path] for path in ours}
    index = json.loads(wheel["pkg/prompts/index.json"])
    assert index["sources"][0]["version"] == "1.2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda copy: copy.write_text("x"), "sha256"),
        (lambda copy: copy.unlink(), "missing"),
        (lambda copy: shutil.rmtree(copy.parent), "missing"),
    ],
)
def test_a_build_reports_a_copy_that_differs_from_the_lock_file(
    damage, word, vendor, project, error_of
):
    vendor()
    damage(project / COPY)
    seen = error_of(project)
    assert seen.startswith(f"hatch-agpm: {COPY}: ")
    assert word in seen
    assert RUN in seen


def test_a_copy_behind_a_link_is_refused(vendor, project, error_of, tmp_path):
    vendor()
    (project / "prompts/vendor").rename(tmp_path / "elsewhere")
    (project / "prompts/vendor").symlink_to(tmp_path / "elsewhere")
    seen = error_of(project)
    assert "'prompts/vendor/shared'" in seen
    assert RUN in seen


def test_an_unlocked_file_is_reported_with_the_command(vendor, project, error_of, edit):
    vendor()
    edit(project, "tone.md", "unused.md", "prompts/a.md")
    edit(project, "snippets.tone", "snippets.unused", "prompts/a.md")
    seen = error_of(project).strip()
    assert seen.startswith("hatch-agpm: prompts/a.md:6:")
    assert "'snippets/unused.md'" in seen
    assert seen.endswith(f"; {RUN}")


def test_a_new_source_is_reported_with_the_command(
    vendor, project, error_of, edit, tmp_path
):
    vendor()
    edit(
        project,
        "[tool.hatch-agpm.agents]",
        "more = '../more'\n\n[tool.hatch-agpm.agents]",
    )
    edit(project, 's = { source = "shared"', 's = { source = "more"')
    (tmp_path / "more").mkdir()
    seen = error_of(project).strip()
    assert seen.startswith("hatch-agpm: tool.hatch-agpm.sources.more:")
    assert seen.endswith(f"'more'; {RUN}")


def test_a_locked_version_outside_the_range_is_reported(vendor, project, error_of):
    vendor()
    text = PYPROJECT.format(version=', version = ">=2"')
    (project / "pyproject.toml").write_text(text)
    seen = error_of(project)
    assert "acme-prompts 1.2 " in seen
    assert RUN in seen


def test_check_says_what_vendor_would_change(vendor, project, tmp_path):
    vendor()
    (tmp_path / "shared/s.md").write_text("S, changed\n")
    (project / COPY).unlink()
    (project / "prompts/vendor/acme/own.md").write_text("mine")
    code, output = vendor("--check")
    assert code == 1
    named = output.removeprefix("hatch-agpm: ").splitlines()
    assert [line.partition(": ")[0] for line in named] == [
        COPY,
        "prompts/vendor/shared/s.md",
        "prompts/vendor/acme/own.md",
        "hatch-agpm.lock",
    ]


def test_check_writes_nothing(vendor, project):
    code, _ = vendor("--check")
    assert code == 1
    assert not (project / "prompts/vendor").exists()
    assert not (project / "hatch-agpm.lock").exists()


def test_files_of_the_users_are_never_replaced(vendor, project):
    vendor()
    own = project / "prompts/vendor/acme/own.md"
    own.write_text("mine")
    code, output = vendor()
    assert code == 1
    assert output.startswith("hatch-agpm: prompts/vendor/acme/own.md: is not listed")
    assert own.read_text() == "mine"


def test_copies_that_are_no_longer_used_are_removed(vendor, project, edit):
    vendor()
    edit(project, 's = { source = "shared", path = "s.md" }', "")
    assert vendor()[0] == 0
    assert vendored(project) == {"acme/snippets/tone.md": TONE}
    edit(project, AGENT, "Alone.", "prompts/a.md")
    code, output = vendor()
    assert (code, output[:7]) == (0, "nothing")
    assert vendored(project) == {}
    assert not (project / "hatch-agpm.lock").exists()


def test_a_chosen_vendor_directory_is_kept(vendor, project):
    assert vendor("--directory", "third-party")[0] == 0
    assert (project / "third-party/shared/s.md").is_file()
    assert vendor() == (
        0,
        "2 files of 2 sources in third-party/acme, third-party/shared\n",
    )
    code, output = vendor("--directory", "../out")
    assert (code, "got '../out'" in output) == (1, True)


def test_only_vendor_reports_a_distribution_that_is_not_installed(
    vendor, project, build
):
    vendor()
    code, output = vendor("--check", installed=False)
    assert (code, "'acme-prompts'" in output) == (1, True)
    build(project)


# --- the lock file ------------------------------------------------------------------


def test_a_lock_file_reads_back_whatever_names_its_files_have():
    names = ['a "b".md', "ü.md", "tab\there.md", "del\x7f.md", "x = 1 # .md"]
    locked = Locked(
        name="acme",
        directory="prompts/vendor/acme",
        file_list=FileList(
            files={
                name: LockedFile(sha256="0" * 64, executable=name == "ü.md")
                for name in names
            },
            links={"link.md": "ü.md"},
        ),
        distribution="acme-prompts",
        version="1.2",
        is_rendered=True,
        sources={"base": "base-prompts"},
    )
    assert read_lock(lock_text([locked])) == {"acme": locked}
