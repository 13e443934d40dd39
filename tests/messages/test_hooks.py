"""The messages of builds: about the tables of Hatch, and about other hooks."""

import pytest

HOOK = "[tool.hatch.build.hooks.agpm]\n"
TARGET = "[tool.hatch.build.targets.wheel"
ELSEWHERE = "is not read; options are in [tool.hatch-agpm]; this table is empty"
REMOVE = "remove this line, hatch-agpm fills that directory"
WHEEL = "flat-1.2.0-py2.py3-none-any.whl"
CUSTOM = """
import pathlib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        {}
"""
ADD = "build_data['force_include']['docs/rules.md'] = 'flat/prompts/x.md'"
EMPTY = (
    "[pathlib.Path(path).write_bytes(b'') for path in build_data['force_include'] "
    "if path.endswith('reviewer.md')]"
)


def hooks(*names):
    return "".join(f"[tool.hatch.build.hooks.{name}]\n" for name in names)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            f"{HOOK}output = 'x'\nagents = {{}}\n",
            f"tool.hatch.build.hooks.agpm.agents {ELSEWHERE}\n"
            f"tool.hatch.build.hooks.agpm.output {ELSEWHERE}",
        ),
        (
            f"{HOOK}dependencys = []\nenable-default = 1\n",
            "tool.hatch.build.hooks.agpm.dependencys is not read; did you mean "
            "'dependencies'?\n"
            "tool.hatch.build.hooks.agpm.enable-default is not read; did you mean "
            "'enable-by-default'?",
        ),
        (
            f"{TARGET}.hooks.agpm]\nx = 1\n",
            f"tool.hatch.build.targets.wheel.hooks.agpm.x {ELSEWHERE}",
        ),
        (
            f"{HOOK}{TARGET}.force-include]\n'docs/rules.md' = 'flat/prompts/r.md'\n",
            'tool.hatch.build.targets.wheel.force-include."docs/rules.md" writes into '
            f"flat/prompts; {REMOVE}",
        ),
        (
            f"{HOOK}[tool.hatch.build.force-include]\n'prompts' = 'flat/prompts'\n",
            'tool.hatch.build.force-include."prompts" writes into flat/prompts; '
            f"{REMOVE}",
        ),
    ],
)
def test_a_wrong_table_of_hatch_is_reported(
    copy_project, error_of, edit, tables, message
):
    project = copy_project("flat")
    edit(project, HOOK, tables)

    assert error_of(project) == f"hatch-agpm: {message}\n"


@pytest.mark.parametrize(
    ("order", "line", "message"),
    [
        (
            hooks("custom", "agpm"),
            ADD,
            "flat/prompts/x.md: is put there by another build hook, which writes into "
            "flat/prompts",
        ),
        (
            hooks("agpm", "custom"),
            ADD,
            f"flat/prompts/x.md: is in {WHEEL}, but is not a file that was rendered",
        ),
        (
            hooks("agpm", "custom"),
            "build_data['force_include'] = {}",
            f"flat-1.2.0.dist-info/agpm-prompts.txt: is missing from {WHEEL}",
        ),
        (
            hooks("agpm", "custom"),
            EMPTY,
            f"flat/prompts/agents/reviewer.md: differs in {WHEEL} in size: 0 bytes, "
            "not 228",
        ),
    ],
)
def test_a_change_by_another_hook_is_reported(
    copy_project, error_of, edit, order, line, message
):
    project = copy_project("flat", {"hatch_build.py": CUSTOM.format(line)})
    edit(project, HOOK, order)

    assert error_of(project).splitlines()[0] == f"hatch-agpm: {message}"


def test_a_full_disk_is_reported(copy_project, error_of, tmp_path):
    site = tmp_path / "limited"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import resource, signal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    )

    shown = error_of(copy_project("flat"), PYTHONPATH=str(site), PYTHONSAFEPATH="1")

    assert shown == "hatch-agpm: [Errno 27] File too large\n"


def test_a_mistake_is_one_error_of_setuptools(copy_project, error_of):
    table = '[project]\nname = "flat"\nversion = "1"\n[tool]\nhatch-agpm = 3\n'
    project = copy_project("flat", {"pyproject.toml": table})

    assert error_of(project, backend="setuptools").endswith(
        "\nerror: hatch-agpm: tool.hatch-agpm must be a table, got 3\n"
    )
