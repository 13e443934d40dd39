"""Words that this project once used in a sense of its own do not come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    {
        *(ROOT / "hatch_agpm").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "bench").rglob("*.py"),
        *(ROOT / "tools").rglob("*.py"),
        *(ROOT / "example_pkg").rglob("*.py"),
        *(ROOT / "example_pkg").rglob("*.md"),
        *(ROOT / ".github").rglob("*.yml"),
        *(ROOT / name for name in ("pyproject.toml", "example_pkg/pyproject.toml")),
        ROOT / ".pre-commit-hooks.yaml",
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
        *(ROOT / name for name in ("CHANGELOG.md", "Makefile")),
    }
    - {Path(__file__)}
)

# `_` counts as a space, so that names are searched as well as sentences.
OLD = {
    "door": r"\bdoors?\b",
    # Rounding down has this name in Python and in the template language.
    "floor": r"(?<!ceil and )(?<![\"'`.])\bfloors?\b(?![(\"'`])",
    "openings": r"\bopenings\b",
    "worded": r"\bworded\b",
    "stand-in": r"\bstand-ins?\b",
    "matter": r"(?<!no )(?<!not )(?<!that )\bmatter\b",
    "remedy": r"\bremed(?:y|ies)\b",
    # Skills of the tests and the docs mend nets, or are called that.
    "mend": r"(?<![/\"-])\bmend(?:s|ed|ing)?\b(?![-/\"\\]|\.(?:md|sh)| nets\b| = )",
    "anew": r"\banew\b",
    "lasting": r"\blasting\b",
    "habits": r"\bhabits?\b",
    "stranger": r"\bstrangers?\b",
    "proof": r"\bproofs?\b",
    "prove": r"\bprov(?:en|es?|ed|ing)\b",
    "pinned": r"\bpinned\b(?! `[\w-]+==)",
    "is no": r"(?<!there )\bis no (?!longer\b)[a-z]+",
    "belongs into": r"\bbelongs? into\b",
    "travel": r"\btravel(?:s|l?ed|l?ing)?\b",
    "is_away": r"\bis away\b",
    "ground": r"\bgrounds?\b",
    "house": r"\bhouses?\b",
    # Neither the past tense nor how a page or an archive is laid out.
    "lies": r"\b(?:lies|lain|(?:may|might|can|must|to) lie)\b",
    "told": r"\btold\b",
    "circle": r"\bcircles?\b",
    "outline": r"\boutlines?\b",
    "offered": r"\boffered\b",
    "listing": r"\blistings?\b",
    # The language has a test `ending_with`.
    "ending": r"\bendings?\b(?! with\b)",
    "left open": r"\b(?:left|leaves?|leaving) open\b",
    "stands": r"\bstands?\b(?! for\b|-)",
    "search for garbage": r"\bsearch(?:es)? for garbage\b",
}
SEARCHED = re.compile(
    "|".join(f"(?P<w{n}>{pattern})" for n, pattern in enumerate(OLD.values())),
    re.IGNORECASE,
)
NAMES = {f"w{n}": word for n, word in enumerate(OLD)}

# (path, word): why it stays there.  At most five.
ALLOWED: dict[tuple[str, str], str] = {}


def name(path):
    return path.relative_to(ROOT).as_posix()


def lines(file):
    """The lines of a file and their numbers, but for the table of words to avoid."""
    heading = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        if not (heading == "Plain words" and line.startswith("|")):
            yield number, line


def found(line):
    spaced = line.replace("_", " ")
    return [NAMES[match.lastgroup] for match in SEARCHED.finditer(spaced)]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_old_word_is_used(file):
    hits = [
        f"{name(file)}:{number}: {word}"
        for number, line in lines(file)
        for word in found(line)
        if (name(file), word) not in ALLOWED
    ]
    assert not hits, "\n".join(hits)


def test_few_words_are_allowed_and_each_is_used():
    assert len(ALLOWED) <= 5
    for path, word in ALLOWED:
        assert any(word in found(line) for _, line in lines(ROOT / path))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("the door to Hatch, and its floor", ["door", "floor"]),
        ("def test_what_is_no_yaml_is_refused():", ["is no"]),
        ("math.floor(x), `floor`, method='floor', floor(x)", []),
        ("there is no file, and that is no longer so", []),
        ("no matter what; the case does not matter", []),
        ("rendered.matter", ["matter"]),
        ("provenance, spending, frontmatter, indoors", []),
        ("`tzdata==2024.1` was pinned `tzdata==2024.1`", []),
        ("what lies there was told in a circle", ["lies", "told", "circle"]),
        ("_offered = listing; ending_with(x)", ["offered", "listing"]),
        ("background, household, encircled, outlined, unfolding, pending", []),
        ("a name that is_away, which may lie anywhere", ["is_away", "lies"]),
        ("the skill mends nets; mend.md; it mends files", ["mend"]),
        ("platforms that matter", []),
        ("what stands here may stand alone", ["stands", "stands"]),
        ("`...` stands for a stand-alone text; a standard", []),
    ],
)
def test_the_search_finds_words_and_leaves_what_looks_like_them(line, words):
    assert found(line) == words
