"""
Projects whose parts are harmless by themselves, and together take all time or memory.

As a program: reads names of attacks, one a line, and answers each with the error it
ends in and the megabytes at its peak.  The kernel ends a render that takes more
processor time or memory than a render may take.
"""

import tempfile
from pathlib import Path

from bounded_attempts import serve

from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.renderer import render_manifest

MOST_SECONDS = 5
"""Of processor time; the limits of a render end it earlier."""

MANIFEST = '[snippets]\na = "s/n0.md"\n'
HEAD = "---\nagpm:\n  templating: true\n---\n"
DEPENDS = """\
---
agpm:
  templating: true
  dependencies:
    snippets:
      - path: {name}.md
---
"""


def loop(turns, body, variable="i"):
    return f"{{% for {variable} in range(end={turns}) %}}{body}{{% endfor %}}"


def nested(turns, body):
    return loop(turns, loop(turns, body, "j"))


def chain(levels, body, end):
    """Files that each depend on the next one, whose text is `NEXT` in the body."""
    files = {}
    for level in range(levels):
        name = f"n{level + 1}"
        text = body.replace("NEXT", f"agpm.deps.snippets.{name}.content")
        files[f"s/n{level}.md"] = DEPENDS.format(name=name) + text
    return {**files, f"s/n{levels}.md": end}


def embedding(levels, body, end):
    """Files that each embed the next one by `content`, which is `NEXT` in the body."""
    files = {
        f"s/n{level}.md": HEAD + body.replace("NEXT", f"'s/n{level + 1}.md' | content")
        for level in range(levels)
    }
    return {**files, f"s/n{levels}.md": end}


LARGE = {"large.txt": "a\u00e9 bbb<" * 100_000}
WORDS = {"words.txt": "b,a," * 20_000}
CONTENT = "'large.txt' | content"
FILTERS = "upper | title | slugify | striptags"

TEXT = "longer than 69206016"
WORK = "too much work"

ATTACKS = {
    "dependencies in loops": (chain(10, loop(100, "{{ NEXT }}"), "x" * 100), TEXT),
    "filters on dependencies in loops": (
        chain(
            10, loop(300, "{% set x = NEXT | upper %}") + "{{ NEXT }}" * 2, "x" * 99_999
        ),
        WORK,
    ),
    "dependencies, content and loops": (
        {
            **chain(8, loop(50, f"{{% set x = {CONTENT} %}}{{{{ NEXT }}}}"), "z" * 50),
            **LARGE,
        },
        TEXT,
    ),
    "doubling over 40 files": (chain(40, "{{ NEXT }}{{ NEXT }}", "xy"), TEXT),
    "doubling over 40 files in loops": (chain(40, loop(2, "{{ NEXT }}"), "xy"), TEXT),
    "doubling over 40 files by a filter": (
        chain(40, "{{ NEXT | replace(from='x', to='xx') }}", "x"),
        TEXT,
    ),
    # What is embedded by `content` is not rendered, so that it embeds nothing itself.
    "content of content": (embedding(40, "{{ NEXT }}" * 2, "xy"), "133 bytes"),
    "content in a loop": (
        {"s/n0.md": HEAD + loop(99_999, f"{{{{ {CONTENT} }}}}"), **LARGE},
        WORK,
    ),
    "content in a loop, not printed": (
        {"s/n0.md": HEAD + loop(99_999, f"{{% set x = {CONTENT} %}}"), **LARGE},
        WORK,
    ),
    "content in nested loops": (
        {"s/n0.md": HEAD + nested(300, f"{{% set x = {CONTENT} | length %}}"), **LARGE},
        WORK,
    ),
    "filters on content in a loop": (
        {
            "s/n0.md": HEAD + loop(99_999, f"{{% set x = {CONTENT} | {FILTERS} %}}"),
            **LARGE,
        },
        WORK,
    ),
    "filters on content in nested loops": (
        {
            "s/n0.md": HEAD + nested(300, f"{{% set x = {CONTENT} | {FILTERS} %}}"),
            **LARGE,
        },
        WORK,
    ),
    "sort in nested loops": (
        {
            "s/n0.md": HEAD
            + "{% set a = range(end=1000) %}"
            + nested(300, "{% set x = a | sort %}")
        },
        WORK,
    ),
    "sort of content in nested loops": (
        {
            "s/n0.md": HEAD
            + nested(
                300, "{% set x = 'words.txt' | content | split(pat=',') | sort %}"
            ),
            **WORDS,
        },
        WORK,
    ),
    "sort of dependencies in nested loops": (
        chain(
            5,
            nested(300, "{% set x = NEXT | split(pat=',') | sort %}"),
            WORDS["words.txt"],
        ),
        WORK,
    ),
    "join of sorted content in a loop": (
        {
            "s/n0.md": HEAD
            + loop(
                99_999,
                "{% set a = 'words.txt' | content | split(pat=',') | sort | unique"
                " | join(sep='words.txt' | content) %}",
            ),
            **WORDS,
        },
        WORK,
    ),
}


def attempt(name):
    """Render the project of an attack; return what it ends in."""
    with tempfile.TemporaryDirectory() as scratch:
        return render(Path(scratch), ATTACKS[name][0])


def render(root, files):
    """Render a project of these files; return the error, or the size of its texts."""
    for path, text in {"agpm.toml": MANIFEST, **files}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    try:
        found = render_manifest(root / "agpm.toml")
        return f"{sum(len(each.document) for each in found)} bytes"
    except AgpmError as error:
        return str(error)


if __name__ == "__main__":
    serve(attempt, megabytes=1200, seconds=MOST_SECONDS)
