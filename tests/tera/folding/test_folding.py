"""What is left of a template gives, for any values, the text of the whole template."""

import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from grammar import templates
from hypothesis import HealthCheck, Phase, given, seed, settings

from hatch_agpm.runtime._tera.failures import Failure
from hatch_agpm.runtime._tera.limits import Account, Bounds
from hatch_agpm.runtime._tera.program import Program
from hatch_agpm.runtime._tera.scope import Scope
from hatch_agpm.tera import TemplateError, TeraEnvironment, render
from hatch_agpm.tera.folding import source_of

DATA = Path(__file__).parents[2] / "data"
CONTEXT = json.loads((DATA / "tera_context.json").read_text())
ROWS = (DATA / "tera_cases.jsonl").read_text("utf-8").splitlines()
SEED = int(os.environ.get("TERA_FUZZ_SEED", "20"))
LATER = "for run time"


@pytest.fixture(autouse=True)
def epoch(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def folded(source, names, context=CONTEXT):
    known = {name: value for name, value in context.items() if name not in names}
    return TeraEnvironment().fold(source, known, names, line_of=lambda line: line)


def filled(left, names, context=CONTEXT):
    """Run what is left, as JSON has it; return None where it fails."""
    data = json.loads(json.dumps(left.program))
    values = {name: context[name] for name in names if name in context}
    program = Program(data)
    try:
        account = Account(Bounds())
        return program.run_in(Scope({**data["known"], **values}, account))
    except Failure:
        return None


def rendered(source, context=CONTEXT):
    try:
        return render(source, context)
    except TemplateError:
        return None


# --- the law --------------------------------------------------------------------------


def test_templates_of_the_engine_with_every_variable_open_give_its_text():
    counts = Counter()
    for row in map(json.loads, ROWS):
        expected = row["expect"]
        context = CONTEXT if "context_ref" in row else row["context"]
        try:
            left = folded(row["template"], list(context), context)
        except TemplateError as error:
            kind = "refused" if LATER in error.what else "wrong"
            counts[kind, expected["ok"]] += 1
            continue
        text = filled(left, list(context), context)
        counts["same" if text == expected.get("output") else "other", True] += expected[
            "ok"
        ]
        counts["fails" if text is None else "renders", False] += not expected["ok"]
    assert counts["same", True] > 1_550
    assert counts["refused", True] < 45
    assert counts["other", True] == counts["renders", False] == 0
    # `get_random` is refused whatever is open.
    assert counts["wrong", True] == 1


def compare(examples):
    counts = Counter()
    chance = random.Random(SEED)

    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(templates)
    def differential(source):
        share = chance.choice([0.2, 0.5, 1])
        names = [name for name in CONTEXT if chance.random() < share]
        expected = rendered(source)
        try:
            left = folded(source, names)
        except TemplateError as error:
            if expected is not None and LATER not in error.what:
                raise
            counts["refused"] += expected is not None
            return
        assert filled(left, names) == expected, source
        counts["same"] += expected is not None
        counts["left"] += not all(isinstance(s, str) for s in left.program["body"])

    differential()
    return counts


def test_random_templates_filled_are_those_rendered():
    counts = compare(150)
    assert counts["same"] > 40
    assert counts["left"] > 20


@pytest.mark.slow
def test_many_random_templates_filled_are_those_rendered():
    examples = int(os.environ.get("TERA_FUZZ_EXAMPLES", "5000"))
    counts = compare(examples)
    print(dict(counts))  # noqa: T201 - the share that is refused
    assert counts["same"] > examples / 4
    assert counts["refused"] < counts["same"] / 20


# --- what is left ---------------------------------------------------------------------


def body(source, names, **context):
    return folded(source, names, context).program["body"]


def test_branches_on_known_values_disappear():
    source = "{% if a %}x{{ u }}{% elif u %}y{% else %}z{% endif %}"
    u = ["print", ["path", ["u"], "u", 1], 1]

    assert body(source, ["u"], a=True) == ["x", u]
    assert body(source, ["u"], a=False) == [
        ["if", [[["truth", ["peek", ["u"]]], ["y"]]], ["z"], 1]
    ]


def test_loops_over_known_values_are_unrolled_or_stay():
    source = "{% for x in a %}{{ x }}{{ u }}{% endfor %}"

    assert [each for each in body(source, ["u"], a=[1]) if isinstance(each, str)] == [
        "1"
    ]
    (loop,) = body(source, ["u"], a=[1, 2, 3, 4, 5, 6, 7, 8])
    assert loop[0] == "for"


def test_what_is_known_is_one_text():
    source = (
        "{% set x = a ~ '!' %}{% for i in [1, 2] %}{{ x }}{{ loop.index }}{% endfor %}"
        "{% macro m(y) %}<{{ y | upper }}>{% endmacro %}{{ self::m(y=x) }}"
        "{% filter upper %}b{% endfilter %}"
    )
    assert body(source, ["u"], a="a") == ["a!1a!2<A!>B"]


@pytest.mark.parametrize(
    "source",
    [
        "{% set x = 1 %}{% if u %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% set x = 1 %}{% for i in l %}{% set_global x = i %}{% endfor %}{{ x }}",
        "{% set x = 1 %}{% for x in l %}{{ x }}{% endfor %}{{ x }}",
        "{% set l = [1] %}{% for i in l %}{{ i }}{% endfor %}",
        "{% set x = m %}{% if u %}{% for x in l %}{{ x.a }}{% endfor %}{% endif %}"
        "{{ x.a }}",
        "{% for i in [1, 2] %}{% if u %}{% continue %}{% endif %}{{ i }}{% endfor %}",
        "{% for i in [1, 2] %}{% set y = i %}{% if u %}{{ y }}{% endif %}{% endfor %}",
        "{{ m[k] }}{{ m['a'] }}{% set k = 'b' %}{{ m[k] }}",
        "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ self::f(x=x - 1) }}{% endif %}"
        "{% endmacro %}{{ self::f(x=n) }}",
        "{% block a %}{% set x = u %}{{ x }}{% endblock %}{{ x }}",
    ],
)
@pytest.mark.parametrize("names", [["u"], ["l"], ["m"], ["k", "n"], ["u", "l", "m"]])
@pytest.mark.parametrize("u", ["", "yes"])
def test_assignments_are_those_of_the_whole_template(source, names, u):
    context = {"u": u, "l": [3, 4], "m": {"a": 1, "b": 2}, "k": "a", "n": 3}
    left = folded(source, names, context)

    assert filled(left, names, context) == render(source, context)


def test_an_error_in_a_branch_that_may_not_run_is_left():
    left = folded("{% if u %}\n{{ nope }}{% endif %}", ["u"], {})

    assert left.later == ((2, "'nope' is undefined"),)
    assert filled(left, ["u"], {"u": ""}) == ""
    assert filled(left, ["u"], {"u": "x"}) is None


def test_only_variables_that_are_left_are_read():
    left = folded("{% if 1 > 2 %}{{ a }}{% endif %}{{ b }}", ["a", "b"], {})
    assert left.reads == {"b"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ self::m(a=[1, 2], b=u) }}", "{{ self::m(a=[1, 2], b=u) }}"),
        ("{% if u %}{{ self::m(a=[1]) }}{{ u }}{% endif %}", "self::m(a=[1], b="),
        ("{% if u %}{{ self::m() }}{% endif %}", "needs an argument 'a'"),
        ("{{ u ~ 1.5 ~ missing }}", "u ~ "),
        ("{{ u in known }}", 'u in [["a"]]'),
        ("{{ self::m(a=known, b=u) }}", 'self::m(a=[["a"]], b=u)'),
        ("{% if u %}{{ self::m(a=known) }}{% endif %}", 'self::m(a=[["a"]], b='),
    ],
)
def test_what_is_left_can_be_shown_as_source(source, shown):
    macro = "{% macro m(a, b='') %}{{ a }}{{ b }}{{ u }}{% endmacro %}"
    if "missing" in source:
        source = f"{{% if u %}}{source}{{% endif %}}"
    left = folded(macro + source, ["u"], {"known": [["a"]]})
    assert shown in source_of(left.program)


@pytest.mark.parametrize(
    "source",
    [
        "{{ u | slugify }}",
        "{{ u | date }}",
        "{{ __tera_context }}",
        "{% if u is matching('a') %}{% endif %}",
        "{{ get_env(name=u) }}",
        "{% if a %}{{ u | slugify }}{% endif %}",
    ],
)
def test_what_cannot_be_left_is_an_error(source):
    with pytest.raises(TemplateError, match=LATER):
        folded(source, ["u"], {"a": 1})
