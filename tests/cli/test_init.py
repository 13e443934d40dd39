"""`hatch-agpm init`: which lines it prints, and how it inserts them."""

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hatch_agpm.cli import main
from hatch_agpm.cli.init import adopt
from hatch_agpm.errors import ConfigError

HATCHLING = """\
# The build.
[build-system]
requires = ["hatchling>=1.20"]  # not older
build-backend = "hatchling.build"

[project]
name = "acme"
version = "1.0"  # by hand
"""


def table_of(root, pyproject=HATCHLING):
    (root / "pyproject.toml").write_text(pyproject)
    adoption = adopt(root, tomllib.loads(pyproject))
    changed = tomllib.loads(adoption.written(pyproject))
    return changed, changed["tool"]["hatch-agpm"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            ["acme/prompts/system.txt", "acme/prompts/sub/x.md"],
            {"prompts": "acme/prompts"},
        ),
        (
            ["acme/agent/system_prompts/a.md"],
            {
                "output": "acme/agent/system_prompts",
                "prompts": "acme/agent/system_prompts",
            },
        ),
        (
            ["acme/prompts.py", "acme/templates/a.jinja"],
            {"output": "acme/_prompts", "prompts": "acme/templates"},
        ),
        (
            ["acme/prompts/a.yaml", "acme/prompts/load.py"],
            {"output": "acme/_prompts", "prompts": "acme/prompts"},
        ),
        (
            ["acme/one/prompts/a.txt", "acme/two/prompts/b.txt"],
            {"prompts": ["acme/one/prompts", "acme/two/prompts"]},
        ),
        (
            ["acme/settings/review_prompts.toml", "acme/settings/other.toml"],
            {"prompts": "acme/settings/review_prompts.toml"},
        ),
        (["acme/.agents/skills/x/SKILL.md"], {"skills": "acme/.agents/skills"}),
        (
            [".agents/skills/x/SKILL.md", "acme/prompts/a.md"],
            {"prompts": "acme/prompts"},
        ),
        (
            ["skills/x/SKILL.md", "skills/x/y.md"],
            {"skills": "skills", "export": {"types": ["skills"]}},
        ),
    ],
)
def test_prompts_are_found_where_they_are(files, expected, write_files):
    skill = "---\nname: x\ndescription: d\n---\n"
    root = write_files(
        {
            "acme/__init__.py": "",
            **{
                path: skill if path.endswith("SKILL.md") else "x = 1\n"
                for path in files
            },
        }
    )
    assert table_of(root)[1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "---\ndescription: d\n---\nDo $ARGUMENTS.\n",
            {"commands": "templates/commands"},
        ),
        ("Do it.\n", None),
    ],
)
def test_commands_are_those_with_frontmatter(text, expected, write_files):
    root = write_files({"acme/__init__.py": "", "templates/commands/x.md": text})
    if expected is None:
        with pytest.raises(ConfigError):
            table_of(root)
    else:
        assert table_of(root)[1] == expected


def test_what_only_looks_like_a_template_is_verbatim(write_files):
    root = write_files(
        {
            "acme/__init__.py": "",
            "acme/prompts/a.md": "{{ project.name }}",
            "acme/prompts/b.md": "{{ name }}",
        }
    )
    assert table_of(root)[1]["verbatim"] == ["acme/prompts/a.md"]


@pytest.mark.parametrize(
    "system",
    [
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
        "[build-system]\nrequires = [\n  'hatchling',  # why\n  'hatch-vcs',\n]\n"
        "build-backend = 'hatchling.build'\n",
        '[build-system]\nbuild-backend = "hatchling.build"\nrequires = ["hatchling"]\n',
        '[build-system]\nrequires = [ "hatchling", ]\n'
        'build-backend = "hatchling.build"',
        '[build-system]\nrequires = [\n  "hatchling"\n]\n'
        'build-backend = "hatchling.build"',
    ],
)
def test_lines_are_inserted_and_comments_kept(system, write_files):
    text = f"# top\n{system}\n[project]  # mine\nname = 'acme'\nversion = '1'\n# end\n"
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    (root / "pyproject.toml").write_text(text)
    assert main(["init", "--write", "--project", str(root)]) == 0
    changed = (root / "pyproject.toml").read_text()
    for line in text.splitlines():
        if "#" in line:
            assert line in changed.splitlines()
    parsed = tomllib.loads(changed)
    assert parsed["build-system"]["requires"][-1] == "hatch-agpm"
    assert parsed["tool"]["hatch"]["build"]["hooks"]["agpm"] == {}
    assert main(["check", "--project", str(root)]) == 0


def test_nothing_is_written_without_the_option(write_files, capsys):
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    (root / "pyproject.toml").write_text(HATCHLING)
    assert main(["init", "--project", str(root)]) == 0
    assert (root / "pyproject.toml").read_text() == HATCHLING
    printed = capsys.readouterr().out
    assert 'prompts = "acme/prompts"' in printed
    assert "a  acme/prompts/a.txt" in printed


def test_another_backend_is_wrapped(write_files):
    text = HATCHLING.replace("hatchling>=1.20", "uv_build>=0.9").replace(
        "hatchling.build", "uv_build"
    )
    root = write_files({"src/acme/__init__.py": "", "src/acme/prompts/a.txt": "x"})
    changed, table = table_of(root, text)
    assert changed["build-system"]["build-backend"] == "hatch_agpm.backend"
    assert table == {"build-backend": "uv_build", "prompts": "src/acme/prompts"}
    assert "hatch" not in changed["tool"]


WRAPPED = [
    ("uv_build", "uv_build", "uv_build>=0.9"),
    ("poetry-core", "poetry.core.masonry.api", "poetry-core>=2"),
    ("pdm-backend", "pdm.backend", "pdm-backend>=2.4"),
    ("flit_core", "flit_core.buildapi", "flit_core>=3.11"),
    ("maturin", "maturin", "maturin>=1.8,<2"),
    ("scikit-build-core", "scikit_build_core.build", "scikit-build-core>=0.11"),
    ("meson-python", "mesonpy", "meson-python>=0.18"),
]


@pytest.mark.parametrize(("name", "backend", "lowest"), WRAPPED)
@pytest.mark.parametrize("versions", ["", ">=0.1"])
def test_each_backend_has_its_lowest_version(
    name, backend, lowest, versions, write_files, capsys
):
    system = f"[build-system]\n# mine\nrequires = ['{name}{versions}']  # why\n"
    system += f'build-backend = "{backend}"\n'
    project = "\n[project]\nname = 'acme'\nversion = '1'\nrequires-python = '>=3.9'\n"
    root = write_files(
        {
            "pyproject.toml": system + project,
            "acme/__init__.py": "",
            "acme/prompts/a.txt": "x",
        }
    )
    expected = [name + versions if versions else lowest, "hatch-agpm"]

    assert main(["init", "--write", "--project", str(root)]) == 0

    text = (root / "pyproject.toml").read_text()
    assert "# mine\n" in text
    assert "  # why\n" in text
    changed = tomllib.loads(text)
    system = {"requires": expected, "build-backend": "hatch_agpm.backend"}
    assert changed["build-system"] == system
    assert changed["tool"]["hatch-agpm"]["build-backend"] == backend
    assert ("uv" in changed["tool"]) == (name == "uv_build")
    printed = capsys.readouterr().out.partition("\na  acme")[0]
    assert tomllib.loads(printed)["build-system"] == system
    assert main(["check", "--project", str(root)]) == 0
    assert "cache-keys" not in capsys.readouterr().out


def test_the_lowest_versions_are_those_of_the_docs():
    page = Path(__file__).parents[2] / "docs/how-to/other-backends.md"
    blocks = page.read_text(encoding="utf-8").split("```toml\n")[1:]
    documented = [tomllib.loads(block.partition("```")[0]) for block in blocks]
    assert [
        (each["tool"]["hatch-agpm"]["build-backend"], each["build-system"]["requires"])
        for each in documented
    ] == [(backend, [lowest, "hatch-agpm"]) for _, backend, lowest in WRAPPED]


@pytest.mark.parametrize(
    ("uv", "expected"),
    [
        ("[tool.uv]\npackage = true  # mine\n", ["pyproject.toml", "acme/**/*"]),
        ('[tool.uv]\ncache-keys = [{ file = "x" }]\n', ["x", "acme/**/*"]),
        ('[tool.uv.sources]\nx = { path = "y" }\n', ["pyproject.toml", "acme/**/*"]),
        ('[tool.uv]\ncache-keys = [\n  { file = "acme/**" },\n]\n', ["acme/**"]),
    ],
)
def test_uv_watches_the_prompts(uv, expected, write_files):
    root = write_files(
        {
            "pyproject.toml": f"{HATCHLING}\n{uv}\n[tool.other]\nx = 1\n",
            "acme/__init__.py": "",
            "acme/prompts/a.txt": "x",
        }
    )

    assert main(["init", "--write", "--project", str(root)]) == 0

    text = (root / "pyproject.toml").read_text()
    assert all(line in text.splitlines() for line in uv.splitlines()[:1])
    assert [*tomllib.loads(text)["tool"]["uv"]["cache-keys"]] == [
        {"file": each} for each in expected
    ]
    assert tomllib.loads(text)["tool"]["other"] == {"x": 1}


def test_setuptools_has_no_table_of_a_hook(write_files):
    text = HATCHLING.replace("hatchling>=1.20", "setuptools>=61").replace(
        "hatchling.build", "setuptools.build_meta"
    )
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    changed, _ = table_of(root, text)
    assert [*changed["tool"]] == ["hatch-agpm"]


def test_a_hook_that_is_there_is_not_added_again(write_files):
    text = f"{HATCHLING}\n[tool.hatch.build.hooks.agpm]\n"
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    changed, table = table_of(root, text)
    assert changed["tool"]["hatch"]["build"]["hooks"] == {"agpm": {}}
    assert table == {"prompts": "acme/prompts"}


def test_a_project_that_has_the_table_is_refused(write_files):
    root = write_files({"acme/prompts/a.txt": "x"})
    with pytest.raises(ConfigError) as caught:
        adopt(root, {"tool": {"hatch-agpm": {}}})
    assert caught.value.key == "tool.hatch-agpm"


def test_a_project_without_prompts_is_refused(write_files):
    root = write_files({"acme/__init__.py": "", "acme/data.csv": "x"})
    with pytest.raises(ConfigError):
        adopt(root, tomllib.loads(HATCHLING))


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "from setuptools import setup\nsetup(name='acme')\n"},
        {"setup.cfg": "[metadata]\nname = acme\n"},
    ],
)
def test_a_project_without_a_pyproject_gets_one(write_files, capsys, files):
    text = {"acme/__init__.py": "", "acme/prompts/a.txt": "A"}
    root = write_files({**text, **files})
    assert main(["init", "--write", "--project", str(root)]) == 0
    assert "acme/prompts/a.txt" in capsys.readouterr().out
    tables = tomllib.loads((root / "pyproject.toml").read_text())
    assert tables == {
        "build-system": {
            "requires": ["setuptools", "hatch-agpm"],
            "build-backend": "setuptools.build_meta",
        },
        "tool": {"hatch-agpm": {"prompts": "acme/prompts"}},
    }


def test_a_directory_without_a_project_is_an_error(tmp_path, capsys):
    assert main(["init", "--project", str(tmp_path)]) == 1
    assert "pyproject.toml" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_long_array_has_a_line_for_each_item(write_files, count):
    names = [f"acme/settings/some_long_name_{n}_prompts.toml" for n in range(count)]
    files = {"acme/__init__.py": "", "pyproject.toml": HATCHLING}
    root = write_files({**files, **dict.fromkeys(names, "a = 1\n")})
    adoption = adopt(root, tomllib.loads(HATCHLING))
    changed = tomllib.loads(adoption.written(HATCHLING))
    found = changed["tool"]["hatch-agpm"]["prompts"]
    assert found == (names[0] if count == 1 else names)
    assert all(len(line) < len(names[0]) * 2 for line in adoption.lines)


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_full_disk_leaves_the_project_as_it_was(write_files):
    text = f"{HATCHLING}\n# {'long' * 5_000}\n"
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    (root / "pyproject.toml").write_text(text)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9999, 9999))"
    call = "import sys; from hatch_agpm.cli import main; sys.exit(main(sys.argv[1:]))"

    done = subprocess.run(
        [sys.executable, "-c", f"{limit}; {call}", "init", "--write"],
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (root / "pyproject.toml").read_text() == text
    assert sorted(path.name for path in root.iterdir()) == ["acme", "pyproject.toml"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_mode_and_link_of_the_file_are_kept(write_files):
    root = write_files({"acme/__init__.py": "", "acme/prompts/a.txt": "x"})
    (root / "real.toml").write_text(HATCHLING)
    (root / "real.toml").chmod(0o640)
    (root / "pyproject.toml").symlink_to("real.toml")

    assert main(["init", "--write", "--project", str(root)]) == 0

    assert (root / "pyproject.toml").is_symlink()
    assert "[tool.hatch-agpm]" in (root / "real.toml").read_text()
    assert stat.S_IMODE((root / "real.toml").stat().st_mode) == 0o640
