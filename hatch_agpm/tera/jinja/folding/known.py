"""Evaluates what is known at build time, by the environment that renders templates."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes

from hatch_agpm.errors import AgpmError, TemplateError
from hatch_agpm.runtime._tera.failures import Failure
from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.tera.jinja.counting import CountingTransformer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2.runtime import Context

    from hatch_agpm.tera.jinja.environment import JinjaEnvironment

__all__ = ["EvaluationError", "Evaluator", "NotAloneError"]

_RESULT: Final = "result"


class EvaluationError(Exception):
    """The template fails; `error` says why, without a line."""

    def __init__(self, error: AgpmError) -> None:
        super().__init__(error)
        self.error = error


class NotAloneError(ValueError):
    """A part of a template cannot be compiled without the rest."""


class Evaluator:
    """Runs parts of a template."""

    def __init__(self, environment: JinjaEnvironment) -> None:
        self._environment: Final = environment

    def value(self, node: nodes.Expr, values: Mapping[str, object]) -> object:
        """Return the value of an expression; raise EvaluationError, NotAloneError."""
        target = nodes.Name(_RESULT, "store", lineno=node.lineno)
        assignment = nodes.Assign(target, node, lineno=node.lineno)
        return self.defined(assignment, _RESULT, values)

    def defined(
        self, node: nodes.Node, name: str, values: Mapping[str, object]
    ) -> object:
        """Return what a statement defines; raise EvaluationError, NotAloneError."""
        scope, _ = self._run([node], values)
        return scope.vars[name]

    def text(self, body: Sequence[nodes.Node], values: Mapping[str, object]) -> str:
        """Return the text of statements; raise EvaluationError, NotAloneError."""
        _, text = self._run(body, values)
        return text

    def _compiled(self, tree: nodes.Template) -> jinja2.Template:
        """Compile a part of a template; raise NotAloneError."""
        try:
            return self._environment.from_string(tree)
        except AssertionError as error:
            # Jinja2 does not look for names in the filters of `set` with a body.
            raise NotAloneError(str(error)) from None

    def _run(
        self, body: Sequence[nodes.Node], values: Mapping[str, object]
    ) -> tuple[Context, str]:
        environment = self._environment
        outer, environment.account = environment.account, Account(environment.limits)
        try:
            # Compiling changes the nodes, but must not copy the environment.
            memo = {id(environment): environment}
            tree = nodes.Template(copy.deepcopy(list(body), memo), lineno=1)
            tree.set_environment(environment)
            template = self._compiled(CountingTransformer().visit(tree))
            scope = template.new_context(dict(values))
            return scope, "".join(template.root_render_func(scope))
        except (MemoryError, NotAloneError):
            raise
        except RecursionError:
            # A macro that calls itself without end, perhaps where nothing calls it.
            hint = "does something contain itself?"
            raise EvaluationError(
                TemplateError("nests too deeply", hint=hint)
            ) from None
        except Failure as failure:
            hint = failure.hint if isinstance(failure.hint, str) else failure.hint()
            error = TemplateError(failure.what, got=failure.got, hint=hint)
            raise EvaluationError(error) from None
        except AgpmError as error:
            raise EvaluationError(error) from None
        except Exception as error:
            is_syntax = isinstance(error, jinja2.TemplateSyntaxError)
            text = str(error.message) if is_syntax else str(error)  # type: ignore[attr-defined]
            what, _, hint = text.partition("; ")
            problem = TemplateError(what or type(error).__name__, hint=hint)
            raise EvaluationError(problem) from None
        finally:
            environment.account = outer
