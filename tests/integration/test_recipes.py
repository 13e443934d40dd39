"""The recipes, block by block, on a package with the files that the page shows."""

import re
import sys
from pathlib import Path

import pytest
from recipes import BLOCKS, FILES, TITLES

REVIEWER = (
    'You review changes in Rust. Find at most 5 faults.\nAnswer as {"faults": [...]}.\n'
)
QUESTION = "Is {this} right?"


@pytest.fixture
def run(write_files, build, unpack, monkeypatch):
    """Run one block, where the package is installed, and return what it sets."""
    monkeypatch.syspath_prepend(unpack(build(write_files(FILES)).artefact))

    def recipe(title, **given):
        names = {"question": QUESTION, **given}
        exec(compile(BLOCKS[title], f"recipe {title}", "exec"), names)  # noqa: S102
        return names

    yield recipe
    for module in [name for name in sys.modules if name.startswith("acme_reviews")]:
        del sys.modules[module]


def test_openai_takes_messages_of_plain_texts(run):
    assert run("openai")["messages"] == [
        {"role": "system", "content": REVIEWER},
        {"role": "user", "content": QUESTION},
    ]


def test_anthropic_caches_what_is_the_same_for_all_values(run):
    request = run("anthropic")["request"]

    assert request["messages"] == [{"role": "user", "content": QUESTION}]
    fixed, rest = request["system"]
    assert fixed["text"] + rest["text"] == REVIEWER.replace("5", "3")
    assert fixed["text"] == REVIEWER.partition("Rust")[0]
    assert "cache_control" in fixed
    assert "cache_control" not in rest


def test_langchain_leaves_the_braces_of_a_message_alone(run):
    pytest.importorskip("langchain_core")

    system, human = run("langchain")["chain"].invoke({"question": QUESTION}).messages

    assert (system.content, human.content) == (REVIEWER, QUESTION)


def test_pydantic_ai_takes_it_as_instructions(run):
    pydantic_ai = pytest.importorskip("pydantic_ai")
    seen = []

    def answer(messages, info):
        seen.append((messages, info))
        return pydantic_ai.messages.ModelResponse([pydantic_ai.TextPart("yes")])

    model = pytest.importorskip("pydantic_ai.models.function").FunctionModel(answer)
    run("pydantic-ai", model=model)["agent"].run_sync(QUESTION)

    ((messages, _),) = seen
    assert messages[0].instructions.rstrip() == REVIEWER.rstrip()


def test_traces_get_name_version_and_digest(run):
    attributes = run("traces")["attributes"]

    assert attributes["prompt.name"] == "agents/reviewer"
    assert attributes["prompt.version"] == "1.0"
    assert re.fullmatch("[0-9a-f]{64}", attributes["prompt.sha256"])


def test_the_frontmatter_can_be_read(run):
    assert run("frontmatter")["options"] == {"model": "sonnet"}


@pytest.mark.parametrize(
    ("name", "text"),
    [("reviewer", REVIEWER), ("reviewr", "no such agent; there is reviewer")],
)
def test_a_name_may_come_from_outside(run, name, text):
    assert run("by-name", name=name)["text"] == text


def test_an_environment_is_listed(run, capsys):
    run("discover")

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("acme-reviews")] == [
        "acme-reviews 1.0 agents/reviewer",
        "acme-reviews 1.0 skills/mend-nets",
        "acme-reviews 1.0 triage",
    ]


def test_every_recipe_is_run_here():
    tests = (Path(__file__), Path(__file__).with_name("test_recipes_of_servers.py"))
    source = "".join(file.read_text("utf-8") for file in tests)

    assert [title for title in TITLES if f'run("{title}"' not in source] == []
