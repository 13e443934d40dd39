"""
A chain of distributions, by real front ends with real resolvers.

acme-prompts ships snippets, second embeds them, third embeds the second's.  Each is
built in isolation from an index of local files, as a team's own index would have them.
"""

import hashlib
import sys
import zipfile

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.network]

FRONT_ENDS = {
    "pip": [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w"],
    "uv": [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--out-dir"],
}
PYPROJECT = """\
[build-system]
requires = ["{backend}", "hatch-agpm", {requires}]
build-backend = "{module}"

[project]
name = "{name}"
version = "{version}"
dependencies = [{requires}]

[tool.hatch.build.hooks.agpm]

[tool.setuptools]
packages = ["{package}"]

[tool.hatch-agpm]
{table}
"""
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
EMBEDS = """---
agpm:
  templating: true
  dependencies:
    snippets:
      - {{ path: snippets/{snippet}.md, source: {source}, name: it, install: false }}
---
{{{{ agpm.deps.snippets.it.content }}}}
"""


@pytest.fixture
def team(tmp_path, offline, run_command):
    """Build distributions one after the other; each finds those before it."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    places = [offline["PIP_FIND_LINKS"], str(shelf)]
    environ = {
        **offline,
        "PIP_FIND_LINKS": " ".join(places),
        "UV_FIND_LINKS": ",".join(places),
    }

    def build(front_end, backend, name, version, files, *, requires="", table=""):
        project = tmp_path / f"{name}-{version}"
        package = name.replace("-", "_")
        texts = {
            "pyproject.toml": PYPROJECT.format(
                backend=backend,
                module=BACKENDS[backend],
                name=name,
                version=version,
                package=package,
                requires=requires,
                table=table,
            ),
            f"{package}/__init__.py": "",
            **files,
        }
        for path, text in texts.items():
            file = project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        command = [*FRONT_ENDS[front_end], shelf]
        target = ["."] if front_end == "pip" else []
        code, output = run_command([*command, *target], project, environ)
        assert code == 0, output
        (built,) = shelf.glob(f"{package}-{version}-*.whl")
        with zipfile.ZipFile(built) as wheel:
            return {
                path.partition("/prompts/")[2].removesuffix(".md"): hashlib.sha256(
                    wheel.read(path)
                ).hexdigest()
                for path in wheel.namelist()
                if path.endswith(".md") and "/_templates/" not in path
            }

    return build


def acme(tone):
    return {"prompts/snippets/tone.md": tone, "prompts/snippets/rules.md": "No tabs.\n"}


SECOND = {
    "prompts/agents/toned.md": EMBEDS.format(snippet="tone", source="acme"),
    "prompts/snippets/toned.md": EMBEDS.format(snippet="tone", source="acme"),
    "prompts/snippets/ruled.md": EMBEDS.format(snippet="rules", source="acme"),
}
THIRD = {
    "prompts/agents/by-tone.md": EMBEDS.format(snippet="toned", source="second"),
    "prompts/agents/by-rules.md": EMBEDS.format(snippet="ruled", source="second"),
    "prompts/agents/alone.md": "Alone.\n",
}
ACME = 'sources.acme = { distribution = "acme-prompts", version = ">=1.2" }'
SOURCE = 'sources.second = { distribution = "second" }'


def changed(before, after):
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_an_upgrade_changes_only_what_depends_on_the_change(team, front_end, backend):
    needs = '"acme-prompts>=1.2"'

    team(front_end, backend, "acme-prompts", "1.2", acme("Be kind.\n"))
    second = team(front_end, backend, "second", "1", SECOND, requires=needs, table=ACME)
    third = team(
        front_end, backend, "third", "1", THIRD, requires='"second"', table=SOURCE
    )

    team(front_end, backend, "acme-prompts", "1.3", acme("Be brief.\n"))
    upgraded = team(
        front_end, backend, "second", "2", SECOND, requires=needs, table=ACME
    )
    assert changed(second, upgraded) == {"agents/toned", "snippets/toned"}
    again = team(
        front_end, backend, "third", "2", THIRD, requires='"second"', table=SOURCE
    )
    assert changed(third, again) == {"agents/by-tone"}


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_exported_templates_use_the_newest_version_of_their_sources(team, front_end):
    """The second exports its templates, so it need not be built again."""
    needs = '"acme-prompts>=1.2"'

    def build(*args, **options):
        return team(front_end, "hatchling", *args, **options)

    exports = 'templates = "prompts"\n'
    build("acme-prompts", "1.2", acme("Be kind.\n"), table=exports)
    build("second", "1", SECOND, requires=needs, table=exports + ACME)
    third = build("third", "1", THIRD, requires='"second"', table=SOURCE)
    build("acme-prompts", "1.3", acme("Be brief.\n"), table=exports)
    again = build("third", "2", THIRD, requires='"second"', table=SOURCE)
    assert changed(third, again) == {"agents/by-tone"}
