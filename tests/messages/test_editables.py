"""The messages of imports of a project that changed after its install."""

import pytest
from editable_project import LISTED, SHOW, TABLE, bundle_of, in_table, replace

from hatch_agpm.errors import AgpmError

WARNING = "UserWarning: hatch-agpm: pkg.prompts is not up to date:"
ABSENT = """
[tool.hatch-agpm.sources]
x = { distribution = "absent" }
[tool.hatch-agpm.snippets]
y = { source = "x", path = "y.md" }
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The user's cache directory, which is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/hatch-agpm"


@pytest.fixture
def root(project, develop):
    """An installed project."""
    root = project(TABLE + LISTED)
    develop(root)
    return root


def warning_of(done):
    """Return what was printed, without the line of code that Python 3.13 adds."""
    lines = done.stderr.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("  from pkg import"))


def test_another_output_than_that_of_the_install_is_reported(project, develop):
    root = project(TABLE + LISTED)
    install = develop(root)
    in_table("pkg/prompts", "pkg/texts")(root)

    with pytest.raises(AgpmError) as caught:
        bundle_of(install)
    assert str(caught.value) == (
        "tool.hatch-agpm.output was 'pkg/prompts' when the project was installed, got "
        "'pkg/texts'; install it again"
    )


def test_a_change_that_cannot_be_rendered_is_a_warning(root, run):
    replace("docs/rules.md", "No dots.\n")(root)

    assert warning_of(run(SHOW, live=False)) == (
        f"<string>:6: {WARNING} docs/rules.md changed after the install; install it "
        "again, or have changes shown at the next import; in pyproject.toml:\n"
        "    [dependency-groups]\n"
        '    dev = ["hatch-agpm"]\n'
    )


def test_a_distribution_that_is_not_installed_is_a_warning(root, run):
    replace("pyproject.toml", TABLE + ABSENT + LISTED)(root)

    assert warning_of(run(SHOW)) == (
        f"<string>:6: {WARNING} pyproject.toml changed after the install, and cannot "
        "be rendered here: UnusableInstallError: tool.hatch-agpm.sources.x: the "
        "distribution 'absent' is not installed; add \"absent\" to `requires` in "
        "[build-system]; a command needs it installed, too; install it again, with its "
        "build requirements\n"
    )


def test_a_project_that_is_gone_is_a_warning(root, run):
    code = f"import pkg, shutil; shutil.rmtree({str(root)!r})"

    assert warning_of(run(f"{code}\n{SHOW}")) == (
        f"<string>:7: {WARNING} the project {root} is gone; install it again\n"
    )


def test_prompts_that_cannot_be_written_are_reported(root, run, cache):
    replace("docs/rules.md", "No dots.\n")(root)
    cache.parent.mkdir()
    cache.write_text("")

    done = run(
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n{SHOW}"
    )

    assert done.stderr.splitlines()[-1] == (
        "hatch_agpm.errors.BundleError: the prompts: cannot be written for this "
        "import: File too large; make room in the user's cache directory, or install "
        "the project again"
    )


def test_a_damaged_file_of_the_cache_is_reported(root, run, cache):
    replace("docs/rules.md", "No dots.\n")(root)
    run(SHOW)
    (agent,) = cache.rglob("agents/a.md")
    agent.write_text("Kind.")

    done = run(SHOW)

    directory = agent.parent.parent.parent
    assert done.stderr.splitlines()[-1] == (
        "pkg.prompts._errors.DamagedWheelError: pkg/prompts/agents/a.md: it has 5 "
        f"bytes, not 96; delete the cache {directory}, and the prompts are rendered "
        "again"
    )
