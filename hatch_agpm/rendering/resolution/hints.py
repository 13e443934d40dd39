"""Hints for undefined variables, with the tables and keys of a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import AgpmError, ProblemsError, TemplateError
from hatch_agpm.runtime._tera.failures import AS_TEXT, NOT_A_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["in_frontmatter", "with_declaration"]

_UNDEFINED: Final = re.compile(r"'(.+)' is undefined")
_NO_PROJECT: Final = "there is no key 'project'"
"""The error of Jinja2 for `agpm.project.name` without `agpm.project`."""

_DEPENDENCY: Final = re.compile(
    r"""agpm\.deps(?:\.|\[["'])(?P<type>[\w-]+)(?:["']\])?(?:\.(?P<key>\w+))?.*"""
)
_PROJECT: Final = re.compile(r"(?:agpm\.)?project(?:\.(\w+).*)?")
_CONTEXT: Final = frozenset(("agpm", "project", "loop", "self"))
"""First names of variables that are never declared."""

_IS_TEMPLATE: Final = re.compile(
    r"\b(?:runtime[ \t]*:|templating[ \t]*:(?![ \t]*false))"
)


def in_frontmatter(error: AgpmError, frontmatter: str) -> AgpmError:
    """Return an error of rendering frontmatter with a hint, if it has none."""
    if isinstance(error, ProblemsError):
        return ProblemsError(
            [in_frontmatter(each, frontmatter) for each in error.problems]
        )
    path = _undefined(error)
    if not path or not isinstance(error, TemplateError) or error.hint:
        return error
    if not _IS_TEMPLATE.search(frontmatter):
        hint = f"frontmatter is rendered in every file: {AS_TEXT}"
    elif re.split(r"\W", path)[0] in _CONTEXT:
        hint = ""
    else:
        hint = "set it in template_vars: run-time variables have no value here"
    return error.with_hint(hint)


def with_declaration(
    error: AgpmError, *, left_out: Collection[str], table: str
) -> AgpmError:
    """
    Add a hint for declaring what a template uses without a declaration.

    `left_out` are the keys of the project's metadata that templates do not have,
    `table` is the table that sets keys of `agpm.project`.
    """
    if isinstance(error, ProblemsError):
        problems = [
            with_declaration(each, left_out=left_out, table=table)
            for each in error.problems
        ]
        return ProblemsError(problems)
    path = _undefined(error)
    if not path or not isinstance(error, TemplateError):
        return error
    project = _PROJECT.fullmatch(path)
    if project and left_out and project[1] in (None, *left_out):
        what = "write 'metadata = true' in [tool.hatch-agpm]"
        return error.with_hint(f"{what}: templates see the project's metadata then")
    if error.hint not in {"", NOT_A_VARIABLE}:
        return error
    hints = [_declare(path, table, in_markdown=error.path.endswith(".md")), error.hint]
    return error.with_hint("; ".join(filter(None, hints)))


def _undefined(error: AgpmError) -> str:
    """Return the name of the undefined variable, "" for another error."""
    if not isinstance(error, TemplateError):
        return ""
    found = _UNDEFINED.fullmatch(error.what)
    return found[1] if found else "project" if error.what == _NO_PROJECT else ""


def _declare(path: str, table: str, *, in_markdown: bool) -> str:
    """Return the hint for declaring a variable, "" if it cannot be declared."""
    dependency = _DEPENDENCY.fullmatch(path)
    project = _PROJECT.fullmatch(path)
    root, *more = re.findall(r"[A-Za-z_]\w*", path) or [path]
    if dependency:
        type_, key = dependency["type"], dependency["key"]
        hint = f"declare it in the frontmatter: agpm.dependencies.{type_}"
        if key is not None:
            file = key.replace("_", "-")
            hint += f" with the path of a file '{file}', or with name: {key}"
        return hint
    if project:
        return f"set '{project[1]}' in {table}" if project[1] else ""
    if root in _CONTEXT:
        return ""
    hint = f"set '{root}' in template_vars"
    if not in_markdown:
        return hint
    name = "_".join([root, *more])
    hint += (
        ", or declare a run-time variable in agpm.runtime"
        f" ('runtime: {{{name}: str}}' below 'agpm:')"
    )
    return f"{hint} and write {{{{ {name} }}}}" if name != path else hint
