"""
Parse, cache and render templates of both dialects within limits.

The package of the second dialect, and with it Jinja2, is imported for the first
template that asks for it.
"""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from hatch_agpm.model.declaration import JINJA_DEFAULTS, JinjaOptions
from hatch_agpm.runtime._tera.failures import Refusal, Undefined
from hatch_agpm.runtime._tera.limits import Account
from hatch_agpm.runtime._tera.program import Program
from hatch_agpm.runtime._tera.scope import Scope
from hatch_agpm.tera.compiler import compiled
from hatch_agpm.tera.folding import Conditions, Folded, fold
from hatch_agpm.tera.language import BuildLanguage, Settings
from hatch_agpm.tera.limits import DEFAULT_LIMITS, Limits
from hatch_agpm.tera.parser import parse
from hatch_agpm.tera.parser.tree import TemplateTree
from hatch_agpm.tera.parser.whitespace import trimmed
from hatch_agpm.tera.positions import position, reported
from hatch_agpm.tera.tracing import traced
from hatch_agpm.tera.undefined import further_undefined
from hatch_agpm.tera.uses import tera_uses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from hatch_agpm.tera.jinja import JinjaDialect
    from hatch_agpm.tera.language import Filter
    from hatch_agpm.tera.uses import Use

__all__ = ["Dialect", "Template", "TeraEnvironment", "render"]

Dialect: TypeAlias = Literal["tera", "jinja2"]

_TAG_COST: Final = 2_000
_OVERHEAD: Final = 100
"""The most bytes that a text takes beside its characters."""

_TRIMS: Final = ("{{-", "-}}", "{%-", "-%}", "{#-", "-#}")
_NO_FILTERS: Final[Mapping[str, Filter]] = MappingProxyType({})


def render(
    source: str,
    context: Mapping[str, object],
    *,
    limits: Limits = DEFAULT_LIMITS,
    env: Collection[str] = (),
) -> str:
    """
    Return `source`, rendered as Tera does with the variables of `context`.

    `env` names the variables of the process that `get_env` may read.  Raise
    TemplateError, with line and column in `source`, for whatever is wrong.
    """
    return TeraEnvironment(limits=limits, env=env).template(source).render(context)


class Template:
    """A template that is parsed and can be rendered any number of times."""

    def __init__(
        self,
        render_with: Callable[[Mapping[str, object]], str],
        trace_with: Callable[[Mapping[str, object]], Iterable[tuple[int, str]]],
    ) -> None:
        self._render_with: Final = render_with
        self._trace_with: Final = trace_with

    def render(self, context: Mapping[str, object]) -> str:
        """Return the text for the variables of `context`; raise TemplateError."""
        return self._render_with(context)

    def trace(self, context: Mapping[str, object]) -> list[tuple[int, str]]:
        """
        Return the text in pieces, each with the line of the source that wrote it.

        The output of a filter section has the line where the section begins; 0 is an
        unknown line.  Raise TemplateError.
        """
        return list(self._trace_with(context))


class TeraEnvironment:
    """
    Parses and caches templates and renders them with its filters and limits.

    `filters` are additional filters that take the value and the arguments by name.
    They may raise any AgpmError, which passes unchanged; a TemplateError without a
    line gets the position of the filter, any other error its `call_line`.
    `env` names the variables of `environ`, by default the process's, that `get_env`
    may read.
    """

    def __init__(
        self,
        *,
        filters: Mapping[str, Filter] = _NO_FILTERS,
        limits: Limits = DEFAULT_LIMITS,
        env: Collection[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        self._limits: Final = limits
        self._filters: Final = filters
        self._tera: Final = Settings(
            filters=filters, limits=limits, names=frozenset(env), environ=environ
        )
        self._templates: Final[dict[tuple[str, Dialect, JinjaOptions], Template]] = {}
        self._dialects: Final[dict[JinjaOptions, JinjaDialect]] = {}

    def template(
        self,
        source: str,
        *,
        dialect: Dialect = "tera",
        options: JinjaOptions = JINJA_DEFAULTS,
    ) -> Template:
        """
        Return the template of a text, parsed once; raise TemplateError.

        `options` are those of Jinja2.
        """
        key = source, dialect, options
        if key not in self._templates:
            self._templates[key] = self._parsed(source, dialect, options)
        return self._templates[key]

    def _parsed(self, source: str, dialect: Dialect, options: JinjaOptions) -> Template:
        if not any(opening in source for opening in ("{{", "{%", "{#")):
            text = source if dialect == "tera" else _without_tags(source, options)
            return Template(lambda _: text, lambda _: [(1, text)])
        if dialect == "tera":
            tera = _TeraTemplate(source, self._tera)
            return Template(tera.render, tera.trace)
        jinja = self.jinja(options).template(source)
        return Template(jinja.render, jinja.trace)

    def fold(
        self,
        source: str,
        context: Mapping[str, object],
        names: Collection[str],
        *,
        line_of: Callable[[int], int],
    ) -> Folded:
        """
        Return what is left of a template of Tera, without the variables `names`.

        `line_of` converts a line of `source` to the one that errors have at run time.
        Raise TemplateError, also for what cannot be left for run time.
        """
        template = _TeraTemplate(source, self._tera)
        return template.fold(context, names, line_of)

    def uses(
        self,
        source: str,
        names: Collection[str],
        *,
        dialect: Dialect = "tera",
        options: JinjaOptions = JINJA_DEFAULTS,
    ) -> tuple[Use, ...]:
        """Return where a text uses any of `names`; raise TemplateError."""
        if dialect == "jinja2":
            return tuple(self.jinja(options).uses(source, names))
        with reported(source):
            return tuple(tera_uses(source, _tree(source, self._tera), names))

    def jinja(self, options: JinjaOptions = JINJA_DEFAULTS) -> JinjaDialect:
        """Return the second dialect, which can fold templates."""
        if options not in self._dialects:
            from hatch_agpm.tera.jinja import JinjaDialect  # noqa: PLC0415 - Jinja2 is rare

            dialect = JinjaDialect(self._filters, self._limits, options)
            self._dialects[options] = dialect
        return self._dialects[options]


def _without_tags(source: str, options: JinjaOptions) -> str:
    """Return what Jinja2 gives for a text without tags."""
    text = re.sub("\r\n?", "\n", source)
    return text if options.keep_trailing_newline else text.removesuffix("\n")


def _tree(source: str, settings: Settings) -> TemplateTree:
    """Parse a template within the limits."""
    limits = settings.limits
    # A character takes up to four bytes.
    length = max(len(source), sys.getsizeof(source, 0) - _OVERHEAD)
    size = (limits.source - length) // _TAG_COST
    return parse(source, depth=limits.depth, size=size)


class _TeraTemplate:
    """One source text, compiled."""

    def __init__(
        self, source: str, settings: Settings, tree: TemplateTree | None = None
    ) -> None:
        self._source: Final = source
        self._settings: Final = settings
        with reported(source):
            tree = tree or _tree(source, settings)
            if any(mark in source for mark in _TRIMS):
                tree = TemplateTree(nodes=trimmed(tree.nodes))
            self._compiled: Final = compiled(tree)
            self._program: Final = Program(self._compiled)
        self._language: Final = BuildLanguage(source, settings)

    def trace(self, context: Mapping[str, object]) -> Iterator[tuple[int, str]]:
        """Yield the pieces of the text, each with its line, 0 for an unknown one."""
        with reported(self._source):
            pieces = self._traced(context)
        for at, piece in pieces:
            # The first text of a branch has no position.
            yield (position(self._source, at)[0] if at else 0), piece

    def _place_of_excess(self, context: Mapping[str, object]) -> int:
        """Return the offset of the tag with which the text gets too long, or -1."""
        length = 0
        for at, piece in self._traced(context):
            length += len(piece)
            if length > self._settings.limits.output:
                return at
        return -1

    def _traced(self, context: Mapping[str, object]) -> list[tuple[int, str]]:
        limits = self._settings.limits
        return traced(self._compiled, context, self._language, limits)

    def render(self, context: Mapping[str, object]) -> str:
        with reported(self._source):
            account = Account(self._settings.limits)
            try:
                return self.run(context, account)
            except Undefined as failure:
                tree = _tree(self._source, self._settings)
                # All together may use what one render may.
                run_again = partial(self._run_again, context, account)
                failure.others = further_undefined(tree, failure, run_again)
                raise
            except Refusal as failure:
                if failure.at < 0:
                    failure.at = self._place_of_excess(context)
                raise

    def fold(
        self,
        context: Mapping[str, object],
        names: Collection[str],
        line_of: Callable[[int], int],
    ) -> Folded:
        conditions = Conditions(
            language=self._language,
            limits=self._settings.limits,
            line_of=lambda at: line_of(position(self._source, max(at, 0))[0]),
        )
        with reported(self._source):
            return fold(self._compiled, context, names, conditions)

    def run(self, context: Mapping[str, object], account: Account) -> str:
        """Return the text; raise Failure."""
        return self._program.run_in(Scope(context, account, self._language))

    def _run_again(
        self, context: Mapping[str, object], account: Account, tree: TemplateTree
    ) -> None:
        _TeraTemplate(self._source, self._settings, tree).run(context, account)
