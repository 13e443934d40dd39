"""Fill in the run-time variables of a rendered prompt, for `render --set`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hatch_agpm.errors import ConfigError, raise_problems
from hatch_agpm.model.runtime import kind_data
from hatch_agpm.runtime._jinja.template import JinjaProgramTemplate
from hatch_agpm.runtime._tera.template import ProgramTemplate
from hatch_agpm.runtime._variables import FillError, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hatch_agpm.model.rendering import RenderedResource

__all__ = ["filled_document"]


def filled_document(resource: RenderedResource, settings: Sequence[str]) -> bytes:
    """
    Return the document of a resource with values, each written as `NAME=JSON`.

    What is not JSON is a text.  Raises ConfigError for wrong values, and for values for
    which the template fails.
    """
    if isinstance(resource.text, bytes):
        raise ConfigError("--set", "cannot fill in what is not text")
    template = _template(resource, resource.document)
    given = dict(map(_setting, settings))
    values, problems, _ = template.variables.checked(given)
    raise_problems([ConfigError("--set", problem) for problem in problems])
    head = resource.document[: resource.body]
    try:
        return head + template.fill(values).encode()
    except FillError as error:
        raise ConfigError("--set", f"gives values that fail: {error}") from None


def _template(
    resource: RenderedResource, document: bytes
) -> PromptTemplate | ProgramTemplate | JinjaProgramTemplate:
    variables = [
        (each.name, kind_data(each.kind), each.default, each.spans)
        for each in resource.runtime
    ]
    if resource.program:
        kind = ProgramTemplate if resource.dialect == "tera" else JinjaProgramTemplate
        return kind(json.loads(resource.program), variables)
    head, text = document[: resource.body], document[resource.body :].decode()
    spans = resource.embedded_spans
    return PromptTemplate(head, text, variables, resource.dialect, spans)


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError("--set", f"needs NAME=VALUE, got '{text}'")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
