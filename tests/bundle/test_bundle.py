"""Bundles of rendered resources: names, files, index, conflicts."""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest

from hatch_agpm._version import __version__
from hatch_agpm.bundle.bundle import COPIED_MODULES, build_bundle
from hatch_agpm.errors import AgpmError, BundleError, ConflictError, ProblemsError
from hatch_agpm.installed.index import INDEX_SCHEMA
from hatch_agpm.model.rendering import Input, RenderedResource, Rendering, SkillFile
from hatch_agpm.model.runtime import RuntimeVariable

DOCS = Path(__file__).parents[2] / "docs"
MODULES = [
    f"{name}{suffix}"
    for name in ("agents", "mcp_servers", "scripts", "skills", "snippets")
    for suffix in (".py", ".pyi")
]
GENERATED = [
    *MODULES,
    "__init__.py",
    "__init__.pyi",
    "__main__.py",
    *COPIED_MODULES,
    "_pyinstaller/hook-pkg.prompts.py",
    "index.json",
]


def resource(path, *, type="agent", **given):  # noqa: A002 - the field's name
    """Return a resource rendered from the template at `path`."""
    stem, _, suffix = path.rpartition(".")
    text = given.pop("text", f"---\nname: x\n---\nThe text of {path}.\n")
    fields = {
        "name": stem if "/" not in suffix else path,
        "alias": None,
        "tool": "claude-code",
        "install": None,
        "install_path": f".claude/{path}",
        "variables": {},
        "body": text.find("---\n", 4) + 4 if isinstance(text, str) else 0,
        "metadata": {"name": "x"},
        "inputs": (Input(path=path, sha256=hashlib.sha256(b"t").hexdigest()),),
    }
    return RenderedResource(type=type, text=text, source_path=path, **(fields | given))


def skill(path, files, **given):
    """Return a skill in the directory `path`, of these files beside its SKILL.md."""
    text = "---\nname: s\n---\nA skill.\n"
    listed = {"SKILL.md": text.encode()} | files
    return resource(
        f"{path}/SKILL.md",
        type="skill",
        text=text,
        name=path,
        files=tuple(
            SkillFile(path=name, data=data, executable=name.endswith(".sh"))
            for name, data in sorted(listed.items())
        ),
        **given,
    )


def build(*resources, version="1.2.3"):
    rendering = Rendering(resources=resources)
    return build_bundle(
        rendering, output="src/pkg/prompts", distribution="my-pkg", version=version
    )


def shipped(*resources):
    """Return the paths of the files that are not generated."""
    return [path for path in build(*resources).files if path not in GENERATED]


def index(*resources):
    return json.loads(build(*resources).files["index.json"].data)


def names(*resources):
    return [entry["full_name"] for entry in index(*resources)["resources"]]


LIMIT = RuntimeVariable(name="limit", kind="int", default=5, spans=((20, 31),))
RUST = {"project": {"language": "rust"}}
GO = {"project": {"language": "go"}}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"path": "p/x.md", "alias": "reviewer"}, "agents/reviewer.md"),
        ({"path": "p/x.md", "alias": "rust-1.70"}, "agents/rust-1.70.md"),
        ({"path": "p/x.md", "alias": "team/reviewer"}, "agents/team/reviewer.md"),
        ({"path": "p/x.md", "alias": "agents/x"}, "agents/agents/x.md"),
        ({"path": "p/x.tar.gz", "alias": "x"}, "agents/x.gz"),
        ({"path": "p/run", "alias": "x", "name": "p/run"}, "agents/x"),
        ({"path": "agents/x.md"}, "agents/x.md"),
        ({"path": "agents/deep/x.md"}, "agents/deep/x.md"),
        ({"path": "agents/rust-1.70.md"}, "agents/rust-1.70.md"),
        ({"path": "lib/agents/x.md"}, "agents/lib/agents/x.md"),
        ({"path": "agent/x.md"}, "agents/agent/x.md"),
        ({"path": "agents.md"}, "agents/agents.md"),
        ({"path": "../../agents/x.md"}, "agents/x.md"),
        ({"path": "../shared/agents/x.md"}, "agents/shared/agents/x.md"),
        ({"path": "mcp-servers/x.json", "type": "mcp-server"}, "mcp-servers/x.json"),
        ({"path": "Über/ключ.md"}, "agents/Über/ключ.md"),
    ],
)
def test_a_file_is_named_by_its_key_or_else_its_canonical_name(given, path):
    assert shipped(resource(**given)) == [path]
    assert names(resource(**given)) == [
        path.removesuffix(".md").removesuffix(".gz").removesuffix(".json")
    ]


def test_each_match_of_a_pattern_has_a_name_of_its_own():
    matches = [
        resource(f"agents/{name}.md", alias="all", is_match=True) for name in "ab"
    ]

    assert shipped(*matches) == ["agents/a.md", "agents/b.md"]
    assert shipped(matches[0]) == ["agents/a.md"]


def test_only_install_false_leaves_a_resource_out():
    resources = [
        resource("agents/a.md", install=False),
        resource("agents/b.md", install=True),
        resource("agents/c.md", install=None),
    ]

    assert shipped(*resources) == ["agents/b.md", "agents/c.md"]
    assert names(*resources) == ["agents/b", "agents/c"]


def test_the_same_bytes_for_two_tools_are_one_file_listed_twice():
    both = [
        resource("agents/x.md", text="same", tool=tool) for tool in ("opencode", "agpm")
    ]

    assert shipped(*both) == ["agents/x.md"]
    entries = index(*both)["resources"]
    assert [(entry["path"], entry["tool"]) for entry in entries] == [
        ("agents/x.md", "agpm"),
        ("agents/x.md", "opencode"),
    ]
    assert build(*both).prompts == 1


@pytest.mark.parametrize(
    ("versions", "paths"),
    [
        pytest.param(
            [("A", "agpm", {}, None), ("B", "opencode", {}, None)],
            ["agents/x~agpm.md", "agents/x~opencode.md"],
            id="two tools",
        ),
        pytest.param(
            [("A", "agpm", RUST, None), ("B", "agpm", GO, None)],
            ["agents/x~cdf51dec.md", "agents/x~a1260e60.md"],
            id="two variants of one dependency",
        ),
        pytest.param(
            [("A", "agpm", {}, None), ("B", "agpm", GO, None)],
            ["agents/x~44136fa3.md", "agents/x~cdf51dec.md"],
            id="no variables are a variant, too",
        ),
        pytest.param(
            [("A", "agpm", RUST, None), ("A", "agpm", GO, None)],
            ["agents/x.md"],
            id="two variants with the same bytes",
        ),
        pytest.param(
            [("A", "agpm", RUST, None), ("B", "agpm", GO, None), ("C", "c", GO, None)],
            [
                "agents/x~agpm~cdf51dec.md",
                "agents/x~agpm~a1260e60.md",
                "agents/x~c~cdf51dec.md",
            ],
            id="tools and variants",
        ),
        pytest.param(
            [("A", "agpm", {}, "x"), ("B", "opencode", {}, None)],
            ["agents/x.md", "agents/x~opencode.md"],
            id="a manifest entry keeps its key",
        ),
        pytest.param(
            [("A", "agpm", {}, "x"), ("A", "c", {}, None), ("B", "opencode", {}, None)],
            ["agents/x.md", "agents/x~opencode.md"],
            id="and shares its file with an equal one",
        ),
    ],
)
def test_different_texts_of_one_name_get_a_suffix(versions, paths):
    resources = [
        resource("agents/x.md", text=text, tool=tool, variables=variables, alias=alias)
        for text, tool, variables, alias in versions
    ]

    assert sorted(shipped(*resources)) == sorted(paths)


def test_the_suffix_is_the_start_of_the_hash_in_the_index():
    variants = [
        resource("agents/x.md", text=text, variables=variables)
        for text, variables in (("A", {"b": 1, "a": "é"}), ("B", {}))
    ]

    canonical = '{"a":"é","b":1}'.encode()
    expected = hashlib.sha256(canonical).hexdigest()
    entries = {entry["full_name"]: entry for entry in index(*variants)["resources"]}
    assert entries[f"agents/x~{expected[:8]}"]["variant"] == expected
    assert entries["agents/x~44136fa3"]["variant"] is None


def test_names_keep_the_extension_where_only_it_differs():
    scripts = [
        resource(path, type="script", text="#!")
        for path in ("scripts/run.sh", "scripts/run.py", "scripts/other.sh")
    ]

    assert shipped(*scripts) == ["scripts/other.sh", "scripts/run.py", "scripts/run.sh"]
    assert names(*scripts) == ["scripts/other", "scripts/run.py", "scripts/run.sh"]


def test_a_manifest_entry_keeps_its_key_beside_another_extension():
    scripts = [
        resource("scripts/run.sh", type="script", alias="run"),
        resource("scripts/run.py", type="script"),
    ]

    assert names(*scripts) == ["scripts/run", "scripts/run.py"]


def test_a_skill_is_a_directory_with_its_files_and_modes():
    bundle = build(skill("skills/net", {"bin/mend.sh": b"#!", "raw": b"\xff"}))

    files = {
        path: (file.data, file.executable)
        for path, file in bundle.files.items()
        if path not in GENERATED
    }
    assert files == {
        "skills/net/SKILL.md": (b"---\nname: s\n---\nA skill.\n", False),
        "skills/net/bin/mend.sh": (b"#!", True),
        "skills/net/raw": (b"\xff", False),
    }
    assert bundle.prompts == 1


def test_a_script_keeps_its_executable_bit():
    script = resource("scripts/run.sh", type="script", text="#!", executable=True)

    assert build(script).files["scripts/run.sh"].executable


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        pytest.param(
            [
                resource("snippets/x.md", type="snippet"),
                resource("x.md", type="snippet", text="other"),
            ],
            "snippets/x.md and x.md: would all be 'snippets/x' in the wheel; list each"
            " but one of them in the manifest, under a key of its own",
            id="two files, one name",
        ),
        pytest.param(
            [resource("p/b.md", alias="x"), resource("agents/x.md")],
            "agents/x.md and p/b.md: would all be 'agents/x' in the wheel; list each"
            " but one of them in the manifest, under a key of its own",
            id="a key and a dependency",
        ),
        pytest.param(
            [resource("p/a.md", alias="a-b"), resource("p/a.md", alias="a_b")],
            "agents/a-b and agents/a_b: would all be read as prompts.agents.a_b; rename"
            " one of them",
            id="one attribute",
        ),
        pytest.param(
            [
                resource("p/a.md", alias="Reviewer"),
                resource("p/b.md", alias="reviewer"),
            ],
            "agents/Reviewer.md and agents/reviewer.md: are one file where case or"
            " composed letters do not count; rename one of them",
            id="case",
        ),
        pytest.param(
            [resource("p/a.md", alias="e\u0301"), resource("p/b.md", alias="\xe9")],
            "agents/e\u0301.md and agents/\xe9.md: are one file where case or composed"
            " letters do not count; rename one of them",
            id="composed letters",
        ),
        pytest.param(
            [
                resource("p/run", alias="run", name="p/run"),
                resource("p/b.sh", alias="run/b"),
            ],
            "agents/run and agents/run/b.sh: are a file and a directory of one name;"
            " rename one of them",
            id="a file and a directory",
        ),
        pytest.param(
            [
                resource("p/a.md", alias="x~opencode"),
                resource("agents/x.md", tool="opencode", text="A"),
                resource("agents/x.md", tool="agpm", text="B"),
            ],
            "agents/x.md and p/a.md: would all be 'agents/x~opencode' in the wheel;"
            " rename one of them",
            id="a key like a suffix",
        ),
        pytest.param(
            [skill("skills/a", {"b/SKILL.md": b"other"}), skill("skills/a/b", {})],
            "skills/a/b/SKILL.md: is claimed twice; rename one of them",
            id="a skill in a skill",
        ),
    ],
)
def test_paths_that_cannot_exist_side_by_side_are_a_conflict(resources, message):
    for order in itertools.permutations(resources):
        with pytest.raises(ConflictError) as caught:
            build(*order)
        assert str(caught.value) == message


def test_a_skill_in_a_skill_with_the_same_bytes_is_not_a_conflict():
    inner = skill("skills/a/b", {})
    outer = skill("skills/a", {"b/SKILL.md": inner.document})

    assert names(outer, inner) == ["skills/a", "skills/a/b"]


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("a:b", "'a:b.md' has a : in it"),
        ('a"b', "'a\"b.md' has a \" in it"),
        ("a\\b", "'a\\b.md' has a \\ in it"),
        ("a|b", "'a|b.md' has a | in it"),
        ("con", "'con.md' is the name of a device on Windows"),
        ("Lpt1", "'Lpt1.md' is the name of a device on Windows"),
        ("a./b", "'a.' ends with a space or a full stop"),
        ("a /b", "'a ' ends with a space or a full stop"),
        ("a//b", "'' is not a name"),
        ("../b", "'..' is not a name"),
        ("/b", "'' is not a name"),
        ("a\nb", r"'a\nb.md' has a letter that cannot be printed"),
        ("a\u2028b", r"'a\u2028b.md' has a letter that cannot be printed"),
        ("a\ud800b", r"'a\ud800b.md' has a letter that cannot be printed"),
        ("a" * 253, "'aaaaaaaaaaaaaaaaaaaa...' is longer than 255 bytes"),
        ("é" * 127, "'éééééééééééééééééééé...' is longer than 255 bytes"),
    ],
)
def test_a_name_that_is_invalid_on_some_system_is_an_error(alias, message):
    with pytest.raises(BundleError) as caught:
        build(resource("p/x.md", alias=alias))

    shown = alias if alias.isprintable() else ascii(alias)[1:-1]
    assert str(caught.value) == (
        f"agents/{shown}.md: is not a valid file name on every system: {message};"
        " give the entry another key"
    )


def test_a_file_of_a_skill_needs_a_portable_name_too():
    with pytest.raises(BundleError) as caught:
        build(skill("skills/a", {"what?.md": b""}, alias="a"))

    assert str(caught.value) == (
        "skills/a/what?.md: is not a valid file name on every system: 'what?.md' "
        "has a ? in it; rename the file"
    )


def test_all_problems_are_reported_at_once():
    with pytest.raises(ProblemsError) as caught:
        build(
            resource("p/a.md", alias="a-b"),
            resource("p/b.md", alias="a_b"),
            resource("p/c.md", alias="nul"),
        )

    assert [type(problem) for problem in caught.value.problems] == [
        BundleError,
        ConflictError,
    ]


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            [],
            "src/pkg/prompts: would hold no prompt; list at least one resource in the"
            " manifest",
        ),
        (
            [resource("a.md", install=False), resource("b.md", install=False)],
            "src/pkg/prompts: would hold no prompt: all 2 have `install = false`;"
            " let at least one resource be installed",
        ),
    ],
)
def test_nothing_to_ship_is_an_error(resources, message):
    with pytest.raises(AgpmError) as caught:
        build(*resources)

    assert str(caught.value) == message


def test_different_names_that_look_alike_are_not_a_conflict():
    # None of these names is an attribute, so they are not ambiguous.
    assert names(resource("p/a.md", alias="1-a"), resource("p/b.md", alias="1_a")) == [
        "agents/1-a",
        "agents/1_a",
    ]


def test_one_name_may_be_used_in_two_types():
    assert names(
        resource("p/a.md", alias="x"),
        resource("p/a.md", alias="x", type="command"),
    ) == ["agents/x", "commands/x"]


def test_the_bytes_do_not_depend_on_the_order_of_the_resources():
    resources = [
        resource("agents/x.md", text="A", tool="opencode"),
        resource("agents/x.md", text="B", tool="agpm"),
        resource("p/b.md", alias="zebra"),
        resource("scripts/run.sh", type="script", text=b"\xff", executable=True),
        skill("skills/net", {"raw": b""}),
    ]
    first = build(*resources)

    assert list(first.files) == sorted(first.files)
    for order in itertools.permutations(resources):
        assert build(*order) == first


def test_the_size_is_that_of_all_files():
    bundle = build(resource("agents/x.md"))

    assert bundle.size == sum(len(file.data) for file in bundle.files.values())


def test_every_field_of_the_index_describes_the_bundle():
    text = "---\nname: x\n---\nTèxt.\n"
    given = resource(
        "prompts/b.md",
        alias="backend-engineer",
        text=text,
        install=True,
        tool="opencode",
        install_path=".opencode/agent/agpm/b.md",
        variables=RUST,
        metadata={"name": "x", "model": None, "tags": ["b", "a"]},
    )

    assert index(given) == {
        "schema": INDEX_SCHEMA,
        "generator": {"name": "hatch-agpm", "version": __version__},
        "distribution": "my-pkg",
        "version": "1.2.3",
        "sources": [],
        "templates": None,
        "resources": [
            {
                "full_name": "agents/backend-engineer",
                "type": "agent",
                "name": "backend-engineer",
                "canonical_name": "prompts/b",
                "alias": "backend-engineer",
                "tool": "opencode",
                "path": "agents/backend-engineer.md",
                "install_path": ".opencode/agent/agpm/b.md",
                "install": True,
                "executable": False,
                "size": len(text.encode()),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "checksum": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
                "encoding": "utf-8",
                "body": 16,
                "metadata": {"name": "x", "model": None, "tags": ["b", "a"]},
                "runtime": [],
                "variables": RUST,
                "variant": hashlib.sha256(
                    b'{"project":{"language":"rust"}}'
                ).hexdigest(),
                "source": None,
                "templates": [
                    {
                        "path": "prompts/b.md",
                        "sha256": hashlib.sha256(b"t").hexdigest(),
                        "source": None,
                    }
                ],
                "files": [],
            }
        ],
    }


def test_every_field_of_the_index_is_documented():
    (entry,) = index(resource("agents/x.md"))["resources"]
    text, _, runtime = (
        (DOCS / "reference/index.md").read_text("utf-8").partition("of `runtime`")
    )
    documented = re.findall(r"^\| `(\w+)`", text, re.MULTILINE)
    schema = json.loads((DOCS / "index.schema.json").read_text("utf-8"))

    assert documented == list(entry)
    (variable,) = index(resource("x.md", runtime=(LIMIT,)))["resources"][0]["runtime"]
    runtime, _, export = runtime.partition("## export")
    assert re.findall(r"^\| `(\w+)`", runtime, re.MULTILINE) == list(variable)
    keys = schema["properties"]["export"]["required"]
    assert re.findall(r"^\| `(\w+)`", export, re.MULTILINE) == keys
    assert schema["$defs"]["runtime"]["required"] == list(variable)
    described = schema["$defs"]["resource"]
    assert list(described["properties"]) == described["required"] == list(entry)
    assert schema["properties"]["schema"] == {"const": INDEX_SCHEMA}
    assert schema["required"] == list(index(resource("agents/x.md")))


def test_the_index_lists_the_files_of_a_skill():
    (entry,) = index(skill("skills/net", {"bin/mend.sh": b"#!"}))["resources"]

    assert entry["path"] == "skills/net/SKILL.md"
    assert [
        (file["path"], file["size"], file["executable"]) for file in entry["files"]
    ] == [("SKILL.md", 25, False), ("bin/mend.sh", 2, True)]
    assert entry["files"][1]["sha256"] == hashlib.sha256(b"#!").hexdigest()


def test_values_without_a_json_form_are_text_in_the_index():
    given = resource(
        "agents/x.md",
        metadata={
            "nan": float("nan"),
            "more": [float("inf"), {"less": -float("inf")}],
            "half": "a\ud83d",
            "letters": "Grüße",
        },
    )
    data = build(given).files["index.json"].data

    (entry,) = json.loads(data.decode())["resources"]
    assert entry["metadata"] == {
        "nan": ".nan",
        "more": [".inf", {"less": "-.inf"}],
        "half": "a\ud83d",
        "letters": "Grüße",
    }
    assert "Grüße".encode() in data


def test_a_binary_resource_has_no_encoding():
    (entry,) = index(resource("scripts/x.bin", type="script", text=b"\xff"))[
        "resources"
    ]

    assert entry["encoding"] is None


def test_the_generated_python_is_valid_for_python_3_9():
    files = build(resource("agents/x.md"), skill("skills/net", {})).files

    for name in (path for path in files if path.endswith((".py", ".pyi"))):
        ast.parse(files[name].data, name, feature_version=(3, 9))


def test_generated_code_names_no_other_package_than_its_own():
    rendering = Rendering(resources=(resource("agents/sailor.md"),))

    bundle = build_bundle(
        rendering, output="src/acme/prompts", distribution="acme", version="1"
    )
    files = bundle.files

    python = {path: file.data for path, file in files.items() if ".py" in path}
    hook = {"_pyinstaller/hook-acme.prompts.py"}
    assert set(python) == hook | {"__init__.py", "__init__.pyi", "__main__.py"} | {
        "agents.py", "agents.pyi", *COPIED_MODULES,
    }  # fmt: skip
    for data in python.values():
        assert b"example" not in data.lower()
        assert b"backend-engineer" not in data
    assert b"`acme/prompts/agents/sailor.md`" in python["__init__.pyi"]


def test_the_stub_does_not_change_with_the_version():
    given = resource("agents/x.md")

    stubs = {
        build(given, version=version).files["__init__.pyi"].data
        for version in ("1.0", "2.0")
    }
    assert len(stubs) == 1


@pytest.mark.parametrize(
    "name", ["__init__.py", "__init__.pyi", "__main__.py", "agents.py", "agents.pyi"]
)
def test_generated_files_say_so_in_their_first_line(name):
    data = build(resource("agents/x.md")).files[name].data

    assert data.startswith(b"# Generated by hatch-agpm; changes will be lost.\n")


@pytest.mark.parametrize("name", COPIED_MODULES)
def test_the_reader_may_be_copied_freely(name):
    data = build(resource("agents/x.md")).files[name].data

    assert data.startswith(b"# SPDX-License-Identifier: MIT-0\n")
