"""What the environment of templates asks of the second dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hatch_agpm.tera.jinja.environment import JinjaEnvironment
from hatch_agpm.tera.jinja.folding import JinjaConditions, fold
from hatch_agpm.tera.jinja.template import JinjaTemplate
from hatch_agpm.tera.jinja.uses import jinja_uses
from hatch_agpm.tera.positions import reported

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from hatch_agpm.model.declaration import JinjaOptions
    from hatch_agpm.tera.jinja_programs import JinjaFolded
    from hatch_agpm.tera.language import Filter
    from hatch_agpm.tera.limits import Limits
    from hatch_agpm.tera.uses import Use

__all__ = ["JinjaDialect"]


class JinjaDialect:
    """Parses templates of the second dialect; all share filters, limits and options."""

    def __init__(
        self, filters: Mapping[str, Filter], limits: Limits, options: JinjaOptions
    ) -> None:
        self._environment: Final = JinjaEnvironment(filters, limits, options)

    def template(self, source: str) -> JinjaTemplate:
        """Return the template of a text; raise TemplateError."""
        return JinjaTemplate(source, self._environment)

    def fold(
        self,
        source: str,
        context: Mapping[str, object],
        names: Collection[str] | None,
        *,
        line_of: Callable[[int], int],
        fields: Collection[str] | None,
    ) -> JinjaFolded:
        """
        Return what is left of a template, without the variables `names`.

        None stands for all names that the build does not know.  `fields` are those of
        declared records, None if variables may be objects.  Raise TemplateError.
        """
        environment = self._environment
        # Compiling it finds errors that folding does not look for.
        JinjaTemplate(source, environment)
        conditions = JinjaConditions(environment, source, line_of, fields)
        with reported(source):
            return fold(environment.tree(source), context, names, conditions)

    def uses(self, source: str, names: Collection[str]) -> Iterator[Use]:
        """Yield where a text uses any of `names`; raise TemplateError."""
        with reported(source):
            yield from jinja_uses(source, self._environment.tree(source), names)
