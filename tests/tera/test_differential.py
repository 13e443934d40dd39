"""Values, texts, patterns and broken templates at random, beside the real engine."""

import json
import os
import random
from pathlib import Path

import pytest
from oracle import Oracle

from hatch_agpm.tera import TemplateError, TeraEnvironment

DATA = Path(__file__).parents[1] / "data"
CONTEXT = json.loads((DATA / "tera_context.json").read_text("utf-8"))
SEED = int(os.environ.get("TERA_FUZZ_SEED", "20"))
MANY = int(os.environ.get("TERA_FUZZ_EXAMPLES", "20000")) // 4


@pytest.fixture(scope="module")
def engines():
    pair = Oracle("teraplate"), Oracle("pytera")
    yield pair
    for oracle in pair:
        oracle.close()


def compare(engines, template, context):
    """Say whether both refuse or give one text; the engines differ in rare floats."""
    try:
        found = TeraEnvironment().template(template).render(context)
    except TemplateError:
        found = None
    if found != engines[0].render(template, context):
        assert found == engines[1].render(template, context), (template, context)


# Numbers

INTEGERS = [0, 1, -1, 7, 10, 1023, 1024, 2**53 + 1, -(2**53) - 1]
INTEGERS += [2**63 - 1, -(2**63), 2**63, 2**64 - 1]
FLOATS = [
    0.0,
    -0.0,
    0.5,
    -2.5,
    1e15,
    1e16,
    1e21,
    1e-5,
    1e-6,
    0.1,
    1.7976931348623157e308,
]
NUMBER_TEMPLATES = [
    *(
        "{{ a + b }}",
        "{{ a - b }}",
        "{{ a * b }}",
        "{{ a / b }}",
        "{{ a % b }}",
        "{{ a }}",
    ),
    *(
        "{{ a + b * c }}",
        "{{ a / b % c }}",
        "{{ a == b }}",
        "{{ a != b }}",
        "{{ a < b }}",
    ),
    *(
        "{{ a in [a, b] }}",
        "{{ a | abs }}",
        "{{ a | round }}",
        "{{ [a, b, c] | sort }}",
    ),
    *("{{ a | round(precision=3) }}", "{{ a | round(method='floor', precision=-2) }}"),
    *(
        "{{ a | filesizeformat }}",
        "{{ a | filesizeformat(binary=true) }}",
        "{{ 'x' ~ a }}",
    ),
    *("{{ a | int }}", "{{ a | float | json_encode }}", "{{ [a, b] | json_encode }}"),
    *("{{ [a, b, a] | unique }}", "{{ [1, 2, 3, 4] | slice(start=a, end=b) }}"),
    *("{% if a is odd %}y{% endif %}", "{% if a is divisibleby(b) %}y{% endif %}"),
    *(
        "{{ not a }}",
        "{{ a and b }}",
        "{{ a | pluralize }}",
        "{{ a / b | json_encode }}",
    ),
]


def number(chance):
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(INTEGERS)
    if kind < 0.5:
        return chance.randint(
            -(2 ** chance.randint(1, 63)), 2 ** chance.randint(1, 64) - 1
        )
    if kind < 0.6:
        return chance.choice(FLOATS)
    return chance.choice((1, -1)) * chance.random() * 10.0 ** chance.randint(-12, 22)


def numbers(engines, count):
    chance = random.Random(SEED)
    for _ in range(count):
        context = {name: number(chance) for name in "abc"}
        compare(engines, chance.choice(NUMBER_TEMPLATES), context)


# Texts

PIECES = [*"aAbB zZ09'\"_-.,<>&/\\%{}()!\t\n\r", "\r\n", "\x1c", "\x1f", "\x85", "\xa0"]
PIECES += [
    "\u2028",
    "\u3000",
    "\u200b",
    "é",
    "É",
    "ß",
    "ŉ",
    "ǆ",
    "ǅ",
    "İ",
    "Σ",
    "ς",
    "ﬁ",
]
PIECES += [
    "漢",
    "한",
    "🦄",
    "👍🏽",
    "👨‍👩‍👧",
    "🇩🇪",
    "e\u0301",
    "\u0301",
    "ก\u0e33",
    "क्ष",
    "\x00",
    "\x7f",
]
PIECES += [
    "\\n",
    "\\t",
    "0x",
    "1.5",
    "-",
    "+",
    "inf",
    "nan",
    "1e5",
    "<!--",
    "-->",
    "<b>",
    "ⅷ",
    "٣",
]
TEXT_FILTERS = [
    *(
        "upper",
        "lower",
        "capitalize",
        "title",
        "trim",
        "trim_start",
        "trim_end",
        "wordcount",
    ),
    *(
        "length",
        "reverse",
        "striptags",
        "spaceless",
        "linebreaksbr",
        "urlencode",
        "escape",
    ),
    *(
        "urlencode_strict",
        "escape_xml",
        "addslashes",
        "json_encode",
        "int",
        "int(base=16)",
    ),
    *(
        "float",
        "truncate(length=1)",
        "truncate(length=3, end='')",
        "indent",
        "split(pat=p)",
    ),
    *(
        "indent(prefix=p, first=true, blank=true)",
        "replace(from=p, to=q)",
        "split(pat='')",
    ),
    *(
        "trim_start_matches(pat=p)",
        "trim_end_matches(pat=p)",
        "split(pat=p) | join(sep=q)",
    ),
    *("split(pat='') | sort | join(sep='|')", "split(pat='') | unique | join(sep='|')"),
]


def text(chance, most=9):
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(0, most)))


def texts(engines, count):
    chance = random.Random(SEED)
    for _ in range(count):
        name = chance.choice(TEXT_FILTERS)
        template = f"{{% for x in xs %}}{{{{ x | {name} }}}}\u241e{{% endfor %}}"
        xs = [text(chance) for _ in range(25)]
        context = {"xs": xs, "p": text(chance, 2), "q": text(chance, 2)}
        compare(engines, template, context)
        loop = "{% for c in x %}{{ loop.index }}{{ c }}|{% endfor %}"
        compare(engines, loop, {"x": xs[0]})


# Patterns

ATOMS = [
    *"abc.^$ -]}/é015",
    r"\d",
    r"\w",
    r"\s",
    r"\W",
    r"\D",
    r"\b",
    r"\B",
    r"\A",
    r"\z",
]
ATOMS += [
    "[abc]",
    "[^abc]",
    "[a-c]",
    r"\pL",
    r"\p{Lu}",
    r"\P{L}",
    r"\p{Greek}",
    "[[:alpha:]]",
]
ATOMS += [
    "[[:^digit:]]",
    r"[\w-]",
    "[a-z&&[^b]]",
    "[a-z--b]",
    r"[\d~~5]",
    r"\x41",
    r"\u00e9",
]
ATOMS += [
    "[]a]",
    "[^]a]",
    "[a-]",
    "(?i)",
    "(?s)",
    "(?m)",
    "(?x)",
    "#c\n",
    "(?i:A)",
    "{",
    r"\{",
]
ATOMS += [
    r"(?-u:\w)",
    "(?P<n>a)",
    "(?<m>b)",
    "(?=a)",
    "(?<=a)",
    r"\1",
    r"\Z",
    r"\q",
    r"\<",
]
ATOMS += [
    r"\b{start}",
    "\u017f",
    "[[a-c][x-z]]",
    "[a&&b]",
    r"[^\w\s]",
    "[z-a]",
    "(?U)",
    "(?R)",
]
REPETITIONS = [
    "",
    "",
    "",
    "*",
    "+",
    "?",
    "{2}",
    "{1,}",
    "{0,2}",
    "*?",
    "{,2}",
    "{2,1}",
    "**",
    "{a}",
]


def pattern(chance, depth=0):
    parts = []
    for _ in range(chance.randint(1, 4)):
        grouped = depth < 2 and chance.random() < 0.15
        atom = f"({pattern(chance, depth + 1)})" if grouped else chance.choice(ATOMS)
        parts.append(atom + chance.choice(REPETITIONS) + "|" * (chance.random() < 0.08))
    return "".join(parts)


def patterns(engines, count):
    chance = random.Random(SEED)
    template = (
        "{% for x in xs %}{% if x is matching(p) %}1{% else %}0{% endif %}{% endfor %}"
    )
    for _ in range(count):
        xs = [text(chance, 6) for _ in range(12)]
        compare(engines, template, {"xs": xs, "p": pattern(chance)})


# Broken templates

UNLIKE = ("random", "now", "include", "step_by", "get_env")
SOURCES = [
    row["template"]
    for row in map(
        json.loads, (DATA / "tera_cases.jsonl").read_text("utf-8").split("\n")[:-1]
    )
    if not any(word in row["template"] for word in UNLIKE)
]
FRAGMENTS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "-",
    "{#",
    "#}",
    " ",
    "\n",
    "(",
    ")",
    "[",
    "]",
    "|",
    ".",
]
FRAGMENTS += [
    '"',
    "'",
    "`",
    "~",
    "==",
    "!=",
    "not ",
    "is ",
    "in ",
    "and ",
    "or ",
    "+",
    "*",
    "%",
]
FRAGMENTS += [
    "1",
    "0",
    "a",
    "name",
    "true",
    "loop",
    "=",
    ",",
    "::",
    "{% else %}",
    "{% endfor %}",
]
FRAGMENTS += [
    "if ",
    "for x in list",
    "set x = 1",
    "upper",
    "-1",
    "1.5",
    "é",
    "\r",
    "raw",
    "block b",
]
FRAGMENTS += [
    "endblock",
    "macro m()",
    "endmacro",
    "break",
    "super()",
    "self::m()",
    "elif n",
    "\x0b",
]


def broken(chance):
    source = chance.choice(SOURCES)
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(source))
        more = chance.randint(1, 4)
        middle = chance.choice(
            ["", source[at : at + more] * 2, chance.choice(FRAGMENTS)]
        )
        source = (
            source[:at] + middle + source[at + (0 if middle in FRAGMENTS else more) :]
        )
    return source


def broken_templates(engines, count):
    chance = random.Random(SEED)
    for _ in range(count):
        source = broken(chance)
        if not any(word in source for word in UNLIKE):
            compare(engines, source, CONTEXT)


KINDS = [numbers, texts, patterns, broken_templates]


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_of_each_kind(engines, kind):
    kind(engines, 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_of_each_kind(engines, kind):
    kind(engines, MANY)
