"""
Templates that would take all time or memory, and the process that tries them.

As a program: reads names of templates, one a line, and answers each with the error
it ends in and the megabytes at its peak.  A render that hangs is ended by the kernel.
"""

from bounded_attempts import serve

from hatch_agpm.tera import TemplateError, render

HANGS_AFTER = 30
"""Seconds of CPU time; the limits of a render end it in a small part of that."""

CONTEXT = {
    "name": "World",
    "n": 5,
    "yes": True,
    "ten": list(range(10)),
    "data": {f"k{i}": {f"j{j}": 1 for j in range(30)} for i in range(100)},
}


def doubled(text, times, rest):
    """A text that doubles `times` times, and what is then done with it."""
    return (
        f'{{% set_global a = "{text}" %}}{{% for i in range(end={times}) %}}'
        f"{{% set_global a = a ~ a %}}{{% endfor %}}{rest}"
    )


def often(body):
    return f"{{% for i in range(end=99999) %}}{body}{{% endfor %}}"


WORK = "too much work"
LOOPS = "more than 100000 turns"
TEXT = "longer than 69206016"
ITEMS = "longer than 100000 items"
DEPTH = "deeper than 64 levels"
TAGS = "too many tags"
PATTERN = "patterns take too long"

EXPRESSIONS = {
    "sum": lambda count: "{% set x = i" + " + 1" * count + " %}",
    "condition": lambda count: "{% if n == 9" + " or n == 9" * count + " %}{% endif %}",
    "filters": lambda count: "{% set x = name" + " | upper" * count + " %}",
    "texts": lambda count: "{% set x = n" + " ~ n" * count + " %}",
    "array": lambda count: "{% set x = [n" + ", n" * count + "] %}",
    "tests": lambda count: (
        "{% if n is odd" + " and n is odd" * count + " %}{% endif %}"
    ),
    "branches": lambda count: (
        "{% if n == 1 %}" + "{% elif n == 2 %}" * count + "{% endif %}"
    ),
    "path": lambda count: "{% if data" + "[ten[0]]" * count + " %}{% endif %}",
    "arguments": lambda count: "{% set x = range(end=3" + " + 0" * count + ") %}",
}
"""What the body of a loop may consist of, by the number of its terms."""

TEMPLATES = {
    # Attributes of Python's objects
    "attribute walk": (
        "{{ name.__class__.__mro__ }}",
        "'name.__class__.__mro__' is undefined",
    ),
    "method call": ("{{ name.format() }}", "expected '}}' or an operator"),
    "globals": (
        "{{ self.__init__.__globals__ }}",
        "'self.__init__.__globals__' is undefined",
    ),
    # Ranges and loops
    "huge range": ("{{ range(end=9000000000000000000) }}", ITEMS),
    "range without end": (
        "{{ range(end=1, step_by=0) }}",
        "would never end",
    ),
    "many ranges": (often("{% set x = range(end=99999) %}"), WORK),
    "nested loops": (often("{% for j in range(end=99999) %}{% endfor %}"), LOOPS),
    "loops nested deep": ("{% for a in ten %}" * 60 + "x" + "{% endfor %}" * 60, LOOPS),
    "large loop body": (often("{{ i }}" * 2000), LOOPS),
    **{
        f"{what} of {count} terms": (often(body(count)), LOOPS)
        for count in (20, 900)
        for what, body in EXPRESSIONS.items()
    },
    "macro of many terms": (
        "{% macro m() %}{{ 1"
        + "+1" * 900
        + " }}{% endmacro %}"
        + often("{{ self::m() }}"),
        LOOPS,
    ),
    "large loop text": (often("x" * 100_000), TEXT),
    "text of a macro": (
        "{% macro m() %}" + often("x" * 100_000) + "{% endmacro %}{{ self::m() }}",
        TEXT,
    ),
    "text of a filter section": (
        "{% filter upper %}" + often("x" * 100_000) + "{% endfilter %}",
        TEXT,
    ),
    "loop over a long string": (
        doubled("aaaaaaa\u00e9", 22, "{% for x in a %}{% endfor %}"),
        ITEMS,
    ),
    # Recursion
    "macro that calls itself": (
        "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}",
        DEPTH,
    ),
    "macro that calls itself twice": (
        "{% macro m(n) %}{% if n > 0 %}{{ self::m(n=n-1) }}{{ self::m(n=n-1) }}"
        "{% endif %}{% endmacro %}{{ self::m(n=50) }}",
        LOOPS,
    ),
    "block that contains itself": (
        "{% block a %}{% if yes %}{% block a %}{% endblock %}{% endif %}{% endblock %}",
        "nests too deeply",
    ),
    # Text that grows
    "doubling": (doubled("aaaaaaaa", 60, "{{ a }}"), TEXT),
    "doubling wide characters": (doubled("🦄🦄🦄", 60, "{{ a }}"), WORK),
    "many long values": (
        doubled(
            "aaaaaaaa", 23, "".join(f"{{% set b{i} = a | upper %}}" for i in range(50))
        ),
        WORK,
    ),
    "many texts": (often('{% set_global a = i ~ "' + "x" * 20_000 + '" %}'), WORK),
    "join": (doubled("aaaaaaaaaa", 20, "{{ range(end=99999) | join(sep=a) }}"), TEXT),
    "replace": (doubled("aaaaaaaaaa", 20, "{{ a | replace(from='a', to=a) }}"), TEXT),
    "indent": (doubled("a\n", 20, "{{ a | indent(prefix=a) }}"), TEXT),
    "escape": (doubled("////////", 22, "{{ a | escape }}"), TEXT),
    "control characters as json": (
        doubled("\x01\x01\x01", 24, "{{ a | json_encode }}"),
        TEXT,
    ),
    "urlencode": (doubled("🦄", 24, "{{ a | urlencode }}"), WORK),
    "date format": (doubled("%A", 24, "{{ 1 | date(format=a) }}"), WORK),
    # Arrays that grow
    "doubling array": (
        "{% set_global a = [1] %}" + often("{% set_global a = a | concat(with=a) %}"),
        ITEMS,
    ),
    "array of itself": (
        "{% set_global a = [1] %}" + often("{% set_global a = [a, a] %}"),
        ITEMS,
    ),
    "deep array": (
        "{% set_global a = [1] %}" + often("{% set_global a = [a] %}"),
        DEPTH,
    ),
    "array of long strings": (
        doubled("aaaaaaaaaa", 20, "{% set b = [a, a, a, a, a, a, a, a] %}"),
        TEXT,
    ),
    "split": (doubled("aaaaaaaaaa", 20, "{{ a | split(pat='') | length }}"), ITEMS),
    # Filters on huge values
    "title": (doubled("a\u00e9 bbb<", 22, often("{% set x = a | title %}")), WORK),
    "striptags": (doubled("<!--\n", 20, often("{% set x = a | striptags %}")), WORK),
    "slugify": (doubled("a\u00e9 bbb<", 22, often("{% set x = a | slugify %}")), WORK),
    "slugify of emoji": (doubled("🫰🫰", 21, "{{ a | slugify }}"), TEXT),
    "truncate": (
        doubled(
            "a\u00e9 bbb<", 22, often("{% set x = a | truncate(length=99999999) %}")
        ),
        WORK,
    ),
    "wordcount": (doubled("a ", 24, often("{% set x = a | wordcount %}")), WORK),
    "length": (doubled("aaaaaaaa", 22, often("{% set x = a | length %}")), WORK),
    "reverse": (doubled("aaaaaaaa", 22, often("{% set x = a | reverse %}")), WORK),
    "containing": (
        doubled("aaaaaaa\u00e9", 22, often("{% set x = a is containing('b') %}")),
        WORK,
    ),
    "sort": ("{% set a = range(end=99999) %}" + often("{% set x = a | sort %}"), WORK),
    "group_by": (
        "{% set a = range(end=99999) %}"
        + often("{% set x = a | group_by(attribute='') %}"),
        WORK,
    ),
    "equality": (
        "{% set a = range(end=99999) %}{% set b = range(end=99999) %}"
        + often("{% set x = a == b %}"),
        WORK,
    ),
    "in": ("{% set a = range(end=99999) %}" + often("{% set x = 'x' in a %}"), WORK),
    "membership": (
        often("{% if 1 in ten" + " and 1 in ten" * 90 + " %}{% endif %}"),
        WORK,
    ),
    "printing arrays": ("{% set a = range(end=99999) %}" + often("{{ a }}"), WORK),
    "arrays as strings": (
        "{% set a = range(end=99999) %}" + often("{% set b = a | as_str | length %}"),
        WORK,
    ),
    "context dump": (
        "{% set a = range(end=99999) %}"
        + often("{% set b = __tera_context | length %}"),
        WORK,
    ),
    "long path": (
        "{{ ten | map(attribute='" + "a." * 200_000 + "') }}",
        "the path is too long",
    ),
    # Nesting and size of the source
    "parentheses": ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", DEPTH),
    "conditions": ("{% if yes %}" * 5000 + "{% endif %}" * 5000, DEPTH),
    "filter arguments": (
        "{{ name" + " | default(value=name" * 3000 + ")" * 3000 + " }}",
        DEPTH,
    ),
    "brackets": ("{{ a" + "[a" * 5000 + "]" * 5000 + " }}", DEPTH),
    "sum": ("{{ 1" + "+1" * 200_000 + " }}", TAGS),
    "alternatives": ("{% if a" + " or a" * 100_000 + " %}{% endif %}", TAGS),
    "filters": ("{{ name" + " | upper" * 100_000 + " }}", TAGS),
    "tags": ("{{ name }}" * 200_000, TAGS),
    "comments": ("{#x#}" * 1_000_000, TAGS),
    "comments after a tag": ("{{ n }}" + "{#x#}" * 1_000_000, TAGS),
    "long comment": ("{# x " * 6_000_000 + "#}{{ y }}", "'y' is undefined"),
    "texts by the million": ("{{ a ~ " + "'x' ~ " * 1_000_000 + "'' }}", TAGS),
    "items by the million": ("{{ [" + "'x', " * 1_000_000 + "] }}", TAGS),
    "steps of a path": ("{{ a" + ".a" * 1_000_000 + " }}", TAGS),
    "brackets of a path": ("{{ a" + "[0]" * 1_000_000 + " }}", TAGS),
    "parameters": (
        "{% macro m(" + "x," * 1_000_000 + "x) %}{% endmacro %}",
        TAGS,
    ),
    "included names": ("{% include [" + "'a'," * 1_000_000 + "'b'] %}", TAGS),
    "else of a loop": (
        "{% for a in ten %}" + "{% else %}" * 1_000_000 + "{% endfor %}",
        TAGS,
    ),
    "open comments": ("{#" * 100_000, "'{#' has no '#}'"),
    "open tags": ("{{" * 100_000, "'{{' has no '}}'"),
    "open quotes": ('{{ "' * 50_000, "'{{' has no '}}'"),
    "spaces": ("{{" + " " * 1_000_000 + "}}", "expected a value"),
    "long number": ("{{ " + "9" * 1_000_000 + " }}", "fit into 64 bits"),
    "nested calls": ("{{ f(a=" * 40 + "1" + "!" * 40 + " }}", "'{{' has no '}}'"),
    # Regular expressions
    "regex": (
        "{% set s = '"
        + "a" * 40
        + "!' %}{% if s is matching('^(a|a)*$') %}{% endif %}",
        PATTERN,
    ),
    "many regexes": (
        "{% set s = '"
        + "a" * 400
        + "!' %}"
        + often("{% if s is matching('(x+x+)+y|(a*)*b|a*a*a*a*a*c') %}{% endif %}"),
        PATTERN,
    ),
    "regex of many repetitions": (
        "{% if name is matching('((a{1000}){1000}){1000}') %}{% endif %}",
        "repeats too often",
    ),
    "large pattern, and many of them": (
        "".join(
            "{% if name is matching('(aN+)+(bN{900}){1000}') %}{% endif %}".replace(
                "N", str(number)
            )
            for number in range(20)
        ),
        WORK,
    ),
    "alternatives of a pattern": (
        "{% if name is matching('"
        + "|".join(map(str, range(100_000)))
        + "') %}x{% endif %}",
        WORK,
    ),
    "classes of a pattern": (
        r"{% if name is matching('" + r"\w" * 50_000 + "') %}{% endif %}",
        WORK,
    ),
    "classes of a class": (
        "{% if name is matching('[" + r"\w" * 100_000 + "]') %}{% endif %}",
        WORK,
    ),
    "class that doubles": (
        "{% if name is matching('[a" + "~~b" * 60 + "]') %}{% endif %}",
        WORK,
    ),
    "repeated classes": (
        r"{% if name is matching('(\w{900}b){900}') %}{% endif %}",
        "repeats too often",
    ),
    "word boundaries": (
        r"{% if name is matching('" + r"\b" * 10_000 + "') %}{% endif %}",
        WORK,
    ),
    "many patterns": (
        often("{% if name is matching(i ~ 'a{500}') %}{% endif %}"),
        WORK,
    ),
    "regex nested deep": (
        "{% if name is matching('" + "(" * 5000 + ")" * 5000 + "') %}{% endif %}",
        "nest too deep",
    ),
}


def attempt(name):
    """Render a template; return the error it ends in."""
    try:
        render(TEMPLATES[name][0], CONTEXT)
    except TemplateError as error:
        return error.what
    return ""


if __name__ == "__main__":
    serve(attempt, megabytes=900, seconds=HANGS_AFTER)
