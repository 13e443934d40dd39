"""
What a template costs, beside stock Jinja2 on the same text.

Run as `python bench/bench_tera.py [RUNS]`.  Both parse and render the largest
template of the library in turn, each time from the start; then every template of the
library is parsed and rendered.  Variables hold whatever the template reads.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from hatch_agpm.tera import TemplateError, TeraEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 21
LIBRARY = Path(__file__).parents[2] / "shared" / "corpus" / "agpm-resources"
PATH = re.compile(r"\b(?:agpm|project)(?:\.\w+)+")
FRONTMATTER = re.compile(r"\A---\n(?P<frontmatter>.*?\n)---\n", re.DOTALL)


def main() -> None:
    """Print the ratio of medians, and the milliseconds for a file of the library."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    texts = [text for text in map(body, sorted(LIBRARY.rglob("*.md"))) if text]
    if not texts:
        sys.exit(f"there is no library at {LIBRARY}")
    largest = max(texts, key=len)
    tags = largest.count("{{") + largest.count("{%")
    print(f"largest template: {len(largest):,} characters, {tags} tags")
    context = variables(largest)
    ours, theirs = in_turn(
        runs,
        lambda: tera(largest, context),
        lambda: stock(largest, context),
    )
    print(
        f"  parse and render  {ours * 1e3:.2f} ms, stock Jinja2 {theirs * 1e3:.2f} ms"
    )
    print(f"  ratio             {ours / theirs:.2f}")
    contexts = [variables(text) for text in texts]
    start = time.perf_counter()
    refused = sum(not tera(*pair) for pair in zip(texts, contexts, strict=True))
    spent = time.perf_counter() - start
    print(f"library: {len(texts)} templates, {spent / len(texts) * 1e3:.2f} ms a file")
    print(f"  refused: {refused}")


def body(path: Path) -> str:
    """Return the text below the frontmatter of a template, "" for other files."""
    text = path.read_text("utf-8")
    found = FRONTMATTER.match(text)
    if found is None or "templating: true" not in found["frontmatter"]:
        return ""
    return text[found.end() :]


def variables(text: str) -> dict[str, object]:
    """Return variables for all paths that a text names."""
    root: dict[str, object] = {}
    for path in PATH.findall(text):
        *parents, name = path.split(".")
        place = root
        for parent in parents:
            below = place.setdefault(parent, {})
            if not isinstance(below, dict):
                below = place[parent] = {}
            place = below
        place.setdefault(name, f"the {name}")
    return root


def tera(text: str, context: dict[str, object]) -> bool:
    """Parse and render once; say whether that works."""
    environment = TeraEnvironment(filters={"content": lambda value, _: value})
    try:
        environment.template(text).render(context)
    except TemplateError:
        return False
    return True


def stock(text: str, context: dict[str, object]) -> bool:
    """Do the same with Jinja2, in its sandbox and with a filter of that name."""
    environment = SandboxedEnvironment(keep_trailing_newline=True)
    environment.filters["content"] = str
    try:
        environment.from_string(text).render(context)
    except jinja2.TemplateError:
        return False
    return True


def in_turn(
    runs: int, first: Callable[[], bool], second: Callable[[], bool]
) -> tuple[float, float]:
    """Return the median seconds of two functions that take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for function, taken in zip((first, second), times, strict=True):
            start = time.perf_counter()
            if not function():
                sys.exit("the largest template does not render")
            taken.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
