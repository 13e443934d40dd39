"""Templates of both languages: rendered, or folded with names of run-time variables."""

import json
from pathlib import Path

from jinja_grammar import case
from mutations import mutate_text

from hatch_agpm.tera import TemplateError, TeraEnvironment

DATA = Path(__file__).parents[2] / "data"
CONTEXT = {
    **json.loads((DATA / "tera_context.json").read_text("utf-8")),
    "ten": list(range(10)),
    "rows": {f"k{i}": {f"j{j}": 1 for j in range(30)} for i in range(100)},
}
NAMES = ("name", "list", "user", "t", "n", "users", "item")
LOOPS = [
    "{% for i in range(end=99999) %}{{ i }}{% endfor %}",
    "{% for i in range(end=300) %}{% for j in ten %}x{% endfor %}{% endfor %}",
    "{% macro m(a) %}{{ self::m(a=a) }}{% endmacro %}{{ self::m(a=1) }}",
    "{% for k, v in rows %}{{ v | length }}{{ rows | json_encode }}{% endfor %}",
    "{% set_global a = 'ab' %}{% for i in ten %}{% set_global a = a ~ a %}{% endfor %}",
    "{{ name | replace(from='o', to='oooo') | truncate(length=3) | title }}",
    "{{ name is matching('(a+)+$') }}{{ strs | join(sep=',') | split(pat=',') }}",
    "{{ 1710070496 | date(format='%Y %B', timezone='Europe/Berlin') }}",
]


def tera(scratch):
    """Return what tries a template of Tera."""
    del scratch
    lines = (DATA / "tera_cases.jsonl").read_text("utf-8").splitlines()
    corpus = [json.loads(line)["template"] for line in lines] + LOOPS * 20

    def attempt(chance):
        text = mutate_text(chance.choice(corpus), corpus, chance)
        environment = TeraEnvironment()
        try:
            if chance.random() < 0.3:
                environment.fold(text, CONTEXT, NAMES, line_of=abs)
            else:
                environment.template(text).render(CONTEXT)
        except TemplateError as error:
            if "memory" in error.what:
                # It is bounded by counting, before it ends.
                raise MemoryError from error
            return not str(error)
        return True

    return attempt


def jinja2(scratch):
    """Return what tries a template of Jinja2."""
    del scratch
    cases = [case(number) for number in range(400)]
    corpus = [template for template, _ in cases]

    def attempt(chance):
        template, values = chance.choice(cases)
        text = mutate_text(template, corpus, chance)
        environment = TeraEnvironment()
        dialect = environment.jinja()
        try:
            if chance.random() < 0.3:
                names = [*values][: chance.randrange(9)]
                dialect.fold(text, values, names, line_of=abs, fields=())
            else:
                environment.template(text, dialect="jinja2").render(values)
        except TemplateError as error:
            return not str(error)
        return True

    return attempt
