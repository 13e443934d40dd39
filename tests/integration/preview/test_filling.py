"""The page fills in placeholders byte for byte as the reader of a bundle does."""

from __future__ import annotations

import random

import pytest
from commands import HEAD

from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.preview.filling import FillError, fill

pytestmark = pytest.mark.slow

CASES = 200
TEXTS = [
    "",
    "Ada",
    "\n\nx\n",
    "a\r\nb\r\n",
    "---\nk: v\n---\nz",
    "\U0001f600 é",
    "{{ n }}",
    "x\n",
]
VALUES = {
    "str": TEXTS,
    "int": [0, -5, 3, 2**63, 2**64 - 1, 10**6],
    "float": [1.5, 2.0, 0.1, 1e15, 123.456, 0.0001, 3],
    "bool": [True, False],
}
WHO = """\
---
agpm:
  templating: true
  runtime: {name: str, intro: {type: str, default: "2.0"}}
---
{{ intro }}
You talk to {{ name }}
{{ name }}
"""
EMBEDS = """\
---
dependencies:
  snippets: [{path: ./snippets/who.md, name: who}]
agpm:
  templating: LANGUAGE
  runtime:
    temperature: {type: float, default: 2.0}
    n: int
    ok: {type: bool, default: true}
    most: float | None
---
\U0001f600 Start
{{ agpm.deps.snippets.who.content }}{{ temperature }} {{ n }}
{{ agpm.deps.snippets.who.content }}
{{ ok }} {{ most }}
"""
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/snippets/who.md": WHO,
    "prompts/tera.md": EMBEDS.replace("LANGUAGE", "true"),
    "prompts/jinja.md": EMBEDS.replace("LANGUAGE", "jinja2"),
}
FILL = """
return arguments[0].map(([name, values]) => {
  const prompt = data.prompts.find((each) => each.name === name);
  const { parts, problem } = filledHere(prompt, values);
  return problem ? null : parts.map(([text]) => text).join("");
});
"""


def random_values(variables, chance):
    """Return values for a call; optional ones may be left out."""
    found = {}
    for each in variables:
        kind = each["type"].removesuffix(" | None")
        if each["required"] or chance.random() < 0.6:
            found[each["name"]] = chance.choice(VALUES[kind])
        elif each["default"] is None and chance.random() < 0.5:
            found[each["name"]] = None
    return found


def written(value):
    """Return a value as the form of the page has it: integers keep their digits."""
    is_int = isinstance(value, int) and not isinstance(value, bool)
    return {"int": str(value)} if is_int else value


def expected(found, values):
    try:
        return fill(found, values)
    except FillError:
        return None


@pytest.mark.parametrize("name", ["tera", "jinja", "snippets/who"])
def test_the_page_fills_in_what_the_reader_does(write_files, write_page, browser, name):
    root = write_files(FILES)
    found = open_place(str(root)).texts[name]
    chance = random.Random(name)
    calls = [random_values(found.entry["runtime"], chance) for _ in range(CASES)]

    browser.open(write_page(root))
    as_written = [
        [name, {key: written(value) for key, value in call.items()}] for call in calls
    ]
    shown = browser.run(FILL, as_written)

    assert shown == [expected(found, call) for call in calls]
    assert any(text is not None for text in shown)
