"""A project, distributions that it depends on, and the commands run in this process."""

import json

import pytest
from shipping import FILES, TABLE, build_site

from hatch_agpm.cli import main

PYPROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["acme>=1"]\n'


CUSTOM = """\
[tool.hatch-agpm.agents]
a = { path = "a/tone.md", tool = "mytool" }
[tool.hatch-agpm.tools.mytool]
path = ".mytool"
resources.agents.path = "agents"
"""


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    """Return environments by name."""
    root = tmp_path_factory.mktemp("sites")
    less = TABLE.replace('tone = "a/tone.md"\n', "").replace('tie = "a/tie"\n', "")
    plain = '[tool.hatch-agpm.agents]\nreviewer = "a/reviewer.md"\n'
    variants = (
        '[tool.hatch-agpm.agents]\na = { path = "a/v.md", template_vars = { x = 1 } }\n'
        'b = { path = "a/v.md", template_vars = { x = 2 } }\n[tool.hatch-agpm.skills]\n'
        'tie = "a/tie"\nbind = { path = "a/tie2", filename = "a/tie" }\n'
    )
    bind = FILES["a/tie/SKILL.md"].replace("tie", "bind")
    template = "---\nagpm: {templating: true}\n---\n{{ x }}\n"
    return {
        "variants": build_site(
            root,
            "delta",
            table=variants,
            files={**FILES, "a/v.md": template, "a/tie2/SKILL.md": bind},
        ),
        "hooks": build_site(
            root,
            "zeta",
            table='[tool.hatch-agpm.hooks]\na = "a/format.json"\nb = "a/b.json"\n',
            files={**FILES, "a/b.json": FILES["a/format.json"]},
        ),
        "custom": build_site(
            root,
            "epsilon",
            table=CUSTOM,
        ),
        "1": build_site(root),
        "2": build_site(root, version="2.0", table=less),
        "other": build_site(root, "beta", table=plain),
        "server": build_site(
            root,
            "gamma",
            table='[tool.hatch-agpm.mcp-servers]\ndocs = "a/docs.json"\n',
            files={**FILES, "a/docs.json": '{"url": "https://example.org/mcp"}'},
        ),
    }


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "app"
    root.mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


@pytest.fixture
def run(project, sites, capsys):
    """Run a command; return its exit code and its report, or the text of an error."""

    def call(command, *options, site="1"):
        arguments = [command, "--project", str(project), "--json", *options]
        if command == "install":
            arguments += ["--environment", str(sites.get(site, site))]
        code = main(arguments)
        output = capsys.readouterr()
        return code, json.loads(output.out) if output.out else output.err

    return call


@pytest.fixture
def states(run):
    """Return the exit code of `--check`, and the names that are not ok by state."""

    def check(*options, site="1"):
        code, report = run("install", "--check", *options, site=site)
        found = {}
        for item in report["items"]:
            if item["state"] != "ok":
                found.setdefault(item["state"], []).append(item["name"])
        assert code == (1 if found else 0)
        return found

    return check
