"""Imports of a project whose sources changed after the install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib

import pytest
from editable_project import (
    FILES,
    LISTED,
    RUN,
    SHOW,
    TABLE,
    bundle_of,
    in_table,
    replace,
)

from hatch_agpm.build.plan import plan_build
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.runtime.editable.freshness import Snapshot

OLD = 1_600_000_000

MANIFEST = """
[agents]
a = "prompts/agents/a.md"
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The user's cache directory, which is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/hatch-agpm"


def contents(install):
    """The texts that an import would read, by name."""
    bundle = bundle_of(install)
    index = json.loads((bundle / "index.json").read_bytes())
    return {
        file: (bundle / file).read_text("utf-8")
        for entry in index["resources"]
        for file in [
            entry["path"],
            *(f"{entry['full_name']}/{each['path']}" for each in entry["files"]),
        ]
    }


def behind_its_back(root):
    """Change the content of a file, but not its size or its time."""
    file = root / "docs/rules.md"
    before = file.stat()
    file.write_text("No dots.\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def move_over(root):
    (root / "docs/other.md").replace(root / "docs/rules.md")


def relink(root):
    (root / "linked").unlink()
    (root / "linked").symlink_to("docs/more")


AGENT = "agents/a.md"
SEEN = [
    pytest.param(replace("docs/rules.md", "No dots.\n"), AGENT, "No dots", id="embed"),
    pytest.param(replace("prompts/agents/tone.md", "X"), AGENT, "X", id="dependency"),
    pytest.param(replace("prompts/agents/a.md", "Y"), AGENT, "Y", id="template"),
    pytest.param(behind_its_back, AGENT, "No dots", id="same size and time"),
    pytest.param(move_over, AGENT, "No blanks", id="another file in its place"),
    pytest.param(
        replace(
            "prompts/skills/net/SKILL.md", FILES["prompts/skills/net/SKILL.md"] * 2
        ),
        "skills/net/SKILL.md",
        "---\nname: net",
        id="skill",
    ),
    pytest.param(
        replace("prompts/skills/net/a/b.txt", "B"), "skills/net/a/b.txt", "B", id="new"
    ),
    pytest.param(
        replace("prompts/skills/net/.env", "E"), "skills/net/.env", "E", id="hidden"
    ),
    pytest.param(replace("prompts/scripts/new.sh", "N"), "new.sh", "N", id="new match"),
    pytest.param(replace("prompts/scripts/sub/new.sh", "N"), "new.sh", "N", id="below"),
]


@pytest.mark.parametrize("table", [TABLE + LISTED, TABLE], ids=["listed", "convention"])
@pytest.mark.parametrize(("change", "file", "text"), SEEN)
def test_an_import_sees_what_changed_in_the_tree(
    project, develop, table, change, file, text
):
    root = project(table)
    install = develop(root)
    before = contents(install)
    assert before[AGENT].endswith("Kind. No tabs.1.0\n")

    change(root)

    after = contents(install)
    found = next(path for path in after if path.endswith(file))
    assert text in after[found]
    assert before.get(found) != after[found]


def test_an_import_sees_what_changed_in_a_declared_directory(project, develop):
    table = 'sources.shared = "../shared"\n'
    listed = 'scripts.all = { source = "shared", path = "s*.md" }\n'
    shared = {"../shared/s.md": "S\n"}
    root = project(TABLE + table + listed, shared)
    install = develop(root)
    assert contents(install)["scripts/s.md"] == "S\n"

    replace("../shared/s.md", "Changed\n")(root)
    replace("../shared/s2.md", "New\n")(root)

    after = contents(install)
    assert (after["scripts/s.md"], after["scripts/s2.md"]) == ("Changed\n", "New\n")


SHARED = """
[tool.hatch-agpm]
output = "pkg/prompts"
templates = "docs"
[tool.hatch-agpm.skills]
net = { path = "prompts/skills/net", export = true }
"""


def test_an_import_gives_all_that_a_build_would_ship(project, develop):
    root = project(TABLE.partition("[tool")[0] + SHARED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    replace("prompts/skills/net/new.txt", "New.\n")(root)

    plan = plan_build(
        BuildContext(
            root,
            tomllib.loads((root / "pyproject.toml").read_text("utf-8")),
            metadata={"name": "pkg", "version": "1.0"},
            distribution="pkg",
        )
    )

    shipped = {path: file.data for path, file in plan.bundle.in_one().items()}
    assert tree(bundle_of(install)) == shipped
    assert {"_templates", ".agents"} < {path.split("/")[0] for path in shipped}


LINKS = {"docs/more/linked.md": "More.\n", "docs/linked.md": "Less.\n"}


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_an_import_sees_that_a_link_has_another_target(project, develop, kind):
    root = project(
        TABLE + '[tool.hatch-agpm.snippets]\nx = "linked/linked.md"\n', LINKS
    )
    link, first, second = root / "linked", "docs", "docs/more"
    if kind == "file":
        link.mkdir()
        link = link / "linked.md"
        first, second = "../docs/linked.md", "../docs/more/linked.md"
    link.symlink_to(first)
    install = develop(root)
    assert contents(install)["snippets/x.md"] == "Less.\n"

    link.unlink()
    link.symlink_to(second)

    assert contents(install)["snippets/x.md"] == "More.\n"


def test_an_import_sees_a_changed_table_and_manifest(project, develop):
    own = '[tool.hatch-agpm.project]\nrules = "docs/rules.md"\n'
    template = "---\nagpm: {templating: true}\n---\n{{ agpm.project.rules | content }}"
    root = project(TABLE + LISTED + own, {"prompts/agents/a.md": template})
    install = develop(root)
    assert contents(install)[AGENT].endswith("No tabs.")

    in_table('"docs/rules.md"', '"docs/other.md"')(root)
    assert contents(install)[AGENT].endswith("No blanks.")

    in_table('a = "prompts', 'b = "prompts')(root)
    assert set(contents(install)) >= {"agents/b.md"}

    replace("agpm.toml", MANIFEST.replace("prompts/agents/a", "docs/rules"))(root)
    replace("pyproject.toml", f'{TABLE}manifest = "agpm.toml"\n')(root)
    assert contents(install) == {"agents/a.md": "No tabs.\n"}

    replace("agpm.toml", MANIFEST.replace("prompts/agents/a", "docs/other"))(root)
    assert contents(install) == {"agents/a.md": "No blanks.\n"}


@pytest.mark.skipif(os.name == "nt", reason="no file is executable there")
def test_an_import_sees_a_changed_mode(project, develop):
    root = project(TABLE + LISTED)
    install = develop(root)

    def is_executable():
        (script,) = bundle_of(install).rglob("check.sh")
        return bool(script.stat().st_mode & 0o100)

    assert not is_executable()

    (root / "prompts/scripts/check.sh").chmod(0o755)

    assert is_executable()


def test_a_deleted_file_is_gone_at_the_next_import(project, develop):
    root = project(TABLE, {"prompts/commands/go.md": "Go.\n"})
    install = develop(root)

    shutil.rmtree(root / "prompts/commands")

    assert set(contents(install)) & {"agents/a.md", "commands/go.md"} == {"agents/a.md"}


def test_undoing_a_change_gives_the_installed_prompts(project, develop):
    root = project(TABLE + LISTED)
    install = develop(root)
    installed = bundle_of(install)
    replace("docs/rules.md", "No dots.\n")(root)
    assert bundle_of(install) != installed

    replace("docs/rules.md", FILES["docs/rules.md"])(root)

    assert bundle_of(install) == installed


def test_a_change_right_after_the_install_is_seen(project, develop):
    root = project(TABLE + LISTED)
    # The build may take longer than files count as just changed.
    soon = time.time() + 3600
    os.utime(root / "docs/rules.md", (soon, soon))
    install = develop(root, wait=False)
    assert "?" in Snapshot.read(f"{install.base}.snapshot").text()

    replace("docs/rules.md", "No dots.\n")(root)

    assert contents(install)[AGENT].endswith("No dots.1.0\n")


def without_effect(root):
    replace("prompts/agents/__pycache__/a.pyc", "")(root)
    replace("prompts/scripts/__pycache__/a.pyc", "")(root)
    replace("README.md", "Read it.\n")(root)
    in_table('version = "1.0"', 'version = "2.0"')(root)
    replace("docs/rules.md", FILES["docs/rules.md"])(root)


@pytest.mark.parametrize("table", [TABLE + LISTED, TABLE], ids=["listed", "convention"])
def test_changes_that_are_not_inputs_render_nothing(project, develop, cache, table):
    root = project(table)
    install = develop(root)

    without_effect(root)
    if table == TABLE:
        replace("prompts/agents/.DS_Store", "")(root)

    assert str(bundle_of(install)) == install.bundle
    # The new stamps are remembered, so that nothing is read the next time.
    time.sleep(0.12)
    assert str(bundle_of(install)) == install.bundle
    remembered = Snapshot.read(f"{cache}/{install.key}.snapshot")
    assert remembered.is_untouched(str(root))


def test_metadata_and_environment_are_those_of_the_install(
    project, develop, monkeypatch
):
    table = TABLE.replace("[tool.hatch-agpm]", '[tool.hatch-agpm]\nenv = ["CHANNEL"]')
    show = '{{ agpm.project.version }} {{ get_env(name="CHANNEL") }} {{ now() }}\n'
    template = f"---\nagpm: {{templating: true}}\n---\n{show}"
    root = project(table, {"prompts/agents/a.md": template})
    monkeypatch.setenv("CHANNEL", "beta")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    install = develop(root)
    shown = "1.0 beta 1970-01-01T00:00:00+00:00\n"
    assert contents(install)["agents/a.md"].endswith(f"---\n{shown}")

    monkeypatch.setenv("CHANNEL", "stable")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    in_table('version = "1.0"', 'version = "2.0"')(root)
    replace("prompts/agents/a.md", template + "!\n")(root)

    assert contents(install)["agents/a.md"].endswith(f"---\n{shown}!\n")


# --- errors ---------------------------------------------------------------------------

WRONG = [
    pytest.param(
        replace(
            "prompts/agents/a.md", "---\nagpm: {templating: true}\n---\n{{ agpm.no }}"
        ),
        "prompts/agents/a.md:4:4: ",
        id="template",
    ),
    pytest.param(
        lambda root: (root / "prompts/agents/a.md").unlink(),
        "tool.hatch-agpm.agents.a.path ",
        id="deleted",
    ),
    pytest.param(
        in_table("pkg/prompts", "pkg/texts"),
        "tool.hatch-agpm.output was 'pkg/prompts' ",
        id="output",
    ),
    pytest.param(
        replace("pyproject.toml", "["),
        "pyproject.toml: is not valid ",
        id="TOML",
    ),
]


@pytest.mark.parametrize(("change", "start"), WRONG)
def test_an_import_raises_the_errors_of_a_build(project, develop, change, start):
    root = project(TABLE + LISTED)
    install = develop(root)

    change(root)

    with pytest.raises(AgpmError) as caught:
        bundle_of(install)
    assert str(caught.value).startswith(start)


def test_a_traceback_has_the_import_and_the_line_of_the_template(project, develop, run):
    root = project(TABLE + LISTED)
    develop(root)
    template = "---\nagpm: {templating: true}\n---\n{{ agpm.no }}\n"
    replace("prompts/agents/a.md", template)(root)

    done = run(SHOW)

    # Later Pythons also mark the columns, and show the source of the program.
    source = {line.strip() for line in SHOW.splitlines()}
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.strip(" ^~") and line.strip() not in source
    ]
    error = lines.pop(-2)
    assert error.startswith(
        "hatch_agpm.errors.TemplateError: prompts/agents/a.md:4:4: "
    )
    assert lines == [
        "Traceback (most recent call last):",
        '  File "<string>", line 6, in <module>',
        f'  File "{root}/prompts/agents/a.md", line 4, in <module>',
        "    {{ agpm.no }}",
        "    {{ agpm.no }}",
    ]


def test_an_import_that_failed_can_be_tried_again(project, develop, run):
    develop(project(TABLE + LISTED))
    file = "prompts/agents/tone.md"

    done = run(
        f"from pathlib import Path\nfile = Path({str(file)!r})\n"
        "file.write_bytes(b'\\xff')\n"
        "try:\n    from pkg import prompts\nexcept Exception as error:\n"
        "    print(type(error).__name__)\n"
        "file.write_text('Fine.')\n"
        "from pkg import prompts\nprint(prompts.agents.a)",
        cwd=project(TABLE + LISTED),
    )

    assert done.stdout.split() == ["ContentError", "Fine.", "No", "tabs.1.0"]


# --- without hatch-agpm ---------------------------------------------------------------


def test_without_hatch_agpm_a_change_is_warned_of_once(project, develop, run):
    root = project(TABLE + LISTED)
    develop(root)
    assert run(SHOW, live=False).stderr == ""

    replace("docs/rules.md", "No dots.\n")(root)
    done = run(
        f"{SHOW}\nimport importlib\nimportlib.reload(prompts)\n"
        "assert not {'hatch_agpm', 'jinja2'} & set(sys.modules)",
        live=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "Kind. No tabs.1.0\n"
    assert done.stderr.startswith("<string>:6: UserWarning: hatch-agpm: pkg.prompts ")
    assert done.stderr.count("docs/rules.md") == 1


UNUSABLE = {
    "another version": "file.write_text(json.dumps({**known, 'version': 2}))",
    "no version": "del known['version']; file.write_text(json.dumps(known))",
    "no install": "file.unlink()",
    "other function": "refresh.refresh = lambda: None",
    "no function": "del refresh.refresh",
    "no requirement": "sys.modules['yaml'] = None; del sys.modules[refresh.__name__]; "
    "[sys.modules.pop(name) for name in [*sys.modules] if 'hatch_agpm' in name]",
}


@pytest.mark.slow
@pytest.mark.parametrize("line", UNUSABLE.values(), ids=UNUSABLE)
def test_a_hatch_agpm_that_cannot_render_gives_the_last_prompts_with_one_warning(
    project, develop, run, line
):
    root = project(TABLE + LISTED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)

    done = run(
        "import json, pathlib, sys\n"
        "from hatch_agpm.build.editable import refresh\n"
        f"file = pathlib.Path({install.base!r} + '.json')\n"
        "known = json.loads(file.read_bytes())\n"
        f"{line}\n{SHOW}\nimport importlib\nimportlib.reload(prompts)"
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "Kind. No tabs.1.0\n"
    assert done.stderr.count("UserWarning") == 1
    assert "docs/rules.md changed" in done.stderr


def test_a_missing_distribution_with_templates_gives_the_last_prompts(
    project, develop, run
):
    root = project(TABLE + LISTED)
    develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    replace(
        "pyproject.toml",
        TABLE
        + '[tool.hatch-agpm.sources]\nx = { distribution = "absent" }\n'
        + '[tool.hatch-agpm.snippets]\ny = { source = "x", path = "y.md" }\n'
        + LISTED,
    )(root)

    done = run(SHOW)

    assert done.stdout == "Kind. No tabs.1.0\n", done.stderr
    assert "'absent'" in done.stderr


@pytest.mark.parametrize("live", [True, False])
def test_a_missing_project_gives_the_last_good_prompts_with_one_warning(
    project, develop, run, live
):
    root = project(TABLE + LISTED)
    develop(root)
    code = f"import pkg, shutil; shutil.rmtree({str(root)!r})"

    done = run(f"{code}\n{SHOW}\nimportlib.reload(prompts)", live=live)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "Kind. No tabs.1.0\n"
    assert done.stderr.startswith("<string>:7: UserWarning: hatch-agpm: pkg.prompts ")
    assert done.stderr.count(str(root)) == 1


# --- the cache ------------------------------------------------------------------------


def test_rendered_prompts_are_written_to_the_cache_only(
    project, develop, cache, tmp_path
):
    root = project(TABLE + LISTED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    before = tree(root), tree(tmp_path / "site")

    bundle = bundle_of(install)

    assert bundle.parent == cache / install.key
    assert (tree(root), tree(tmp_path / "site")) == before
    assert sorted(tree(cache)) == sorted(
        [
            f"{install.key}.snapshot",
            f"{install.key}/{bundle.name}.record",
            *(f"{install.key}/{bundle.name}/{path}" for path in tree(bundle)),
        ]
    )


def tree(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_a_process_keeps_reading_the_prompts_that_it_imported(project, develop, run):
    root = project(TABLE + LISTED)
    develop(root)
    replace("docs/rules.md", "No dots.\n")(root)

    done = run(
        "from pkg import prompts\nimport subprocess\nfrom pathlib import Path\n"
        f"Path({str(root)!r}, 'docs/rules.md').write_text('Nothing at all, ever.')\n"
        f"code = {SHOW!r}\n"
        "command = [sys.executable, '-c', 'import sys; sys.path[:0] = ' + "
        "repr(sys.path[:2]) + '; import _agpm_editable_pkg__prompts as f; f.start(); '"
        " + code]\n"
        "print(subprocess.check_output(command, text=True), end='')\n"
        "print(prompts.agents.a, end='')",
    )

    assert done.stdout == "Kind. Nothing at all, ever.1.0\nKind. No dots.1.0\n"


@pytest.mark.slow
def test_many_processes_that_import_at_once_read_the_right_text(
    project, develop, tmp_path, cache
):
    root = project(TABLE + LISTED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    code = RUN.format(root=str(root), site=str(tmp_path / "site"), code=SHOW)

    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    outputs = [process.communicate()[0] for process in processes]

    assert outputs == [b"Kind. No dots.1.0\n"] * 4
    assert {path.suffix for path in (cache / install.key).iterdir()} == {"", ".record"}
    assert len(list((cache / install.key).iterdir())) == 2


def test_a_later_import_ignores_what_a_killed_import_wrote(project, develop, cache):
    root = project(TABLE + LISTED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    name = bundle_of(install).name
    # As if the process had died while it wrote, and files had been deleted.
    (cache / install.key / "new-x/whole/agents").mkdir(parents=True)
    (cache / install.key / "new-x/whole/agents/a.md").write_text("Ki")
    (cache / f"{install.key}.snapshot").unlink()
    (cache / install.key / name / "agents/a.md").write_text("Ki")

    assert contents(install)[AGENT].endswith("No dots.1.0\n")
    assert bundle_of(install).name == name


@pytest.mark.slow
@pytest.mark.parametrize("obstacle", ["file", "nowhere", "foreign"])
def test_without_a_cache_each_process_renders_for_itself(
    project, develop, run, cache, obstacle, tmp_path
):
    develop(root := project(TABLE + LISTED))
    replace("docs/rules.md", "No dots.\n")(root)
    environ = {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    if obstacle == "file":
        cache.parent.mkdir()
        cache.write_text("")
    elif obstacle == "nowhere":
        environ |= {"XDG_CACHE_HOME": "", "HOME": "nowhere", "LOCALAPPDATA": ""}
    else:
        cache.mkdir(parents=True)
        if os.name == "nt" or os.getuid() != 0:
            pytest.skip("only root can give a directory away")
        os.chown(cache, 65534, -1)

    done = run(SHOW, **environ)

    assert (done.stdout, done.stderr) == ("Kind. No dots.1.0\n", "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_import_that_cannot_write_is_an_error(project, develop, run, cache):
    develop(root := project(TABLE + LISTED))
    replace("docs/rules.md", "No dots.\n")(root)
    cache.parent.mkdir()
    cache.write_text("")

    # Too small for the prompts, like a full disk.
    done = run(
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n{SHOW}"
    )

    assert done.stdout == ""
    assert "\nhatch_agpm.errors.BundleError: the prompts: " in done.stderr
    assert "File too large" in done.stderr


def test_old_bundles_are_removed_from_the_cache(project, develop, cache):
    root = project(TABLE + LISTED)
    install = develop(root)
    replace("docs/rules.md", "No dots.\n")(root)
    first = bundle_of(install)
    others = [cache / "other/key", first.parent / "new-x", first.parent.parent / "key"]
    for other in others:
        other.mkdir(parents=True)
    for path in (first, *others):
        os.utime(path, (OLD, OLD))

    replace("docs/rules.md", "No links.\n")(root)
    second = bundle_of(install)

    assert second.is_dir()
    assert [path.exists() for path in (first, *others)] == [False, True, False, False]
