"""
Exact texts of messages are in the catalogue only.

It is `tests/test_messages.py`, `tests/messages/` and `tests/data/*_messages.txt`.
Other tests check the class, path, line and key of an error, and a few words at most.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "hatch_agpm"

LENGTH = 25
"""The number of characters from which on a common text counts as a message."""

CATALOGUE = {TESTS / "test_messages.py", *(TESTS / "messages").glob("*.py")}
OTHER_TESTS = sorted(set(TESTS.rglob("*.py")) - CATALOGUE - {Path(__file__)})

GENERATORS = {
    PACKAGE / "bundle/accessor.py",
    PACKAGE / "bundle/stub.py",
    PACKAGE / "build/editable/wheel.py",
}
"""Modules whose texts are written into files: they are not messages."""


def name(path):
    return path.relative_to(TESTS).as_posix()


def literals(file):
    """Return the texts in a module but for docstrings, and their lines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def parts(text):
    """Yield the parts of a text of LENGTH that are words of a sentence."""
    for start in range(len(text) - LENGTH + 1):
        part = text[start : start + LENGTH]
        if part.count(" ") > 1 and not set(part) & set('="\n'):
            yield part


@pytest.fixture(scope="session")
def message_parts():
    modules = set(PACKAGE.rglob("*.py")) - GENERATORS
    return {
        part for file in modules for text, _ in literals(file) for part in parts(text)
    }


@pytest.mark.parametrize("file", OTHER_TESTS, ids=name)
def test_no_message_is_repeated_outside_of_the_catalogue(file, message_parts):
    repeated = [
        f"{name(file)}:{line}: {text[:60]!r}"
        for text, line in literals(file)
        if not message_parts.isdisjoint(parts(text))
    ]
    assert not repeated, "\n".join(repeated)


def test_a_repeated_message_would_be_found(message_parts):
    assert not message_parts.isdisjoint(parts("a.md: are the same file on systems"))
    assert message_parts.isdisjoint(parts("a.md: are one file on the same systems"))
