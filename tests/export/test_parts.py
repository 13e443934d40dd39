"""The other files of a skill: rendered if they say so, and shared by skills."""

import os

import pytest

SKILL = """\
---
name: {name}
description: Mends nets.
---
Read references/r.md.
"""
PART = """\
---
agpm:
  templating: true
  dependencies:
    snippets:
      - path: ../../../shared/knots.md
        install: false
---
# {{ agpm.resource.name }}, {{ agpm.project.version }}
{{ agpm.deps.snippets.knots.content }}
"""
SHARED = """\
---
agpm:
  templating: true
---
Knots for {{ tool | default(value="all") }}.
"""
TABLES = """
[tool.hatch-agpm.skills]
one = { path = "skills/one", export = true, template_vars = { tool = "A" } }
two = { path = "skills/two", export = true, template_vars = { tool = "B" } }
"""
FILES = {
    "skills/one/SKILL.md": SKILL.format(name="one"),
    "skills/one/references/r.md": PART,
    "skills/one/references/plain.md": "---\ntitle: {{ x }}\n---\n{{ y }}\n",
    "skills/one/image.md": b"\xff{{ }}",
    "skills/two/SKILL.md": SKILL.format(name="two"),
    "skills/two/references/r.txt": PART,
    "shared/knots.md": SHARED,
}
BACKENDS = pytest.mark.parametrize("backend", ["hatchling", "setuptools"])


HEADS = {
    "hatchling": """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.agpm]
""",
    "setuptools": """\
[build-system]
requires = ["setuptools", "hatch-agpm"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["flat"]
""",
}
PROJECT = '[project]\nname = "flat"\nversion = "1.2.0"\n'


@pytest.fixture
def with_skills(write_files):
    """Write a project with these files and tables."""

    def write(files=None, tables=TABLES, backend="hatchling"):
        pyproject = HEADS[backend] + PROJECT + tables
        files = {**FILES, "flat/__init__.py": "", **(files or {})}
        return write_files({**files, "pyproject.toml": pyproject})

    return write


@pytest.mark.slow
@BACKENDS
def test_a_file_of_a_skill_is_rendered_if_it_says_so(
    with_skills, build, unpack, backend
):
    root = with_skills(backend=backend)
    wheel = build(root, "wheel", backend)
    top = "flat/.agents/skills"
    assert wheel.files[f"{top}/one/references/r.md"].decode() == (
        "# skills/one, 1.2.0\nKnots for A.\n"
    )
    assert wheel.files[f"{top}/two/references/r.txt"].decode() == (
        "# skills/two, 1.2.0\nKnots for B.\n"
    )
    for name in ("references/plain.md", "image.md", "SKILL.md"):
        assert (
            wheel.files[f"{top}/one/{name}"]
            == (root / f"skills/one/{name}").read_bytes()
        )
    assert not any(path.startswith("flat/prompts/") for path in wheel.files)
    sdist = build(root, "sdist", backend)
    assert "shared/knots.md" in sdist.files
    assert build(unpack(sdist.artefact), "wheel", backend).files == wheel.files


def test_one_directory_is_the_skill_of_several_tools(with_skills, build):
    lines = "\n".join(
        f'nets-{tool} = {{ path = "skills/one", export = true,'
        f' template_vars = {{ tool = "{tool}" }} }}'
        for tool in "abc"
    )
    root = with_skills(tables=f"\n[tool.hatch-agpm.skills]\n{lines}\n")
    files = build(root).files
    for tool in "abc":
        top = f"flat/.agents/skills/nets-{tool}"
        assert f"Knots for {tool}.\n" in files[f"{top}/references/r.md"].decode()
        assert f"name: nets-{tool}\n" in files[f"{top}/SKILL.md"].decode()


def test_a_skill_in_the_bundle_has_them_rendered_too(with_skills, build):
    root = with_skills(tables=TABLES.replace("export = true, ", ""))
    files = build(root).files
    text = files["flat/prompts/skills/one/references/r.md"].decode()
    assert text == "# skills/one, 1.2.0\nKnots for A.\n"


def test_other_keys_of_their_frontmatter_stay(with_skills, build):
    part = "---\ntitle: T\nagpm: {templating: true}\n---\n{{ tool }}\n"
    files = build(with_skills({"skills/one/a.md": part})).files
    assert files["flat/.agents/skills/one/a.md"] == b"---\ntitle: T\n---\nA\n"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("a.md", "---\nagpm: {templating: true}\n---\n\n{{ toll }}\n", "a.md:5"),
        (
            "references/r.md",
            PART.replace("shared/knots", "shared/knot"),
            "references/r.md:6",
        ),
    ],
)
def test_mistakes_in_them_are_reported_with_their_place(
    with_skills, error_of, path, text, place
):
    assert f"skills/one/{place}" in error_of(with_skills({f"skills/one/{path}": text}))


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@BACKENDS
def test_a_link_in_a_skill_is_shipped_as_a_file(with_skills, build, unpack, backend):
    root = with_skills(backend=backend)
    (root / "skills/one/knots.md").symlink_to("../../shared/plain.md")
    (root / "shared/plain.md").write_text("Plain.\n")
    wheel = build(root, "wheel", backend)
    assert wheel.files["flat/.agents/skills/one/knots.md"] == b"Plain.\n"
    sdist = build(root, "sdist", backend)
    assert build(unpack(sdist.artefact), "wheel", backend).files == wheel.files


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_broken_link_in_a_skill_is_an_error(with_skills, error_of):
    root = with_skills()
    (root / "skills/one/knots.md").symlink_to("missing.md")
    assert "skills/one/knots.md" in error_of(root)
