"""
Templates that would take all time or memory, and the process that tries them.

As a program: reads names of templates, one a line, and answers each with the error
it ends in and the megabytes at its peak.  A render that hangs is ended by the kernel.
"""

from functools import partial

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


def around(before, part, after):
    """A text of 20 million parts, which is made when it is needed."""
    return before + part * 20_000_000 + after


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
        WORK,
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
    # Texts of which filters look at each character, or search them again and again
    "repetitions at the start": (
        doubled("aaaaaaaa", 23, "{{ a | trim_start_matches(pat='a') }}"),
        WORK,
    ),
    "repetitions at the end": (
        doubled("aaaaaaaa", 23, "{{ a | trim_end_matches(pat='a') }}"),
        WORK,
    ),
    "prefixes of a number": (
        doubled("0x0x0x0x", 20, "{{ a | int(base=16) }}" * 4),
        WORK,
    ),
    "digits without end": (
        doubled("11111111", 22, "{{ a ~ 'x' }}{% set b = a ~ 'x' %}{{ b | float }}"),
        WORK,
    ),
    "digits of an integer": (
        doubled("11111111", 21, "{% set b = a ~ '.1x' %}" + often("{{ b | int }}")),
        WORK,
    ),
    **{
        f"{call} of a long text": (
            doubled(text, 22, often(f"{{% set x = a | {call} %}}")),
            WORK,
        )
        for call, text in (
            *(("trim", "        "), ("trim_end", "        "), ("escape", "éééééééé")),
            *(("escape_xml", "éééééééé"), ("addslashes", "éééééééé")),
            *(("json_encode", "éééééééé"), ("indent", "\n\n\n\n\n\n\n\n")),
        )
    },
    **{
        f"{name} of a part that is nearly there": (
            f"{{% set a = '{'a' * 2499}' %}}"
            f"{{% set b = '{'a' * 625}b{'a' * 625}' %}}" + often(body),
            WORK,
        )
        for name, body in (
            ("in", "{% if b in a %}{% endif %}"),
            ("containing", "{% if a is containing(b) %}{% endif %}"),
            ("replace", "{% set x = a | replace(from=b, to='') %}"),
            ("split", "{% set x = a | split(pat=b) %}"),
        )
    },
    "date of a long text": (
        doubled("        ", 22, "{% set b = a ~ 'T' %}{{ b | date }}"),
        WORK,
    ),
    "fraction of a second": (
        doubled(
            "11111111",
            21,
            "{% set b = '2020-01-01T00:00:00.' ~ a ~ 'x' %}{{ b | date }}",
        ),
        WORK,
    ),
    "many dates": (
        often("{{ 1 | date(format='%+', timezone='Asia/Tokyo') }}" * 2),
        WORK,
    ),
    # Values inside of others
    **{
        f"{name} of an array in an array": (
            "{% set r = range(end=9999) %}{% set q = range(end=9999) %}"
            "{% set a = [r] %}{% set b = [q] %}{% set c = [a] %}" + often(body),
            WORK,
        )
        for name, body in (
            ("equality", "{% if a == b %}{% endif %}"),
            ("in", "{% if b in c %}{% endif %}"),
            ("containing", "{% if c is containing(b) %}{% endif %}"),
            ("as_str", "{% set x = a | as_str %}"),
            ("join", "{% set x = a | join %}"),
            ("printing", "{{ a }}"),
        )
    },
    "long texts in arrays": (
        doubled(
            "aaaaaaaa",
            21,
            "{% set b = [a ~ 'x'] %}{% set c = [a ~ 'x'] %}"
            + often("{% if b == c %}{% endif %}"),
        ),
        WORK,
    ),
    "control characters in an array": (
        doubled("\x01\x01\x01", 23, "{% set b = [a] %}{{ b | json_encode }}"),
        TEXT,
    ),
    "sort of texts that begin alike": (
        doubled(
            "aaaaaaaa",
            13,
            "{% set x = range(end=999) | join(sep=' ' ~ a) | split(pat=' ') %}"
            + often("{% set y = x | sort %}"),
        ),
        WORK,
    ),
    "unique of long texts": (
        doubled(
            "aaaaaaaa",
            21,
            "{% set x = [a ~ '1', a ~ '2'] %}" + often("{% set y = x | unique %}"),
        ),
        WORK,
    ),
    "many long paths": (
        f"{{% set p = '{'.ab' * 3300}' %}}"
        + often("{% set q = i ~ p %}{% set x = ten | map(attribute=q) %}"),
        WORK,
    ),
    "many floats": (
        "{% set a = [" + "0.12345678901234567," * 5000 + "1] %}" + often("{{ a }}"),
        WORK,
    ),
    # Errors that take time
    "unknown filters": (often("{% if name | foobar %}{% endif %}") + "{{ x }}", "'x'"),
    "undefined after much work": (
        often("{% set x = i | json_encode %}" * 2)
        + "".join(f"{{{{ nope{number} }}}}" for number in range(30)),
        "'nope0' is undefined",
    ),
    "undefined that much depends on": (
        "".join(f"{{% set b{i} = b{i + 1} is defined %}}" for i in range(8000))
        + "{% set b8000 = nope %}",
        "'nope' is undefined",
    ),
    **{
        f"long name of {what}": (partial(around, before, "a", after), "")
        for what, before, after in (
            ("a variable", "{{ ", " }}"),
            ("a filter", "{{ name | ", " }}"),
            ("a function", "{{ ", "() }}"),
            ("a test", "{% if name is ", " %}{% endif %}"),
            ("a macro", "{{ self::", "() }}"),
            ("a tag", "{% ", "+ %}"),
        )
    },
    "wrong macros": (
        "".join(f"{{% macro m{i}() %}}{{% endmacro %}}" for i in range(4000))
        + "".join(f"{{{{ self::mm{i}() }}}}" for i in range(4000)),
        "there is no macro 'self::mm0'",
    ),
    "open comment of dashes": (partial(around, "{#", "-", ""), "'{#' has no '#}'"),
    "spaces behind a value": (partial(around, "{{ nope", " ", "}}"), "'nope'"),
    "brackets without end": (partial(around, "{{ a", "([", " }}"), "expected"),
    "wide characters": (partial(around, "{{ '🦄' }}", "a", "{{ n }}"), TAGS),
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
    "regex that remembers each character": (
        doubled("abba", 23, "{% if a is matching('^(?:ab|ba)*$') %}{% endif %}"),
        WORK,
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
    "count of a pattern": (
        "{% if name is matching('a{" + "9" * 5000 + "}') %}{% endif %}",
        "wrong count",
    ),
    "index of a path": ("{{ data[" + "9" * 5000 + "] }}", "'9999"),
    "regex nested deep": (
        "{% if name is matching('" + "(" * 5000 + ")" * 5000 + "') %}{% endif %}",
        "nest too deep",
    ),
}


def attempt(name):
    """Render a template; return the error it ends in."""
    try:
        template = TEMPLATES[name][0]
        render(template() if callable(template) else template, CONTEXT)
    except TemplateError as error:
        return str(error)[:500]
    return ""


if __name__ == "__main__":
    serve(attempt, megabytes=900, seconds=HANGS_AFTER)
