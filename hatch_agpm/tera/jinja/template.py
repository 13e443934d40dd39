"""Templates of the second dialect: compile, render and locate errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.runtime._tera.failures import Failure
from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.tera.jinja.counting import CountingTransformer
from hatch_agpm.tera.positions import at_line, reported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from jinja2.runtime import Context

    from hatch_agpm.tera.jinja.environment import JinjaEnvironment

__all__ = ["JinjaTemplate"]


_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")
"""What another build would not have in its error."""


class JinjaTemplate:
    """One source text in the second dialect, compiled."""

    def __init__(self, source: str, environment: JinjaEnvironment) -> None:
        self._source: Final = source
        self._environment: Final = environment
        with reported(source):
            environment.check_source(source)
            self._compiled: Final = self._compile()

    def _compile(self) -> jinja2.Template:
        tree = self._environment.tree(self._source)
        for kind in (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends):
            for node in tree.find_all(kind):
                what = "a template cannot load another"
                raise at_line(TemplateError(what), self._source, node.lineno)
        counted = CountingTransformer().visit(tree)
        return self._environment.compiled(counted, self._source)

    def render(self, context: Mapping[str, object]) -> str:
        """Return the text for the variables of `context`; raise TemplateError."""
        environment = self._environment
        outer, environment.account = environment.account, Account(environment.limits)
        try:
            with reported(self._source):
                return self._render(context)
        finally:
            environment.account = outer

    def trace(self, context: Mapping[str, object]) -> list[tuple[int, str]]:
        """Return the text of `render` in pieces, each with the line that wrote it."""
        environment = self._environment
        outer, environment.account = environment.account, Account(environment.limits)
        try:
            pieces = self._compiled.root_render_func(self._scope(context))
            return list(_traced(pieces, self._compiled))
        finally:
            environment.account = outer

    def _scope(self, context: Mapping[str, object]) -> Context:
        return self._compiled.new_context(dict(context))

    def _render(self, context: Mapping[str, object]) -> str:
        scope = self._scope(context)
        try:
            return "".join(self._pieces(scope))
        except (MemoryError, RecursionError):
            raise
        except Failure as failure:
            hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
            error = TemplateError(failure.what, got=failure.got, hint=hint)
            line = _running_line(failure.__traceback__, self._compiled)
            raise at_line(error, self._source, line) from None
        except TemplateError as error:
            line = _running_line(error.__traceback__, self._compiled)
            if error.line:
                raise error.called_at(line) from None
            raise at_line(error, self._source, line) from None
        except AgpmError:
            raise
        except Exception as error:  # noqa: BLE001 - Python's errors are Jinja2's
            what, _, hint = _ADDRESS.sub("", str(error)).partition("; ")
            line = _running_line(error.__traceback__, self._compiled)
            problem = TemplateError(what or type(error).__name__, hint=hint)
            if isinstance(error, jinja2.UndefinedError):
                problem = problem.with_others(self._also_undefined(what, scope))
            raise at_line(problem, self._source, line) from None

    def _also_undefined(self, first: str, scope: Context) -> list[TemplateError]:
        """Return errors for further variables that are printed whatever happens."""
        tree = self._environment.tree(self._source)
        # `meta.find_undeclared_variables` would evaluate constants.
        known = {each.name for each in tree.find_all(nodes.Macro)} | {*scope.get_all()}
        for name in tree.find_all(nodes.Name):
            known |= {name.name} if name.ctx != "load" else set()
        lines: dict[str, int] = {}
        for output in tree.body:
            for part in output.nodes if isinstance(output, nodes.Output) else ():
                if isinstance(part, nodes.Name) and part.name not in known:
                    lines.setdefault(f"'{part.name}' is undefined", part.lineno)
        lines.pop(first, None)
        errors = ((TemplateError(what), line) for what, line in lines.items())
        return [at_line(error, self._source, line) for error, line in errors]

    def _pieces(self, scope: Context) -> Iterator[str]:
        """Yield the pieces that are printed; text between tags is counted here."""
        length = 0
        for piece in self._compiled.root_render_func(scope):
            length += len(piece)
            self._environment.account.text(length)
            yield piece


def _running_line(traceback: TracebackType | None, template: jinja2.Template) -> int:
    """Return the line of the template where an error was raised, 0 if unknown."""
    line = 0
    while traceback is not None:
        namespace = traceback.tb_frame.f_globals
        if namespace.get("environment") is template.environment:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def _traced(
    pieces: Iterator[str], template: jinja2.Template
) -> Iterator[tuple[int, str]]:
    """Yield the texts that a compiled template writes, each with its line."""
    for piece in pieces:
        # Jinja2 gives a plain iterator instead of a generator for empty templates.
        frame = getattr(pieces, "gi_frame", None)
        line = frame.f_lineno if frame else 0
        yield template.get_corresponding_lineno(line), piece
