"""Bundles of rendered resources: names, files, index, conflicts."""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
from pathlib import Path

import pytest
from bundles import build, resource, skill, template
from jsonschema import Draft7Validator

from hatch_agpm._version import __version__
from hatch_agpm.bundle.bundle import COPIED_MODULES, build_bundle
from hatch_agpm.config.schemas import index_schema
from hatch_agpm.errors import BundleError, ConflictError, ProblemsError
from hatch_agpm.installed.index import INDEX_SCHEMA
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.model.runtime import ListKind, RuntimeVariable

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


def test_a_skill_in_a_skill_with_the_same_bytes_is_not_a_conflict():
    inner = skill("skills/a/b", {})
    outer = skill("skills/a", {"b/SKILL.md": inner.document})

    assert names(outer, inner) == ["skills/a", "skills/a/b"]


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
        "inputs": [
            {
                "path": "prompts/b.md",
                "sha256": hashlib.sha256(b"t").hexdigest(),
                "source": None,
                "uses": [],
            }
        ],
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
                "tokens": 2,
                "prefix": {"size": 7, "tokens": 2},
                "metadata": {"name": "x", "model": None, "tags": ["b", "a"]},
                "runtime": [],
                "dialect": None,
                "embedded": [],
                "program": None,
                "variables": RUST,
                "variant": hashlib.sha256(
                    b'{"project":{"language":"rust"}}'
                ).hexdigest(),
                "source": None,
                "input": 0,
                "files": [],
            }
        ],
    }


def test_the_index_is_valid_by_its_schema():
    schema = Draft7Validator(index_schema())
    documents = [
        index(resource("agents/x.md")),
        index(resource("x.md", runtime=(LIMIT,))),
        index(resource("a.md", type="prompt", tool=None, install_path=None)),
    ]
    for document in documents:
        assert [each.message for each in schema.iter_errors(document)] == []
    entry = documents[0]["resources"][0]
    for field in [*entry]:
        wrong = {**entry, field: 1.5}
        assert not schema.is_valid({**documents[0], "resources": [wrong]})
        missing = {name: entry[name] for name in entry if name != field}
        assert not schema.is_valid({**documents[0], "resources": [missing]})


def graph(*resources):
    """Return the inputs in the index, each with the paths of those that it uses."""
    inputs = index(*resources)["inputs"]
    return [
        (each["path"], [inputs[number]["path"] for number in each["uses"]])
        for each in inputs
    ]


def test_the_index_lists_each_input_once():
    end = template("d.md")
    left, right = template("b.md", end), template("c.md", end)
    top = template("a.md", right, left)

    assert graph(resource("a.md", template=top), resource("c.md", template=right)) == [
        ("a.md", ["b.md", "c.md"]),
        ("b.md", ["d.md"]),
        ("c.md", ["d.md"]),
        ("d.md", []),
    ]


def test_an_input_that_uses_other_files_in_a_variant_is_listed_again():
    one = resource("a.md", template=template("a.md", template("b.md")))
    same = resource(
        "a.md", text="same", tool="x", template=template("a.md", template("b.md"))
    )
    other = resource(
        "a.md", text="other", tool="y", template=template("a.md", template("c.md"))
    )

    assert graph(one, same, other) == [
        ("a.md", ["b.md"]),
        ("a.md", ["c.md"]),
        ("b.md", []),
        ("c.md", []),
    ]
    inputs = [each["input"] for each in index(one, same, other)["resources"]]
    assert inputs == [0, 0, 1]


def test_the_index_grows_linearly_with_a_chain():
    def size(length):
        resources = []
        node = template("end.md")
        for number in range(length):
            path = f"p{number:04}.md"
            node = template(path, node)
            resources.append(resource(path, template=node, text="same length"))
        return len(json.dumps(index(*resources)))

    step = size(1_001) - size(1_000)
    assert size(2_000) - size(1_001) < 1.1 * step * 999


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


@pytest.mark.parametrize(
    ("kind", "dialect", "copied"),
    [
        ("str", "tera", False),
        ("bool", "tera", False),
        ("float", "tera", True),
        ("str | None", "tera", True),
        (ListKind("str"), "tera", True),
        ("float", "jinja2", False),
    ],
)
def test_printing_of_tera_is_copied_where_a_variable_needs_it(kind, dialect, copied):
    variable = RuntimeVariable(name="v", kind=kind, default=None, spans=((0, 1),))
    rendering = Rendering(
        resources=(resource("x.md", runtime=(variable,), dialect=dialect),)
    )
    files = build_bundle(rendering, output="p", distribution="p", version="1").files
    assert ("_tera/values.py" in files) is copied
