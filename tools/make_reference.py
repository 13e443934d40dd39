"""
Write what the documentation says of the code: schemas, options, commands, errors.

Run as `python tools/make_reference.py`; with `--check` it compares the files with the
code, writes nothing, and exits with 1 where they differ.

Schemas and two pages are written whole.  In the pages of options and of the index, the
lines between `<!-- generated: NAME -->` and `<!-- end -->` are.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from hatch_agpm import errors
from hatch_agpm.cli.main import make_parser
from hatch_agpm.config.declared import alternatives
from hatch_agpm.config.schemas import frontmatter_schema, index_schema, tool_schema
from hatch_agpm.config.sources import SourceTable
from hatch_agpm.config.tables import (
    EntryTable,
    InstallTable,
    LimitsTable,
    ListedTable,
    ProjectTable,
    ToolTable,
)
from hatch_agpm.model.config import ExportSettings
from hatch_agpm.model.declared import Key, describe, keys_of
from hatch_agpm.model.frontmatter import AgpmKeys, DependencyKeys
from hatch_agpm.model.index import (
    IndexDocument,
    IndexFile,
    IndexInput,
    IndexPrefix,
    IndexResource,
    IndexTemplates,
    IndexVariable,
)

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NOTICE = "<!-- Written by tools/make_reference.py: change the code, and run it. -->"
NAMES = {bool: "boolean", float: "number", int: "integer", str: "string"}

EXAMPLES = {
    "ConfigError": ("table", "manifest", "project"),
    "FrontmatterError": ("frontmatter", "yaml", "json"),
    "SourceError": ("merged",),
    "TemplateError": ("tera",),
}
"""The catalogues of messages that show a class of errors."""


COMMANDS = """\
`python -m hatch_agpm` is the same command. It exits with 0 for success, with 1 where a
build would fail, and with 2 for a wrong command line. `--version` prints the version,
and `--help` the arguments of each command."""

ERRORS = """\
Everything that wrong input causes is an `AgpmError` of `hatch_agpm.errors`. A front end
and the command line show its message: the file and line or the key, what is wrong, what
was found and what to do. All problems of a stage are reported together, in a
`ProblemsError`. The errors of an installed bundle are in
[reading prompts](reading.md#when-something-is-wrong). The rules that
[`hatch-agpm check`](check.md#rules) prints have the names of the classes.

The blocks below show wrong input, and indented below it the message."""


# --- options --------------------------------------------------------------------------


def type_name(type_: Any) -> str:
    """Return a type for people: `array of strings`."""
    names = [*dict.fromkeys(map(_name, alternatives(type_)[0]))]
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _name(type_: Any) -> str:
    origin = get_origin(type_)
    if origin is Literal:
        return ", ".join(f'`"{each}"`' for each in get_args(type_))
    if origin is tuple:
        item = type_name(get_args(type_)[0])
        plural = "strings" if item == "string" else item
        return f"array of {plural}" if "`" in item or item == "string" else "array"
    if origin is Mapping or dataclasses.is_dataclass(type_):
        return "table"
    return "any" if type_ is object else NAMES[type_]


def default_of(key: Key) -> str:
    """Return the default of a key as it is written in TOML."""
    if key.is_required:
        return "required"
    if key.default is None or dataclasses.is_dataclass(key.default):
        return "none"
    shown = list(key.default) if isinstance(key.default, tuple) else key.default
    return f"`{json.dumps(shown)}`"


JSON_NAMES = {"array of strings": "array", "table": "object"}


def fields(declaration: type) -> str:
    """Return a table of Markdown with a row for each field of the index."""
    lines = ["| Field | Type | Meaning |", "|---|---|---|"]
    for key in describe(declaration):
        types, _ = alternatives(key.type)
        name = type_name(types[0])
        name = JSON_NAMES.get(name, name)
        null = " or null" if NoneType in get_args(key.type) else ""
        text = " ".join(key.description.split()).replace("|", "\\|")
        lines.append(f"| `{key.name}` | {name}{null} | {text} |")
    return "\n".join(lines)


def table(keys: list[Key]) -> str:
    """Return a table of Markdown with a row for each key."""
    lines = ["| Option | Type | Default | Description |", "|---|---|---|---|"]
    for key in keys:
        text = " ".join(key.description.split())
        lines.append(
            f"| `{key.name}` | {type_name(key.type)} | {default_of(key)} | {text} |"
        )
    return "\n".join(lines)


def accepted(declaration: type, *, without: type | None = None) -> list[Key]:
    """Return the keys of a table that are accepted, and not in another one, too."""
    others = {key.name for key in keys_of(without)} if without else set()
    return [
        key
        for key in describe(declaration)
        if key.refused is None and key.name not in others
    ]


def options() -> dict[str, str]:
    """Return the tables of the page of options, by name."""
    return {
        "table": table(accepted(ProjectTable)),
        "entry": table(accepted(EntryTable)),
        "listed": table(accepted(ListedTable, without=EntryTable)),
        "sources": table(accepted(SourceTable)),
        "export": table(accepted(ExportSettings)),
        "limits": table(accepted(LimitsTable)),
        "tools": table(accepted(ToolTable)),
        "install": table(accepted(InstallTable)),
        "agpm": table(accepted(AgpmKeys)),
        "dependency": table(accepted(DependencyKeys)),
    }


def index_fields() -> dict[str, str]:
    """Return the tables of the page of the index, by name."""
    return {
        "document": fields(IndexDocument),
        "resource": fields(IndexResource),
        "file": fields(IndexFile),
        "prefix": fields(IndexPrefix),
        "variable": fields(IndexVariable),
        "input": fields(IndexInput),
        "templates": fields(IndexTemplates),
    }


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with the generated parts replaced by the tables."""

    def replaced(match: re.Match[str]) -> str:
        return f"{match[1]}\n\n{tables[match[2]]}\n\n{match[3]}"

    part = r"(<!-- generated: (\w+) -->)\n.*?(<!-- end -->)"
    return re.sub(part, replaced, page, flags=re.DOTALL)


# --- the command line -----------------------------------------------------------------


def command_line() -> str:
    """Return the page of the command line."""
    parser = make_parser()
    lines = [NOTICE, "", "# Command line", "", f"{parser.description}", ""]
    lines += [COMMANDS]
    for name, command in _commands(parser).items():
        what = f"{command.description}"
        lines += ["", f"## hatch-agpm {name}", "", what[0].upper() + what[1:], ""]
        lines += ["| Argument | Description |", "|---|---|", *_arguments(command)]
    return "\n".join([*lines, ""])


def _commands(
    parser: argparse.ArgumentParser,
) -> Mapping[str, argparse.ArgumentParser]:
    (found,) = (
        action.choices
        for action in parser._actions  # noqa: SLF001 - argparse has no public list
        if isinstance(action.choices, dict)
    )
    return found


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:  # noqa: SLF001 - as above
        if action.dest == "help":
            continue
        shown = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        if action.option_strings and action.choices:
            shown += " " + ", ".join(map(str, action.choices))
        elif action.option_strings and action.metavar:
            shown += f" {action.metavar}"
        if action.nargs == "+":
            shown += " ..."
        yield f"| `{shown}` | {action.help} |"


# --- errors ---------------------------------------------------------------------------


def error_page() -> str:
    """Return the page of the errors: the classes, and messages with their causes."""
    lines = [NOTICE, "", "# Errors", ""]
    lines += [ERRORS]
    for name, each in inspect.getmembers(errors, inspect.isclass):
        if issubclass(each, errors.AgpmError):
            lines += ["", f"## {name}", "", *_class(each), *_examples(name)]
    return "\n".join([*lines, ""])


def _class(error: type) -> Iterator[str]:
    base = error.__bases__[0].__name__
    if base != "Exception":
        yield from (f"A kind of `{base}`.", "")
    yield inspect.cleandoc(error.__doc__ or "")


def _examples(name: str) -> Iterator[str]:
    for kind in EXAMPLES.get(name, ()):
        path = ROOT / "tests/data" / f"{kind}_messages.txt"
        title, _, text = path.read_text("utf-8").partition("\n")
        yield from ("", f"### {title.removeprefix('# ').partition(',')[0]}", "")
        yield f"````text\n{text.strip()}\n````"


# --- files ----------------------------------------------------------------------------


def files() -> dict[Path, str]:
    """Return the text of each file that is made from the code."""
    page, index = DOCS / "reference/options.md", DOCS / "reference/index.md"
    return {
        DOCS / "index.schema.json": _json(index_schema()),
        index: with_tables(index.read_text("utf-8"), index_fields()),
        DOCS / "pyproject.schema.json": _json(tool_schema()),
        DOCS / "frontmatter.schema.json": _json(frontmatter_schema()),
        DOCS / "reference/command-line.md": command_line(),
        DOCS / "reference/errors.md": error_page(),
        page: with_tables(page.read_text("utf-8"), options()),
    }


def _json(schema: Mapping[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the files, or compare them; exit with 1 where one differs."""
    wanted = files()
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.write_text(text, "utf-8", newline="\n")
        return
    old = [
        path.relative_to(ROOT).as_posix()
        for path, text in wanted.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    if old:
        sys.exit(f"{', '.join(old)}: not current; run python tools/make_reference.py")


if __name__ == "__main__":
    main()
