"""The recipes for MCP servers, run in an environment with FastMCP."""

import json

import pytest
from recipes import BLOCKS, FILES

pytestmark = [pytest.mark.slow, pytest.mark.network]

CLIENT = """
import asyncio, json, sys
from fastmcp import Client

async def talk():
    async with Client(server) as client:
        print(json.dumps(await answer(client)))

{}

asyncio.run(talk())
"""
RESOURCES = """
async def answer(client):
    return {
        str(each.uri): (await client.read_resource(each.uri))[0].text
        for each in await client.list_resources()
    }
"""
PROMPTS = """
async def answer(client):
    found = await client.list_prompts()
    return [
        [each.name, each.description,
         [[a.name, a.description, a.required] for a in each.arguments]]
        for each in found
    ]
"""
GET = """
async def answer(client):
    texts = []
    for name, arguments in json.loads(sys.argv[1]):
        try:
            (message,) = (await client.get_prompt(name, arguments)).messages
            texts.append(f"{message.role}: {message.content.text}")
        except Exception as error:
            texts.append(str(error))
    return texts
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory, readers, build):
    """Run a recipe where the package is installed, then a client of its server."""
    home = tmp_path_factory.mktemp("home")
    project = tmp_path_factory.mktemp("project")
    for path, text in FILES.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    wheel = build(project).artefact

    def recipe(title, answer, *arguments):
        script = home / "server.py"
        text = f"import sys\nsys.path.insert(0, {str(wheel)!r})\n{BLOCKS[title]}"
        script.write_text(text + CLIENT.replace("{}", answer), encoding="utf-8")
        python = readers.program("fastmcp", "python")
        return json.loads(readers.run(python, script, *arguments, cwd=home, home=home))

    return recipe


def test_fastmcp_serves_the_skills_of_the_bundle_from_a_zip(run):
    served = run("fastmcp-skills", RESOURCES)

    text = BLOCKS["prompts/skills/mend-nets/SKILL.md"]
    assert served["skill://mend-nets/SKILL.md"] == text


def test_fastmcp_lists_prompts_with_their_variables_as_arguments(run):
    assert run("fastmcp-prompts", PROMPTS) == [
        [
            "agents/reviewer",
            "Reviews a change",
            [["language", "", True], ["limit", '("int", as JSON)', False]],
        ],
        [
            "triage",
            "Sorts faults",
            [
                [
                    "faults",
                    "what the review found "
                    '([{"title": "str", "line": "int"}], as JSON)',
                    True,
                ],
                ["focus", "", False],
            ],
        ],
    ]


def test_fastmcp_fills_a_prompt_in_with_its_arguments(run):
    reviewer, triage = "agents/reviewer", "triage"
    faults = '[{"title": "Overflow", "line": 3}]'
    calls = [
        (reviewer, {"language": "5"}),
        (reviewer, {"language": "Rust", "limit": "3"}),
        (triage, {"faults": faults, "focus": "[security]"}),
        (triage, {"faults": "[]"}),
    ]

    assert run("fastmcp-prompts", GET, json.dumps(calls)) == [
        f"user: {text}"
        for text in (
            reviewed("5", 5),
            reviewed("Rust", 3),
            "Sort these faults, [security] first:\n- Overflow, line 3\n",
            "Sort these faults:\n",
        )
    ]


def reviewed(language, limit):
    text = BLOCKS["prompts/agents/reviewer.md"].split("---\n")[2]
    text = text.replace("{{ language }}", language)
    return text.replace("{{ limit }}", str(limit))


def test_a_client_gets_what_is_wrong_with_its_arguments(run):
    cases = [
        ({}, "faults is missing, a list"),
        ({"faults": "Overflow"}, "faults is not JSON: Expecting value"),
        ({"faults": '[{"title": "O", "line": "3"}]'}, "faults[0].line must be an int"),
        ({"faults": "[]", "focos": "x"}, "did you mean 'focus'?"),
    ]
    calls = json.dumps([("triage", arguments) for arguments, _ in cases])

    problems = run("fastmcp-prompts", GET, calls)

    for problem, (_, expected) in zip(problems, cases, strict=True):
        assert expected in problem
