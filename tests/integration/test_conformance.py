"""Whole projects whose result the real AGPM (release 0.4.14) has given."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.renderer import render_manifest

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared"
CORPUS = SHARED / "corpus"

CASES = json.loads((DATA / "agpm_cases.json").read_text("utf-8"))
RANDOM_CASES = [
    json.loads(line)
    for line in (DATA / "agpm_random_cases.jsonl").read_text("utf-8").splitlines()
]

REFUSED = {
    2: "'agpm.templating' as a dotted key",
    20: "a literal fence that is not closed",
    40: "an unknown field of a dependency",
    51: "a byte order mark before the frontmatter",
    59: 'templating: "true"',
    60: "templating: yes",
    61: "frontmatter that is not YAML",
}
"""Cases in which AGPM silently loses something; here they are errors."""

BETTER = {
    6: "--- inside a value belongs to the frontmatter",
    14: "a short text is a text",
    18: "two files of one name are reached by their own names",
}
"""Cases in which AGPM gives a text that the author cannot have intended."""


def toml(value):
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k)} = {toml(v)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_project(root, files, manifest):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    text = "".join(f"{json.dumps(k)} = {toml(v)}\n" for k, v in manifest.items())
    tomllib.loads(text)
    (root / "agpm.toml").write_text(text, "utf-8")
    return root / "agpm.toml"


def identity(item):
    variables = json.dumps(item.get("variables"), sort_keys=True)
    return (item["type"], item["alias"] or "", item["name"], item["tool"], variables)


def rendered(root, case):
    resources = render_manifest(write_project(root, case["files"], case["manifest"]))
    return [
        {
            "type": resource.type,
            "alias": resource.alias,
            "name": resource.name,
            "tool": resource.tool,
            "install": resource.install,
            "installed_at": resource.install_path,
            "variables": resource.variables,
            "output": resource.text,
        }
        for resource in resources
    ]


def outcome(case):
    """Return the resources of AGPM's result, or None if it refused the project."""
    if "expected" not in case or any("error" in item for item in case["expected"]):
        return None
    found = [
        {k: v for k, v in item.items() if k != "sha256"} for item in case["expected"]
    ]
    listed = listed_paths(case["manifest"])
    for item in found:
        # AGPM takes a dependency for the entry whose key is the dependency's name;
        # here a resource is its file, and a dependency has no key.
        stem = (item["type"], item["name"], item["tool"])
        if item["alias"] == item["name"] and stem not in listed:
            item["alias"] = None
    return sorted(found, key=identity)


def listed_paths(manifest):
    """Return type, canonical name and tool of each resource a manifest lists."""
    found = set()
    for section in manifest.keys() - {"project", "tools", "default-tools"}:
        default = "agpm" if section == "snippets" else "claude-code"
        default = manifest.get("default-tools", {}).get(section, default)
        for entry in manifest[section].values():
            table = {"path": entry} if isinstance(entry, str) else entry
            name = Path(table["path"]).with_suffix("").as_posix()
            tool = table.get("tool", default)
            found.add((section.removesuffix("s"), name, tool))
    return found


def same_shape(found, wanted):
    """Return `found` without the fields that a case does not have."""
    fields = set().union(*wanted) if wanted else set()
    found = [{k: v for k, v in item.items() if k in fields} for item in found]
    return sorted(found, key=identity)


def tells_the_same(case, root):
    wanted = outcome(case)
    if wanted is None:
        with pytest.raises(AgpmError):
            rendered(root, case)
        return
    assert wanted == same_shape(rendered(root, case), wanted)


def test_no_case_is_left_out():
    assert (len(CASES), len(RANDOM_CASES)) == (65, 150)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["id"] not in REFUSED.keys() | BETTER.keys()],
    ids=lambda case: f"{case['id']}-{case['title'].replace(' ', '-')}",
)
def test_a_small_project_gives_what_agpm_gives(case, tmp_path):
    tells_the_same(case, tmp_path)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["id"] in REFUSED],
    ids=lambda case: REFUSED[case["id"]].replace(" ", "-"),
)
def test_instructions_that_agpm_ignores_are_refused(case, tmp_path):
    assert outcome(case) is not None
    with pytest.raises(AgpmError):
        rendered(tmp_path, case)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (6, "---\ndescription: a --- b\nmodel: x\n---\nBody\n"),
        (14, "[ok]"),
        (18, "first=snippets/x/u.md;second=snippets/y/u.md;"),
    ],
    ids=[text.replace(" ", "-") for text in BETTER.values()],
)
def test_documents_that_agpm_damages_are_correct_here(number, text, tmp_path):
    case = next(case for case in CASES if case["id"] == number)
    found = rendered(tmp_path, case)
    agent = next(item for item in found if item["type"] == "agent")
    spoilt = next(item for item in case["expected"] if item["type"] == "agent")
    assert text in agent["output"]
    assert agent["output"] != spoilt["output"]


@pytest.mark.parametrize("case", RANDOM_CASES, ids=lambda case: str(case["id"]))
def test_a_random_project_gives_what_agpm_gives(case, tmp_path):
    tells_the_same(case, tmp_path)
    for item in case.get("expected", ()):
        assert hashlib.sha256(item["output"].encode()).hexdigest() == item["sha256"]


# --- a public library of real resources -------------------------------------------


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


def digest(resource):
    return hashlib.sha256(resource.document).hexdigest()


@needs_corpus
def test_the_first_real_template_gives_agpms_bytes_in_three_variants():
    wanted = json.loads((CORPUS / "expected" / "seed.json").read_text("utf-8"))
    found = render_manifest(CORPUS / "seed" / "agpm.toml")
    agents = {r.alias: r for r in found if r.alias is not None}
    assert {item["alias"]: item["sha256"] for item in wanted} == {
        alias: digest(agent) for alias, agent in agents.items()
    }
    assert len(wanted) == 3


@needs_corpus
def test_a_library_of_real_resources_gives_agpms_bytes_and_install_paths():
    wanted = json.loads((CORPUS / "expected" / "local.json").read_text("utf-8"))
    library = CORPUS / "agpm-resources"
    found = render_manifest(library / "examples/local/agpm.toml", boundary=library)
    facts = {
        (r.type, r.alias, r.name, r.tool, repr_of(r.variables)): (
            r.install,
            r.install_path,
            digest(r),
        )
        for r in found
    }
    known = {
        key_of(item): (item["install"], item["install_path"], item["sha256"])
        for item in wanted
        if "sha256" in item
    }
    assert len(known) == 61
    assert known == {key: facts.get(key) for key in known}
    assert [key_of(item) for item in wanted if key_of(item) not in facts] == []


def repr_of(variables):
    return json.dumps(variables, sort_keys=True)


def key_of(item):
    variables = repr_of(item["variables"])
    return (item["type"], item["alias"], item["name"], item["tool"], variables)
