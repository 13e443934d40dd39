"""
The entries of a manifest: one declaration for each resource that is listed.

Reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Literal

from hatch_agpm.config.sources import check_version, name_problem, path_problem
from hatch_agpm.config.tables import AgpmEntryTable, EntryTable, ListedTable
from hatch_agpm.config.tools import default_tool, tool_problem
from hatch_agpm.formats.runtime_variables import read_declarations
from hatch_agpm.formats.toml import plain_json, quoted_key
from hatch_agpm.model.declaration import (
    JINJA_DEFAULTS,
    NO_OPTIONS,
    Declaration,
    JinjaOptions,
    JinjaTable,
    TemplateOptions,
)
from hatch_agpm.model.types import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_agpm.config.selection.found import Found
    from hatch_agpm.config.tools import Tool
    from hatch_agpm.formats.toml import TableReader
    from hatch_agpm.model.config import Source

__all__ = ["Known", "found_entries", "json_table", "keyed_entries"]

_OF_TOOLS: Final = ("tool", "filename", "target", "flatten", "export")
"""Options that have no effect without a coding agent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the entries of a manifest may name."""

    tools: Mapping[str, Tool]
    default_tools: Mapping[str, str]
    sources: Mapping[str, Source]


def json_table(table: Mapping[str, object], key: str) -> dict[str, object]:
    """
    Return the table of a key as the JSON values that templates see.

    Raises ConfigError if tables are nested too deeply.
    """
    return {
        name: plain_json(value, f"{key}.{quoted_key(name)}")
        for name, value in table.items()
    }


def keyed_entries(
    reader: TableReader,
    listed: Mapping[str, Mapping[str, str | AgpmEntryTable]],
    known: Known,
) -> list[Declaration]:
    """Return the entries, without those of tools that are switched off."""
    entries: list[Declaration] = []
    for section, by_key in listed.items():
        _same_but_for_case(reader, section, by_key)
        for alias, value in by_key.items():
            entry = _entry(reader, section, alias, value, known)
            key = f"{section}.{quoted_key(alias)}"
            if problem := name_problem(alias):
                reader.problem(key, problem)
            if entry and _usable(reader, entry, known.tools, key):
                entries.append(entry)
    return entries


def found_entries(
    reader: TableReader, found: Sequence[Found], known: Known
) -> list[Declaration]:
    """Return the entries of resources that have no key."""
    entries: list[Declaration] = []
    options: dict[str, TemplateOptions] = {}
    for each in found:
        selection = each.selection
        section, key = selection.section, selection.key
        table = selection.table or EntryTable(path=selection.directory)
        if key not in options:
            # What is wrong with the options is reported once for all its files.
            check_version(reader, table, f"{key}.", known.sources)
            _refuse_options(reader, section, table, f"{key}.")
            options[key] = _options(reader, table, f"{key}.")
        file = replace(table, path=each.path)
        entry = _declaration(reader, section, each.name, file, known)
        entry = replace(entry, options=options[key])
        entry = replace(entry, is_conventional=selection.table is None)
        if selection.is_external:
            entry = replace(
                entry,
                name=table.name if isinstance(table, ListedTable) else None,
                key=reader.whole(key),
                exclude=table.exclude if isinstance(table, ListedTable) else (),
            )
        if _usable(reader, entry, known.tools, key):
            entries.append(entry)
    return entries


def _usable(
    reader: TableReader, entry: Declaration, tools: Mapping[str, Tool], key: str
) -> bool:
    """Tell whether the entry's tool is known and enabled; report an unknown tool."""
    if entry.section == PLAIN:
        return True
    # An entry always has one; a dependency need not.
    tool = entry.tool or ""
    if problem := tool_problem(tool, entry.section, tools):
        where = f"{key}: the tool '{tool}'"
        # One item of an array has many files.
        if not any(each.key == reader.whole(where) for each in reader.problems):
            reader.problem(where, problem)
        return False
    # AGPM skips what is listed for a tool that is switched off (semantics, 2.7).
    return tools[tool].enabled


def _entry(
    reader: TableReader,
    section: str,
    alias: str,
    value: str | AgpmEntryTable,
    known: Known,
) -> Declaration | None:
    key = f"{section}.{quoted_key(alias)}"
    if isinstance(value, AgpmEntryTable):
        table = value
    elif problem := path_problem(value):
        reader.problem(f"{key}.path", problem, got=repr(value))
        return None
    else:
        table = AgpmEntryTable(path=value)
    check_version(reader, table, f"{key}.", known.sources)
    _refuse_options(reader, section, table, f"{key}.")
    options = _options(reader, table, f"{key}.")
    if not table.path:
        return None
    entry = _declaration(reader, section, alias, table, known)
    return replace(entry, options=options)


def _declaration(
    reader: TableReader,
    section: str,
    name: str,
    table: AgpmEntryTable,
    known: Known,
) -> Declaration:
    default = None if section == PLAIN else default_tool(section, known.default_tools)
    source = known.sources.get(table.source) if table.source is not None else None
    variables = table.template_vars
    key = reader.whole(f"{section}.{quoted_key(name)}")
    if variables is not None:
        variables = json_table(variables, f"{key}.template_vars")
    return Declaration(
        section=section,
        name=name,
        path=table.path or "",
        key=key,
        tool=table.tool or default,
        source=table.source,
        asked=_asked(table, source),
        filename=table.filename,
        target=table.target,
        flatten=table.flatten,
        install=table.install,
        export=table.export if isinstance(table, EntryTable) else None,
        max_tokens=table.max_tokens if isinstance(table, EntryTable) else None,
        template_vars=variables,
    )


def _asked(table: AgpmEntryTable, source: Source | None) -> str | None:
    """Return what an entry asks for of a Git source, None for nothing."""
    if source is None or not source.git:
        return None
    given = (table.rev, table.branch, table.version, source.asked)
    return next((each for each in given if each is not None), None)


def _options(reader: TableReader, table: AgpmEntryTable, where: str) -> TemplateOptions:
    """Return the options of an entry for its files; problems go to `reader`."""
    if not isinstance(table, EntryTable):
        return NO_OPTIONS
    templating, jinja = _language(table)

    def problem(what: str, keys: tuple[str, ...], got: str, hint: str) -> None:
        key = ".".join(("runtime", *map(quoted_key, keys)))
        what = what.rpartition("' ")[2]
        reader.problem(f"{where}{key}", what, got=got, hint=hint)

    if table.runtime == "undeclared":
        if templating != "jinja2":
            what = 'is "undeclared", which only templates of Jinja2 can have'
            reader.problem(f"{where}runtime", what, hint='add templating = "jinja2"')
        return TemplateOptions(templating=templating, jinja=jinja, is_undeclared=True)
    runtime = read_declarations(table.runtime, problem)
    if runtime and table.templating is False:
        what = "needs a template, and 'templating' is false"
        reader.problem(f"{where}runtime", what, hint="delete one of the two")
    return TemplateOptions(templating=templating, jinja=jinja, runtime=runtime)


def _language(
    table: EntryTable,
) -> tuple[Literal["tera", "jinja2", False] | None, JinjaOptions]:
    """Return the language of an entry's templates, and the options of Jinja2."""
    given = table.templating
    if not isinstance(given, JinjaTable):
        return ("tera" if given is True else given), JINJA_DEFAULTS
    options = {each.name: getattr(given, each.name) for each in fields(JinjaOptions)}
    return "jinja2", JinjaOptions(**options)


def _refuse_options(
    reader: TableReader, section: str, table: AgpmEntryTable, where: str
) -> None:
    """Report options that have no effect on plain prompts."""
    for option in _OF_TOOLS if section == PLAIN else ():
        if getattr(table, option, None) is not None:
            hint = "a plain prompt is for the package's own code"
            reader.problem(f"{where}{option}", "has no effect", hint=hint)


def _same_but_for_case(
    reader: TableReader, section: str, listed: Mapping[str, object]
) -> None:
    seen: dict[str, str] = {}
    for alias in listed:
        other = seen.setdefault(alias.casefold(), alias)
        if other != alias:
            reader.problem(
                f"{section}.{quoted_key(alias)}",
                f"differs from '{other}' in case only",
                hint="some file systems would keep one of them; rename it",
            )
