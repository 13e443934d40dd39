"""A project's table and directories: reading, convention, errors."""

import os
import sys
from functools import reduce

import pytest

from hatch_agpm.config.output import find_output
from hatch_agpm.config.project import load_toml, read_project
from hatch_agpm.errors import AgpmError, BundleError, ConfigError
from hatch_agpm.tera import Limits

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def read(root, table):
    return read_project(root, {"tool": {"hatch-agpm": table}})


def listed(project):
    return [(e.section, e.name, e.path) for e in project.manifest.entries]


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        pytest.param({"outptu": "x"}, ["tool.hatch-agpm.outptu"], id="unknown key"),
        pytest.param({"output": 3}, ["tool.hatch-agpm.output"], id="type"),
        pytest.param(
            {"output": "../x"}, ["tool.hatch-agpm.output"], id="output outside"
        ),
        pytest.param(
            {"output": "my-pkg/prompts"},
            ["tool.hatch-agpm.output"],
            id="output that is not a package",
        ),
        pytest.param(
            {"output": "pkg/class"},
            ["tool.hatch-agpm.output"],
            id="output that is a keyword",
        ),
        pytest.param(
            {"manifest": "agpm.toml", "agents": {}, "project": {}},
            ["tool.hatch-agpm.project", "tool.hatch-agpm.agents"],
            id="tables beside a manifest",
        ),
        pytest.param(
            {"manifest": "../agpm.toml"},
            ["tool.hatch-agpm.manifest"],
            id="manifest outside",
        ),
        pytest.param({"manifest": "none.toml"}, ["none.toml:"], id="no manifest"),
        pytest.param(
            {"manifest": 3},
            ["tool.hatch-agpm.manifest"],
            id="manifest that is a number",
        ),
        pytest.param(
            {"limits": {"loop": 0, "lop": 1, "depth": True}, "agents": {}},
            [
                "tool.hatch-agpm.limits.lop",
                "tool.hatch-agpm.limits.loop",
                "tool.hatch-agpm.limits.depth",
            ],
            id="limits",
        ),
        pytest.param(
            {"env": ["HOME", 3], "metadata": "yes", "agents": {}},
            ["tool.hatch-agpm.metadata", "tool.hatch-agpm.env[1]"],
            id="env and metadata",
        ),
        pytest.param({}, ["tool.hatch-agpm"], id="nothing at all"),
        pytest.param(
            {"outptu": 1, "agents": {"a": 3}, "tools": {"x": {}}},
            [
                "tool.hatch-agpm.outptu",
                "tool.hatch-agpm.tools.x.path",
                "tool.hatch-agpm.agents.a",
            ],
            id="problems of every kind at once",
        ),
    ],
)
def test_all_problems_of_a_table_are_reported(table, keys, tmp_path):
    with pytest.raises(AgpmError) as caught:
        read(tmp_path, table)
    problems = getattr(caught.value, "problems", [caught.value])
    assert [each.key for each in problems] == keys


@pytest.mark.parametrize("table", [3, [], "x"])
def test_a_value_that_is_not_a_table_is_reported(table, tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, table)
    assert caught.value.key == "tool.hatch-agpm"


@pytest.mark.parametrize("pyproject", [{}, {"tool": {}}, {"tool": 3}])
def test_without_a_table_resources_are_found_by_convention(pyproject, write_files):
    root = write_files({"prompts/agents/a.md": ""})
    found = read_project(root, pyproject)
    assert listed(found) == [("agents", "a", "prompts/agents/a.md")]


def test_the_conventional_directories_name_resources_by_their_paths(write_files):
    root = write_files(
        {
            "prompts/agents/team/lead.md": "",
            "prompts/agents/.hidden.md": "",
            "prompts/agents/.git/x.md": "",
            "prompts/mcp-servers/files.json": "{}",
            "prompts/scripts/run.tar.gz": "",
            "prompts/skills/fix/SKILL.md": "",
            "prompts/skills/fix/scripts/run.sh": "",
            "prompts/skills/none/README.md": "",
            "prompts/scripts/__pycache__/run.pyc": "",
            "prompts/skills/fix/inner/SKILL.md": "",
            "prompts/scripts/lint.sh": "",
            "prompts/scripts/lint.py": "",
            "prompts/readme.md": "",
        }
    )
    assert listed(read(root, {})) == [
        ("agents", "team/lead", "prompts/agents/team/lead.md"),
        ("mcp-servers", "files", "prompts/mcp-servers/files.json"),
        ("scripts", "lint.py", "prompts/scripts/lint.py"),
        ("scripts", "lint.sh", "prompts/scripts/lint.sh"),
        ("scripts", "run.tar.gz", "prompts/scripts/run.tar.gz"),
        ("skills", "fix", "prompts/skills/fix"),
    ]


@posix_only
def test_special_files_and_broken_links_are_listed_and_then_reported(write_files):
    root = write_files({"prompts/agents/a.md": ""})
    os.mkfifo(root / "prompts/agents/pipe.md")
    (root / "prompts/agents/link.md").symlink_to("nowhere.md")
    names = [alias for _, alias, _ in listed(read(root, {}))]
    assert names == ["a", "link", "pipe"]


@pytest.mark.parametrize(
    ("package", "output", "meant"),
    [
        ("src/acme", "acme/prompts", "src/acme/prompts"),
        ("src/acme", "acme/llm/prompts", None),
        ("acme", "src/acme/prompts", "acme/prompts"),
        ("acme", "acme/prompts", None),
        ("acme", "acme/new/prompts", None),
        ("src/acme", "src/acme/new/prompts", None),
    ],
)
def test_an_output_beside_the_sources_is_an_error(write_files, package, output, meant):
    root = write_files({f"{package}/__init__.py": ""})
    if meant is None:
        assert find_output(root, output, {}, "acme") == output
        return
    with pytest.raises(ConfigError) as caught:
        find_output(root, output, {}, "acme")
    assert caught.value.key == "tool.hatch-agpm.output"
    assert meant in caught.value.hint


@posix_only
def test_a_conventional_directory_that_cannot_be_read_is_an_error(write_files):
    root = write_files({"prompts/agents/a.md": ""})
    directory = os.open(root / "prompts/agents", os.O_DIRECTORY)
    for _ in range(20):
        # Longer than any path can be; even root cannot list it.
        os.mkdir("d" * 250, dir_fd=directory)
        inner = os.open("d" * 250, os.O_DIRECTORY, dir_fd=directory)
        os.close(directory)
        directory = inner
    os.close(directory)
    with pytest.raises(AgpmError, match=r"^prompts/agents/d+/[d/.]+: .* too long$"):
        read(root, {})


@posix_only
@pytest.mark.parametrize(
    ("closed", "mode", "path"),
    [
        ("prompts", 0o000, "prompts"),
        ("prompts", 0o444, "prompts/agents"),
        ("prompts/agents/team", 0o000, "prompts/agents/team"),
    ],
)
def test_an_unreadable_directory_is_reported(closed, mode, path, write_files):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    root = write_files({"prompts/agents/team/a.md": ""})
    (root / closed).chmod(mode)
    try:
        with pytest.raises(AgpmError) as caught:
            read(root, {})
    finally:
        (root / closed).chmod(0o755)
    assert str(caught.value).startswith(f"{path}: ")
    assert "Permission denied" in str(caught.value)


def test_the_convention_is_that_of_each_type(write_files):
    root = write_files(
        {"prompts/agents/a.md": "", "prompts/commands/b.md": "", "x.md": ""}
    )
    found = read(root, {"commands": {"x": "x.md"}})
    assert listed(found) == [
        ("agents", "a", "prompts/agents/a.md"),
        ("commands", "x", "x.md"),
    ]


def test_metadata_is_visible_except_with_an_agpm_manifest(write_files):
    root = write_files({"agpm.toml": "", "prompts/agents/a.md": ""})
    assert read(root, {}).with_metadata
    assert not read(root, {"metadata": False}).with_metadata
    assert not read(root, {"manifest": "agpm.toml"}).with_metadata
    assert read(root, {"manifest": "agpm.toml", "metadata": True}).with_metadata


def test_limits_and_env_are_passed_on(write_files):
    root = write_files({"prompts/agents/a.md": ""})
    found = read(root, {"limits": {"loop": 7}, "env": ["HOME"]})
    assert found.limits == Limits(loop=7)
    assert found.env == ("HOME",)


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"a = [", "TOML"), (b"a = 1\nb = ", "TOML"), (b"a = '\xff'", "UTF-8")],
)
def test_a_file_that_is_not_toml_is_reported(content, word, tmp_path):
    (tmp_path / "x.toml").write_bytes(content)
    with pytest.raises(AgpmError) as caught:
        load_toml(tmp_path / "x.toml", "x.toml")
    assert str(caught.value).startswith("x.toml: ")
    assert word in str(caught.value)


# --- where the bundle goes --------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "distribution", "output"),
    [
        (["pkg/__init__.py"], "pkg", "pkg/prompts"),
        (["src/my_pkg/__init__.py"], "my-pkg", "src/my_pkg/prompts"),
        (["src/My_Pkg/__init__.py"], "my.pkg", "src/My_Pkg/prompts"),
        (["src/pkg/core.py", "tests/pkg/x.py"], "pkg", "src/pkg/prompts"),
        (["other/__init__.py", "pkg/x.py"], "pkg", "pkg/prompts"),
        (["other/__init__.py", "tests/__init__.py"], "pkg", "other/prompts"),
    ],
)
def test_the_output_is_in_the_package_of_the_distributions_name(
    files, distribution, output, write_files
):
    root = write_files(dict.fromkeys([*files, "prompts/agents/a.md"], ""))
    assert find_output(root, None, {}, distribution) == output


@pytest.mark.parametrize(
    "tool",
    [
        {"hatch": {"build": {"targets": {"wheel": {"packages": ["src/two"]}}}}},
        {"hatch": {"build": {"packages": ["src/two"]}}},
        {"setuptools": {"packages": ["two", "two.more"], "package-dir": {"": "src"}}},
        {"setuptools": {"packages": ["two"]}},
        {"poetry": {"packages": [{"include": "two", "from": "src"}]}},
        {"flit": {"module": {"name": "two"}}},
        {"uv": {"build-backend": {"module-name": "two"}}},
    ],
)
def test_the_output_is_in_the_package_that_the_backend_packs(tool, write_files):
    root = write_files({"src/one/__init__.py": "", "src/two/__init__.py": ""})
    assert find_output(root, "", {"tool": tool}, "one") == "src/two/prompts"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["one/__init__.py", "two/__init__.py"], "one and two"),
        (["other/x.py"], "'pkg'"),
        (["pkg/data.txt"], "'pkg'"),
        (["pkg/a.py", "src/pkg/a.py"], "pkg and src/pkg"),
    ],
)
def test_the_output_is_required_without_a_single_package(files, found, write_files):
    root = write_files(dict.fromkeys([*files, "prompts/agents/a.md"], ""))
    with pytest.raises(ConfigError) as caught:
        find_output(root, None, {}, "pkg")
    assert caught.value.key == "tool.hatch-agpm.output"
    assert found in caught.value.what


@pytest.mark.parametrize("output", ["src/pkg/prompts", "pkg/prompts/", "prompts_only"])
def test_a_configured_output_is_used(output, write_files):
    root = write_files({"prompts/agents/a.md": ""})
    found = find_output(root, output, {}, "x")
    assert found == output.rstrip("/")


@pytest.mark.parametrize("name", ["agent", "snipets", "mcp_servers", "Snippets"])
def test_a_directory_named_nearly_like_a_type_is_refused(name, write_files):
    root = write_files({"prompts/commands/a.md": "", f"prompts/{name}/x.md": ""})
    with pytest.raises(BundleError) as caught:
        read(root, {})
    assert caught.value.path == f"prompts/{name}"


def test_a_skill_without_a_directory_of_its_own_is_refused(write_files):
    root = write_files({"prompts/skills/SKILL.md": ""})
    with pytest.raises(BundleError) as caught:
        read(root, {})
    assert caught.value.path == "prompts/skills/SKILL.md"


def test_a_dangling_link_is_reported(write_files):
    root = write_files({"prompts/agents/a.md": ""})
    (root / "prompts/agents/b.md").symlink_to("nowhere.md")
    assert ("agents", "b", "prompts/agents/b.md") in listed(read(root, {}))


@pytest.mark.parametrize("name", ["agpm", "hatch_agpm"])
def test_a_table_of_another_name_is_refused(name, tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_project(tmp_path, {"tool": {name: {}}})
    assert caught.value.key == f"tool.{name}"


def test_an_output_in_a_misspelt_package_is_refused(write_files):
    root = write_files({"pkg/__init__.py": "", "prompts/agents/a.md": ""})
    with pytest.raises(ConfigError) as caught:
        find_output(root, "pgk/prompts", {}, "pkg")
    assert caught.value.key == "tool.hatch-agpm.output"
    assert "'pkg'" in caught.value.hint


LISTED = {"a": "a.md"}
DEEP = reduce(lambda inner, _: [inner], range(200), [])
TABLES = [
    *({"output": output} for output in (".", "./", "././.", "acme/con", "acme/nul")),
    *({"output": output} for output in ("__init__", "acme/__pycache__", "__MAIN__")),
    *({"output": output} for output in ("e\u0301", "acme/\ufb01le", "src/\u017f")),
    *({"output": f"acme{end}"} for end in ("\0", "/\0", "/a\0b")),
    *({key: "x\0"} for key in ("manifest", "templates", "agents", "prompts")),
    *({key: ["x\0"]} for key in ("verbatim", "hidden-text", "agents", "env")),
    {"agents": [{"path": "prompts", "exclude": ["\0"]}]},
    {"sources": {"x": "y\0"}},
    *({"sources": {name: "prompts"}} for name in ("", ".", "..", "a\0")),
    *({"agents": {name: "a.md"}} for name in ("", ".", "..", "/", "a/", "a//b")),
    *({"agents": {name: "a.md"}} for name in ("a/./b", "../a", "/a", "\0", "a\0")),
    *({"agents": [{"path": "a.md", "name": name}]} for name in ("", ".", "a/..")),
    *(
        {"export": {"directory": directory}}
        for directory in (
            *(".git", "a/.git", ".GIT", "__pycache__", "node_modules", "a/.DS_Store"),
            *(".git.", "x/.GIT /y", "git~1", "GIT~1", ".git::$DATA"),
            *(".g\u200cit", "\u200d.git", ".gi\ufefft\u202e", "a/.\u200egit"),
            *("con", "CON/x", "a/nul.x", "lpt1", "com9.txt"),
            *("acme-1.0.dist-info", "x.DIST-INFO", "x.egg-info", "x.data", "a/b.data"),
            *("a\0", "a:b", "a*", "a ", "a.", "a?b", 'a"', "a\x1b", "x" * 256),
        )
    ),
]


@pytest.mark.parametrize("table", TABLES, ids=ascii)
def test_what_no_system_can_write_is_refused(table, write_files):
    root = write_files({"prompts/a.md": "text", "a.md": "text", "acme/__init__.py": ""})

    with pytest.raises(AgpmError) as caught:
        read_project(root, {"tool": {"hatch-agpm": table}})
    assert next(iter(table)) in str(caught.value)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"agents": LISTED, "project": {"x": DEEP}}, "project.x"),
        ({"agents": LISTED, "project": {"a.b": [DEEP]}}, 'project."a.b"'),
        ({"agents": {"a": {"path": "a.md", "template_vars": {"x": DEEP}}}}, "agents.a"),
        ({"agents": [{"path": "a.md", "template_vars": {"x": DEEP}}]}, "agents."),
        (
            {"agents": LISTED, "patch": {"agents": {"a": {"x": DEEP}}}},
            "patch.agents.a.x",
        ),
    ],
    ids=["value", "quoted", "entry", "item", "patch"],
)
def test_a_table_that_is_nested_too_deeply_is_named(table, key, write_files):
    root = write_files({"a.md": "text", "acme/__init__.py": ""})

    with pytest.raises(ConfigError) as caught:
        read_project(root, {"tool": {"hatch-agpm": table}})
    assert caught.value.key.startswith(f"tool.hatch-agpm.{key}")
