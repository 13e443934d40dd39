"""What is left of a template of Jinja2 gives the text of the whole template."""

import json
import os
import random
from collections import Counter

import pytest
from jinja_grammar import case

from hatch_agpm.runtime._jinja.limits import Budget, RunError
from hatch_agpm.runtime._jinja.program import JinjaProgram
from hatch_agpm.tera import TemplateError, TeraEnvironment

SEED = int(os.environ.get("JINJA_FUZZ_SEED", "0"))
LATER = "for run time"
ENVIRONMENT = TeraEnvironment()


def folded(source, names, context):
    known = {name: value for name, value in context.items() if name not in names}
    return ENVIRONMENT.jinja().fold(
        source, known, names, line_of=lambda line: line, fields=()
    )


def filled(left, names, context):
    """Run what is left, as JSON has it; return None where it fails."""
    data = json.loads(json.dumps({**left.program, "file": "x"}))
    values = {name: context[name] for name in names if name in context}
    try:
        return JinjaProgram(data).run(values, Budget())
    except (RunError, RecursionError):
        return None


def rendered(source, context):
    try:
        return ENVIRONMENT.template(source, dialect="jinja2").render(context)
    except TemplateError:
        return None


def compare(seeds):
    counts = Counter()
    for seed in seeds:
        chance = random.Random(seed)
        source, context = case(seed)
        share = chance.choice([0.2, 0.5, 1])
        names = [name for name in context if chance.random() < share]
        expected = rendered(source, context)
        if expected and " at 0x" in expected:
            continue
        try:
            left = folded(source, names, context)
        except TemplateError as error:
            if expected is not None and LATER not in error.what:
                raise
            counts["refused"] += expected is not None
            continue
        assert filled(left, names, context) == expected, (seed, source)
        counts["same"] += expected is not None
        counts["left"] += not all(isinstance(s, str) for s in left.program["body"])
    return counts


def test_random_templates_filled_are_those_rendered():
    counts = compare(range(SEED, SEED + 100))
    assert counts["same"] > 40
    assert counts["left"] > 30


@pytest.mark.slow
def test_many_random_templates_filled_are_those_rendered():
    examples = int(os.environ.get("JINJA_FUZZ_EXAMPLES", "5000"))
    counts = compare(range(SEED, SEED + examples))
    print(dict(counts))  # noqa: T201 - the share that is refused
    assert counts["same"] > examples / 3
    assert counts["refused"] < counts["same"] / 20


# --- what is left ---------------------------------------------------------------------


def body(source, names, **context):
    return folded(source, names, context).program["body"]


def test_branches_on_known_values_disappear():
    source = "{% if a %}x{{ u }}{% elif u %}y{% else %}z{% endif %}"
    u = ["print", ["variable", "u"], 1]

    assert body(source, ["u"], a=True) == ["x", u]
    assert body(source, ["u"], a=False) == [
        ["if", [[["variable", "u"], ["y"]]], ["z"], 1]
    ]


def test_a_loop_over_known_values_is_unrolled_where_that_is_not_larger():
    u = ["print", ["variable", "u"], 1]
    row = (
        "{% for k, v in m.items() if v %}{{ loop.index }}{{ k }}{{ u }}"
        "{% if not loop.last %}, {% endif %}{% else %}none{{ u }}{% endfor %}"
    )

    assert body(row, ["u"], m={"a": 1, "b": 0, "c": 2}) == ["1a", u, ", 2c", u]
    assert body(row, ["u"], m={"a": 0}) == ["none", u]
    large = body("{% for x in range(99) %}{{ x }}{{ u }}{% endfor %}", ["u"])
    assert [statement[0] for statement in large] == ["for"]
    local = "{% for x in [1, 2] %}{% set y = x + 1 %}{{ y ~ u }}{% endfor %}"
    assert [statement[1][1] for statement in body(local, ["u"])] == [2, 3]


@pytest.mark.parametrize(
    "inside",
    [
        "{% if u == x %}{% break %}{% endif %}",
        "{% if u %}{% set y = 1 %}{% endif %}{{ y is defined }}",
        "{{ loop.changed(u) }}",
        "{% macro f() %}{{ x }}{{ u }}{% endmacro %}{{ f() }}",
    ],
)
def test_a_loop_stays_if_a_turn_leaves_more_than_text(inside):
    (statement,) = body(f"{{% for x in [1, 2] %}}{inside}{{% endfor %}}", ["u"])
    assert statement[0] == "for"


def test_a_macro_that_reads_nothing_open_is_called_where_its_arguments_are_known():
    u = ["print", ["variable", "u"], 1]
    macros = (
        "{% set x = 1 %}{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}"
        "{% endmacro %}{% macro g(a, b=k) %}<{{ a }}{{ b }}{{ x }}{{ f(2) }}>"
        "{% endmacro %}"
    )

    assert body(macros + "{{ g('a') }}{{ g(b='b', a=1) }}{{ u }}", ["u"], k="k") == [
        "<ak1210><1b1210>",
        u,
    ]
    left = body(macros + "{{ g(u) }}{{ g(1) }}", ["u"], k="k")
    assert [each if isinstance(each, str) else each[0] for each in left] == [
        *("set", "macro", "macro", "print"),
        "<1k1210>",
    ]


def test_what_is_known_is_one_text():
    source = (
        "{% set x = a ~ '!' %}{% for i in [1, 2] %}{{ x }}{{ loop.index }}{% endfor %}"
        "{% filter upper %}b{% endfilter %}{% with y = x %}{{ y }}{% endwith %}"
    )
    assert body(source, ["u"], a="a") == ["a!1a!2Ba!"]


@pytest.mark.parametrize(
    "source",
    [
        "{% set x = 1 %}{% if u %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% set x = 1 %}{% for i in l %}{% set x = i %}{{ x }}{% endfor %}{{ x }}",
        "{% for i in l %}{{ x }}{% endfor %}{% set x = 1 %}",
        "{% for x in l %}{{ x }}{% endfor %}{{ x is defined }}",
        "{% macro f() %}{{ x }}{% endmacro %}{% set x = u %}{{ f() }}{% set x = 2 %}"
        "{{ f() }}",
        "{% macro f() %}{{ k }}{% endmacro %}{{ f() }}{% set k = 1 %}{{ f() }}",
        "{% if u %}{% set k = 1 %}{% elif n %}{% set k = 2 %}{% endif %}{{ k }}",
        "{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}"
        "{% endfor %}{{ ns.x }}",
        "{% for i in l %}{% if u %}{% continue %}{% endif %}{{ i }}{% else %}e"
        "{% endfor %}",
        "{% for i in l %}{% filter upper %}a{% if u %}{% break %}{% endif %}b"
        "{% endfilter %}{% endfor %}",
        "{% for i in l recursive %}{{ i }}{% if loop.depth < n %}{{ loop([k]) }}"
        "{% endif %}{% endfor %}",
        "{% for a, b in m.items() if a != k %}{{ loop.previtem }}{{ b }}{% endfor %}",
        "{% set x = m %}{% block q %}{{ x.a }}{{ u }}{% endblock %}",
        "{% for i in l %}{% block q scoped %}{{ i }}{{ k }}{% endblock %}{% endfor %}",
        "{% macro f(a, b=a) %}{{ a }}{{ b }}{{ caller() }}{% endmacro %}"
        "{% call f(u) %}{{ k }}{% endcall %}",
        "{{ (u if n) }}|{{ (u if n > 9) }}|{{ (u if n > 9) is defined }}",
        "{{ [u|e, k] }}{{ u|tojson + '<' }}{{ m|tojson }}",
        "{{ k }}{% for i in [1, 2] %}{% set x | replace(k, 1) %}a{% endset %}{{ x }}"
        "{% endfor %}{{ u }}",
        "{% with a = u, b = k %}{% set a = b %}{{ a }}{% endwith %}{{ a is defined }}",
    ],
)
@pytest.mark.parametrize("names", [["u"], ["l"], ["m"], ["k", "n"], ["u", "l", "m"]])
@pytest.mark.parametrize("u", ["", "<y>"])
def test_names_mean_what_they_mean_in_the_whole_template(source, names, u):
    context = {"u": u, "l": [3, 4], "m": {"a": 1, "b": 2}, "k": "a", "n": 3}
    try:
        left = folded(source, names, context)
    except TemplateError:
        assert rendered(source, context) is None
    else:
        assert filled(left, names, context) == rendered(source, context)


def test_an_error_in_a_branch_that_may_not_run_is_left():
    left = folded("{% if u %}\n{{ nope }}{% endif %}", ["u"], {})

    assert left.later == ((2, "'nope' is undefined"),)
    assert filled(left, ["u"], {"u": ""}) == ""
    assert filled(left, ["u"], {"u": "x"}) is None


def test_only_variables_that_are_left_are_read():
    left = folded("{% if 1 > 2 %}{{ a }}{% endif %}{{ b }}", ["a", "b"], {})
    assert left.reads == {"b"}


@pytest.mark.parametrize(
    "source",
    [
        "{{ u.format(1) }}",
        "{{ [u] | map(u) }}",
        "{{ [u] | map(*u) | list }}",
        "{{ u is filter }}",
        "{% block b %}{{ u }}{% endblock %}{{ self.b() }}",
        "{{ 1e999 + u }}",
        "{% if a %}{{ u | content }}{% endif %}",
    ],
)
def test_what_cannot_be_left_is_an_error(source):
    environment = TeraEnvironment(filters={"content": lambda value, _: value})
    with pytest.raises(TemplateError, match=LATER):
        environment.jinja().fold(
            source, {"a": 1}, ["u"], line_of=lambda line: line, fields=()
        )


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * n }}",
        "{{ 10 ** n }}",
        "{{ [0] * n }}",
        "{{ u.__class__ }}",
        "{{ u['__class__'] }}",
        "{{ u.zfill(9) }}",
        "{{ u.upper }}",
        "{{ [u.upper] }}",
        "{{ u ~ l.index }}",
        "{{ range(n) }}",
        "{{ l|map('upper') }}",
        "{{ u|center(n) }}",
        "{{ '%*d'|format(n, 1) }}",
        "{{ u.replace('a', u * 20000).replace('a', u * 20000) }}",
        "{% for i in range(99999) %}{% for j in range(n) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}{{ u }}",
        "{% for x in l recursive %}{{ loop(l) }}{{ loop(l) }}{% endfor %}",
        "{% set ns = namespace(a=u) %}{% for i in range(60) %}{% set ns.a = "
        "ns.a ~ ns.a %}{% endfor %}",
        "{% set ns = namespace(a=u) %}{% for i in range(60) %}{% set ns.a = "
        "[ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=u) %}{% for i in range(999) %}{% set ns.a = "
        "{'a': ns.a} %}{% endfor %}{{ ns.a }}",
        "{% for i in range(99999) %}{{ u }}" + "x" * 10_000 + "{% endfor %}",
        "{{ u|batch(99999999, 1)|list }}",
        "{{ u|indent(n) }}",
        "{{ 1|round(n) }}",
        "{{ ns._set }}",
        "{{ namespace(a=u)._public }}",
    ],
)
def test_hostile_templates_end_in_an_error(source):
    context = {"u": "aaaa", "n": 10**9, "l": [1, 2]}
    left = folded("{% if n %}" + source + "{% endif %}", ["u", "n", "l"], context)
    assert filled(left, ["u", "n", "l"], context) is None
