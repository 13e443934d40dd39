from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from commands import CACHE_KEYS, HEAD, run

from hatch_agpm._version import __version__
from hatch_agpm.cli.main import main
from hatch_agpm.cli.verify import audit_wheel

ROOT = Path(__file__).parents[2]

REVIEWER = "You review flat 1.2.0.\nBe kind.\nNo tabs.\nÄ Ada Lovelace, requests>=2\n"


def test_list_shows_each_prompt_of_the_wheel_with_its_template(flat, capsys):
    assert main(["list", "--project", str(flat)]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"agents/reviewer  prompts/agents/reviewer\.md  ~?\d+ tokens", first
    )
    assert second.startswith("scripts/check    prompts/scripts/check.sh    ")


def test_many_sources_are_each_compared_once(write_files, count_calls, capsys):
    def comparisons(count):
        sources = ", ".join(f's{n} = "../missing{n}"' for n in range(count))
        text = f"{HEAD}sources = {{ {sources} }}\n"
        root = write_files(
            {"pyproject.toml": text, "prompts/a.md": "", "acme/x.py": ""}
        )
        calls = count_calls(main, ["list", "--project", str(root)])
        assert capsys.readouterr().err.count("names no directory") == count
        return calls["hatch_agpm.model.config"]

    assert comparisons(200) < 3 * comparisons(100)


def test_a_project_is_rendered_once_for_all_targets(flat, edit, count_calls):
    def renderings():
        calls = count_calls(main, ["list", "--project", str(flat)])
        return calls["hatch_agpm.rendering.renderer"]

    for_both = renderings()
    one = "[tool.hatch.build.targets.wheel.hooks.agpm]"
    edit(flat, "[tool.hatch.build.hooks.agpm]", one)
    assert for_both == renderings() > 0


HELPER = """\
---
agpm:
  runtime:
    user_name: str
    limit: {type: int, default: 5}
---
You answer {{ user_name }} in {{ limit }} sentences.
"""


@pytest.fixture
def with_helper(flat, edit):
    """The project, with a prompt that has run-time variables."""
    (flat / "prompts/agents/helper.md").write_text(HELPER, encoding="utf-8")
    before = "[tool.hatch-agpm.agents]\n"
    edit(flat, before, f'{before}helper = "prompts/agents/helper.md"\n')
    return flat


def test_list_shows_the_variables_of_a_prompt(with_helper, capsys):

    assert main(["list", "--project", str(with_helper)]) == 0

    helper, reviewer, _ = capsys.readouterr().out.splitlines()
    call = "agents/helper(user_name: str, limit: int = 5)"
    assert re.fullmatch(
        re.escape(f"{call}  prompts/agents/helper.md    ")
        + r"~?\d+ tokens, \d+ before 'user_name'",
        helper,
    )
    name = f"{'agents/reviewer':{len(call)}}"
    assert reviewer.startswith(f"{name}  prompts/agents/reviewer.md  ")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (["user_name=Ada"], "You answer Ada in 5 sentences.\n"),
        (['user_name="A=b"', "limit=3"], "You answer A=b in 3 sentences.\n"),
    ],
)
def test_render_fills_in_values(with_helper, capfdbinary, settings, text):
    chosen = [part for each in settings for part in ("--set", each)]
    command = ["render", "agents/helper", "--project", str(with_helper), *chosen]
    assert main(command) == 0
    assert capfdbinary.readouterr().out.decode().endswith(f"---\n{text}")


def test_render_without_frontmatter(with_helper, capfdbinary):
    command = ["render", "agents/helper", "--project", str(with_helper), "--body"]
    assert main(command) == 0
    unfilled = b"You answer {{ user_name }} in {{ limit }} sentences.\n"
    assert capfdbinary.readouterr().out == unfilled
    assert main([*command, "--set", "user_name=Ada"]) == 0
    assert capfdbinary.readouterr().out == b"You answer Ada in 5 sentences.\n"


@pytest.mark.parametrize("option", [["--body"], ["--set", "user_name=Ada"]])
def test_render_of_all_prompts_takes_no_values(with_helper, capsys, tmp_path, option):
    output = tmp_path / "out"
    command = ["render", "--output", str(output), "--project", str(with_helper)]
    assert main([*command, *option]) == 1
    assert option[0] in capsys.readouterr().err
    assert not output.exists()


def test_check_names_errors_that_some_values_lead_to(with_helper, capsys):
    path = with_helper / "prompts/agents/helper.md"
    path.write_text(HELPER + "{% if limit > 9 %}{{ limt }}{% endif %}\n", "utf-8")
    main(["check", "--project", str(with_helper)])
    assert "prompts/agents/helper.md:8: 'limt' is undefined" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (["limit=x"], "user_name is missing, a str"),
        (["user_name=1"], "user_name must be a str, got int"),
        (["user_name"], "needs NAME=VALUE, got 'user_name'"),
    ],
)
def test_render_reports_wrong_values(with_helper, capsys, settings, problem):
    chosen = [part for each in settings for part in ("--set", each)]
    command = ["render", "agents/helper", "--project", str(with_helper), *chosen]
    assert main(command) == 1
    assert problem in capsys.readouterr().err


def test_list_as_json_has_the_variables_of_the_index(with_helper, build, capsys):
    assert main(["list", "--project", str(with_helper), "--json"]) == 0

    helper, reviewer, check = json.loads(capsys.readouterr().out)["prompts"]
    index = json.loads(build(with_helper).files["flat/prompts/index.json"])
    assert helper == {
        "full_name": "agents/helper",
        "sources": ["prompts/agents/helper.md"],
        "runtime": index["resources"][0]["runtime"],
        "tokens": helper["tokens"],
        "prefix": helper["prefix"],
    }
    assert [each["name"] for each in helper["runtime"]] == ["user_name", "limit"]
    assert (reviewer["runtime"], check["full_name"]) == ([], "scripts/check")


@pytest.mark.parametrize(
    "name", ["agents/reviewer", "reviewer", "prompts/agents/reviewer"]
)
def test_render_writes_the_document_byte_for_byte(flat, build, name):
    expected = build(flat).files["flat/prompts/agents/reviewer.md"]

    done = run(
        "render", name, cwd=flat, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == expected
    assert expected.decode().endswith(REVIEWER)


def test_list_prints_names_that_the_console_cannot_show(flat):
    (flat / "prompts/commands").mkdir()
    for name in ("né", "挨拶"):
        (flat / f"prompts/commands/{name}.md").write_text("A", encoding="utf-8")

    done = run("list", cwd=flat, env={**os.environ, "PYTHONIOENCODING": "cp437"})

    assert (done.returncode, done.stderr) == (0, b"")
    assert "commands/né" in done.stdout.decode("cp437")
    assert r"commands/\u6328\u62f6" in done.stdout.decode("cp437")


def test_render_knows_dependencies_that_are_not_in_the_wheel(flat):
    done = run("render", "prompts/snippets/python-tone", cwd=flat)

    assert done.stdout == b"Be kind.\n"


def test_render_into_a_directory_writes_the_files_of_the_wheel(flat, build, tmp_path):
    target = tmp_path / "new" / "out"

    done = run("render", "--output", target, "--project", flat)

    assert done.stdout.decode() == f"2 files in {target}\n"
    wheel = build(flat).files
    written = {
        path.relative_to(target).as_posix(): path.read_bytes()
        for path in target.rglob("*")
        if path.is_file()
    }
    assert sorted(written) == ["agents/reviewer.md", "scripts/check.sh"]
    assert all(wheel[f"flat/prompts/{path}"] == data for path, data in written.items())
    assert os.access(target / "scripts/check.sh", os.X_OK)
    assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_render_into_an_empty_directory_is_fine(flat, tmp_path):
    assert (
        main(["render", "--output", str(tmp_path / "e"), "--project", str(flat)]) == 0
    )
    (tmp_path / "x").mkdir()

    assert (
        main(["render", "--output", str(tmp_path / "x"), "--project", str(flat)]) == 0
    )


def test_render_does_not_touch_a_directory_that_holds_something(flat, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    assert main(["render", "--output", str(tmp_path), "--project", str(flat)]) == 1

    assert f"{tmp_path}: already exists" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_render_that_fails_writes_nothing(flat, tmp_path, capsys):
    (flat / "docs/rules.md").unlink()
    target = tmp_path / "out"

    assert main(["render", "--output", str(target), "--project", str(flat)]) == 1

    assert capsys.readouterr().err.startswith("hatch-agpm: prompts/agents/reviewer.md:")
    assert not target.exists()


def test_check_reports_the_errors_of_a_build_and_writes_nothing(flat, build, capsys):
    before = sorted(flat.rglob("*"))

    assert main(["check", "--project", str(flat)]) == 0

    assert sorted(flat.rglob("*")) == before
    line, _ = build(flat).output.splitlines()
    assert f"hatch-agpm: {capsys.readouterr().out}" == f"{line}\n"


@pytest.mark.parametrize("command", [["check"], ["list"], ["render", "reviewer"]])
def test_check_and_build_report_the_same_error(flat, error_of, capsys, command):
    (flat / "prompts/agents/reviewer.md").write_text(
        "---\nagpm:\n  templating: true\n---\nHi {{ nme }}\n", encoding="utf-8"
    )

    assert main([*command, "--project", str(flat)]) == 1

    captured = capsys.readouterr()
    assert captured.err == error_of(flat)
    assert captured.out == ""


def test_check_finds_files_in_the_output_directory(flat, error_of, capsys):
    (flat / "flat/prompts.py").touch()

    assert main(["check", "--project", str(flat)]) == 1

    assert capsys.readouterr().err == error_of(flat)


@pytest.mark.parametrize("arguments", [["check"], ["check", "--strict"]])
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_check_reports_nothing_for_a_correct_project(
    copy_project, use_backend, edit, capsys, backend, arguments
):
    project = copy_project("flat")
    use_backend(project, backend)
    edit(project, "", CACHE_KEYS)

    assert main([*arguments, "--project", str(project)]) == 0

    captured = capsys.readouterr()
    assert captured.out.startswith("2 prompts in flat/prompts, ")
    assert (captured.out.count("\n"), captured.err) == (1, "")


GLOBAL = "[tool.hatch.build.hooks.agpm]\n"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ('requires = ["Hatch_AGPM>=0.1"]\n', 0),
        (f'requires = []\n{GLOBAL}dependencies = ["hatch-agpm"]\n', 0),
        (f"{GLOBAL}dependencies = []\n", 1),
        ('requires = []\nbackend-path = ["."]\n', 0),
    ],
)
def test_check_finds_the_requirement_in_every_valid_table(flat, edit, lines, status):
    edit(flat, 'requires = ["hatchling", "hatch-agpm"]\n', "")
    edit(flat, GLOBAL, "")
    head, _, tables = lines.partition(GLOBAL)
    edit(flat, "[build-system]\n", f"[build-system]\n{head}")
    edit(
        flat,
        "[tool.hatch-agpm.project]",
        f"{GLOBAL}{tables}\n[tool.hatch-agpm.project]",
    )

    assert main(["check", "--project", str(flat)]) == status


@pytest.mark.parametrize("table", ["", "[tool.hatch.build.hooks.agpm]\n"])
def test_check_reports_a_setuptools_project_without_our_table(
    write_files, capsys, table
):
    project = write_files(
        {
            "pyproject.toml": "[build-system]\n"
            'requires = ["setuptools", "hatch-agpm"]\n'
            'build-backend = "setuptools.build_meta"\n'
            '[project]\nname = "pkg"\nversion = "1"\n'
            f"{table}",
            "src/pkg/__init__.py": "",
            "prompts/agents/a.md": "Hi\n",
        }
    )

    assert main(["check", "--project", str(project)]) == 1

    assert "    [tool.hatch-agpm]\n" in capsys.readouterr().err


def test_check_reads_the_hook_from_hatch_toml(copy_project, use_backend, capsys):
    project = copy_project("hatch-toml")
    use_backend(project, "hatchling")
    assert main(["check", "--project", str(project)]) == 0
    (project / "hatch.toml").write_text("[build]\n", encoding="utf-8")
    capsys.readouterr()

    assert main(["check", "--project", str(project)]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("; in hatch.toml:")
    assert lines[1:] == ["    [build.hooks.agpm]"]


def test_check_refuses_what_is_forced_into_the_output(flat, edit, error_of, capsys):
    edit(
        flat,
        "",
        '\n[tool.hatch.build.force-include]\n"docs/rules.md" = "flat/prompts/x.md"\n',
    )

    assert main(["check", "--project", str(flat)]) == 1

    assert capsys.readouterr().err == error_of(flat)


@pytest.mark.parametrize(
    ("keys", "missing", "advised"),
    [
        (
            "",
            "docs/rules.md (and 3 more)",
            '[{ file = "pyproject.toml" }, { file = "docs/**/*" }, '
            '{ file = "prompts/**/*" }]',
        ),
        (
            'cache-keys = [{ git = { commit = true } }, "docs/*", "prompts/*"]\n',
            "prompts/agents/reviewer.md (and 2 more)",
            '[{ git = { commit = true } }, "docs/*", "prompts/*", '
            '{ file = "prompts/**/*" }]',
        ),
        (
            'cache-keys = ["**/rule?.md", "prompts/**"]\n',
            "",
            "",
        ),
    ],
)
def test_check_names_files_that_uv_does_not_watch(
    flat, edit, capsys, keys, missing, advised
):
    edit(flat, CACHE_KEYS, f"\n[tool.uv]\n{keys}")

    assert main(["check", "--project", str(flat)]) == 0
    shown = capsys.readouterr().out.partition("\n")[2]
    status = main(["check", "--strict", "--project", str(flat)])

    if missing:
        note = shown.removeprefix("note: ")
        assert missing in note
        assert note.splitlines()[1:] == ["    [tool.uv]", f"    cache-keys = {advised}"]
        assert (status, capsys.readouterr().err) == (1, f"hatch-agpm: {note}")
    else:
        assert (shown, status) == ("", 0)


def test_check_names_templates_with_windows_line_ends(flat, capsys):
    (flat / "docs/rules.md").write_bytes(b"One\r\nTwo\r\n")

    assert main(["check", "--project", str(flat)]) == 0

    _, note, line = capsys.readouterr().out.splitlines()
    assert note.startswith("note: docs/rules.md ")
    assert line == "    docs/**/* text eol=lf"


def test_dynamic_metadata_comes_from_hatchling(copy_project, build):
    project = copy_project("dynamic-metadata")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[build-system]\nbuild-backend = "hatchling.build"\n')

    done = run("render", "about", cwd=project)

    path = "dynamic_metadata/prompts/snippets/about.md"
    assert done.stdout == build(project).files[path], done.stderr


def test_dynamic_metadata_comes_from_setuptools(write_files, build):
    project = write_files(
        {
            "pyproject.toml": (
                '[build-system]\nbuild-backend = "setuptools.build_meta"\n\n'
                "[tool.hatch-agpm]\n"
            ),
            "setup.cfg": "[metadata]\nname = demo\nversion = attr: demo.VERSION\n",
            "demo/__init__.py": 'VERSION = "3.2.1"\n',
            "prompts/snippets/about.md": (
                "---\nagpm:\n  templating: true\n---\n{{ agpm.project | json_encode }}"
            ),
        }
    )

    done = run("render", "about", cwd=project)

    assert b'"version":"3.2.1"' in done.stdout, done.stderr
    files = build(project, backend="setuptools").files
    assert done.stdout == files["demo/prompts/snippets/about.md"]


def test_what_setuptools_refuses_is_an_error(write_files, capsys):
    project = write_files(
        {
            "pyproject.toml": (
                '[build-system]\nbuild-backend = "setuptools.build_meta"\n\n'
                "[tool.hatch-agpm]\n"
            ),
            "setup.cfg": "[metadata]\nversion = attr: nothing.VERSION\n",
        }
    )

    assert main(["list", "--project", str(project)]) == 1

    shown = capsys.readouterr().err
    assert shown.startswith("hatch-agpm: project ")
    assert "setuptools" in shown


WITHOUT_SETUPTOOLS = """
import sys
sys.modules["setuptools"] = None
from hatch_agpm.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (("", ""), b"2 prompts in flat/prompts, "),
        (
            ('version = "1.2.0"', 'dynamic = ["version"]'),
            b"hatch-agpm: project leaves fields to setuptools, which is not installed; "
            b"install it beside hatch-agpm\n",
        ),
    ],
)
def test_a_static_project_is_checked_without_setuptools(
    copy_project, use_backend, edit, change, shown
):
    project = copy_project("flat")
    edit(project, *change)
    use_backend(project, "setuptools")

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SETUPTOOLS, "check"],
        cwd=project,
        capture_output=True,
        check=False,
    )

    assert (done.stderr or done.stdout).startswith(shown)
    assert done.returncode == bool(done.stderr)


def test_the_pre_commit_hooks_run_existing_commands(flat):
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    # The dependency of the project may not be installed where the tests run.
    installed = flat / ".venv/lib/python3/site-packages/requests-2.dist-info"
    installed.mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: requests\nVersion: 2\n"
    (installed / "METADATA").write_text(metadata, encoding="utf-8")
    assert main(["stub", "--project", str(flat)]) == 0

    for hook in hooks:
        program, *arguments = hook["entry"].split()
        assert program == "hatch-agpm"
        assert main([*arguments, "--project", str(flat)]) == 0


# --- verify ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
@pytest.mark.parametrize("target", ["wheel", "editable"])
def test_verify_accepts_a_wheel_of_any_backend(flat, build, capsys, backend, target):
    wheel = build(flat, target, backend).artefact

    assert main(["verify", str(wheel)]) == 0

    directory = "flat/prompts"
    if target == "editable":
        directory = "_agpm_editable_flat__prompts_bundle"
    assert capsys.readouterr().out == (
        f"{wheel.name}: 2 prompts in {directory}, 245 bytes\n"
    )


def test_verify_can_report_as_json(flat, build, edit, capsys):
    right = build(flat).artefact
    edit(flat, GLOBAL, "")
    wrong = build(flat).artefact

    assert main(["verify", "--json", str(right), str(wrong)]) == 1

    assert json.loads(capsys.readouterr().out) == {
        "wheels": [
            {
                "wheel": str(right),
                "ok": True,
                "bundles": [
                    {
                        "directory": "flat/prompts",
                        "distribution": "flat",
                        "version": "1.2.0",
                        "prompts": 2,
                        "size": 245,
                        "exported": 0,
                    }
                ],
                "problems": [],
            },
            {
                "wheel": str(wrong),
                "ok": False,
                "bundles": [],
                "problems": [str(problem) for problem in audit_wheel(wrong).problems],
            },
        ],
        "installed": [],
    }


def test_a_closed_pipe_ends_the_command_without_a_message(flat):
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "hatch_agpm", "list"],
        cwd=flat,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, b"")


def test_a_closed_standard_output_is_one_message(flat):
    done = subprocess.run(
        ["sh", "-c", '"$0" -m hatch_agpm list >&-', sys.executable],
        cwd=flat,
        stderr=subprocess.PIPE,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == b"hatch-agpm: standard output is closed\n"


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["render"], ["render", "x", "--output", "y"], ["lst"]]
)
def test_a_wrong_command_line_is_explained_and_gives_2(arguments):
    done = run(*arguments)

    assert done.returncode == 2
    assert b"usage: hatch-agpm" in done.stderr
    assert b"Traceback" not in done.stderr
