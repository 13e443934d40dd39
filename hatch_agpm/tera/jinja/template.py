"""Templates of the second dialect: compile, render and locate errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.tera.failures import Failure
from hatch_agpm.tera.jinja.counting import CountingTransformer
from hatch_agpm.tera.limits import Account
from hatch_agpm.tera.positions import at_line, reported, running_line, traced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jinja2.runtime import Context

    from hatch_agpm.tera.jinja.environment import JinjaEnvironment

__all__ = ["JinjaTemplate"]


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
        try:
            for kind in (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends):
                for node in tree.find_all(kind):
                    what = "a template stands alone: there is nothing to load here"
                    raise at_line(TemplateError(what), self._source, node.lineno)
            return self._environment.from_string(CountingTransformer().visit(tree))
        except jinja2.TemplateSyntaxError as error:
            what = str(error.message)
            raise at_line(TemplateError(what), self._source, error.lineno) from None

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
        """Return what `render` does in pieces, each with the line that wrote it."""
        environment = self._environment
        outer, environment.account = environment.account, Account(environment.limits)
        try:
            pieces = self._compiled.root_render_func(self._scope(context))
            return list(traced(pieces, self._compiled))
        finally:
            environment.account = outer

    def _scope(self, context: Mapping[str, object]) -> Context:
        variables = {key: _sorted(context[key]) for key in sorted(context)}
        return self._compiled.new_context(variables)

    def _render(self, context: Mapping[str, object]) -> str:
        scope = self._scope(context)
        try:
            return "".join(self._pieces(scope))
        except (MemoryError, RecursionError):
            raise
        except Failure as failure:
            hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
            error = TemplateError(failure.what, got=failure.got, hint=hint)
            line = running_line(failure.__traceback__, self._compiled)
            raise at_line(error, self._source, line) from None
        except TemplateError as error:
            line = running_line(error.__traceback__, self._compiled)
            if error.line:
                raise error.called_at(line) from None
            raise at_line(error, self._source, line) from None
        except AgpmError:
            raise
        except Exception as error:  # noqa: BLE001 - Python's errors are Jinja2's
            what, _, hint = str(error).partition("; ")
            line = running_line(error.__traceback__, self._compiled)
            problem = TemplateError(what or type(error).__name__, hint=hint)
            raise at_line(problem, self._source, line) from None

    def _pieces(self, scope: Context) -> Iterator[str]:
        """Yield what is printed; text between tags is counted here."""
        length = 0
        for piece in self._compiled.root_render_func(scope):
            length += len(piece)
            self._environment.account.text(length)
            yield piece


def _sorted(value: object) -> object:
    """Return a value with the keys of its objects in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
