"""The commands for projects of other backends, and of other build systems."""

from __future__ import annotations

import shutil
import tomllib
import zipfile

import pytest

from hatch_agpm.cli import main

POETRY = """\
[build-system]
requires = ["poetry-core>=2"]
build-backend = "poetry.core.masonry.api"

[project]
name = "acme"
{version}
"""
FILES = {
    "acme/__init__.py": "",
    "prompts/snippets/a.md": "---\nagpm: {templating: true}\n---\n"
    "{{ agpm.project.name }} {{ agpm.project.version }}\n",
}


@pytest.fixture
def project(write_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_files(
        {"pyproject.toml": POETRY.format(version='version = "2.0"'), **FILES}
    )


def paste(project, lines):
    """Replace the build system by the lines that `check` printed."""
    text = (project / "pyproject.toml").read_text("utf-8")
    _, _, rest = text.partition("\n\n")
    (project / "pyproject.toml").write_text("\n".join([*lines, "", rest]), "utf-8")


@pytest.mark.parametrize("stated", ["poetry-core>=2", "poetry-core"])
def test_check_prints_the_lines_for_the_backend_of_the_project(
    project, edit, capsys, stated
):
    edit(project, '"poetry-core>=2"', f'"{stated}"')
    assert main(["check"]) == 1
    errors = capsys.readouterr().err
    lines = [line.strip() for line in errors.splitlines() if line.startswith("    ")]
    assert tomllib.loads("\n".join(lines)) == {
        "build-system": {
            "requires": ["poetry-core>=2", "hatch-agpm"],
            "build-backend": "hatch_agpm.backend",
        },
        "tool": {"hatch-agpm": {"build-backend": "poetry.core.masonry.api"}},
    }

    paste(project, lines)

    assert main(["check"]) == 0
    assert main(["render", "snippets/a"]) == 0
    assert "acme 2.0" in capsys.readouterr().out


def test_check_misses_hatch_agpm_in_requires(project, edit, capsys):
    edit(project, "poetry.core.masonry.api", "hatch_agpm.backend")
    edit(project, "", '\n[tool.hatch-agpm]\nbuild-backend = "uv_build"\n')
    assert main(["check"]) == 1
    assert '["poetry-core>=2", "hatch-agpm"]' in capsys.readouterr().err


def test_dynamic_metadata_are_those_of_the_inner_backend(project, edit, capsys):
    edit(project, "poetry.core.masonry.api", "hatch_agpm.backend")
    edit(project, 'version = "2.0"', 'dynamic = ["version"]')
    table = '\n[tool.poetry]\nversion = "5.1"\n[tool.hatch-agpm]\nbuild-backend = '
    edit(project, "", f'{table}"poetry.core.masonry.api"\n')
    assert main(["render", "snippets/a"]) == 0
    assert "acme 5.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("inner", "named"), [("not_there", "build-backend"), ("json", "project")]
)
def test_metadata_that_are_not_available_are_an_error(
    project, edit, capsys, inner, named
):
    edit(project, "poetry.core.masonry.api", "hatch_agpm.backend")
    edit(project, 'version = "2.0"', 'dynamic = ["version"]')
    edit(project, "", f'\n[tool.hatch-agpm]\nbuild-backend = "{inner}"\n')
    assert main(["list"]) == 1
    assert named in capsys.readouterr().err


@pytest.fixture
def wheel(tmp_path):
    """A wheel without prompts, whose version only it knows."""
    path = tmp_path / "acme-7.0-py3-none-any.whl"
    info = "acme-7.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("acme/__init__.py", "")
        archive.writestr(f"{info}/METADATA", "Name: acme\nVersion: 7.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr(f"{info}/RECORD", "acme/__init__.py,,\n")
    return path


def test_add_puts_the_prompts_into_a_wheel_that_exists(project, edit, wheel, capsys):
    edit(project, 'version = "2.0"', 'dynamic = ["version"]')

    assert main(["add", wheel.name]) == 0
    assert main(["verify", wheel.name]) == 0

    once = wheel.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        assert b"acme 7.0" in archive.read("acme/prompts/snippets/a.md")
    assert main(["add", wheel.name]) == 0
    assert wheel.read_bytes() == once
    edit(project, "", "More.\n", "prompts/snippets/a.md")
    assert main(["add", wheel.name]) == 1
    assert wheel.read_bytes() == once
    assert "acme/prompts/snippets/a.md" in capsys.readouterr().err
    assert [path.name for path in project.iterdir() if path.name[0] == "."] == []


def test_add_refuses_what_is_not_a_wheel_of_the_project(project, edit, wheel, capsys):
    before = wheel.read_bytes()
    edit(project, '"acme"', '"other"')
    assert main(["add", str(wheel)]) == 1
    assert wheel.read_bytes() == before
    assert wheel.name in capsys.readouterr().err
    wheel.write_bytes(b"no zip")
    assert main(["add", str(wheel)]) == 1
    assert wheel.read_bytes() == b"no zip"
    assert main(["add", "missing.whl"]) == 1


def test_render_writes_a_bundle_that_can_be_imported(project, run_python, tmp_path):
    target = tmp_path / "elsewhere/acme/prompts"

    assert main(["render", "--bundle", str(target)]) == 0

    shutil.copy(project / "acme/__init__.py", target.parent)
    code = "from acme import prompts; print(prompts.snippets.a)"
    assert run_python(code, tmp_path / "elsewhere") == "acme 2.0\n\n"
    assert main(["render", "--bundle", str(target)]) == 1
