"""
Templates at random, by Tera's grammar and a little beside it.

Most of what comes out is well-formed and many of its variables exist, or nearly
everything would be refused and nothing compared.
"""

from hypothesis import strategies as st

PATHS = [
    "name",
    "n",
    "m",
    "neg",
    "f",
    "fl",
    "t",
    "fa",
    "nul",
    "empty",
    "s",
    "html",
    "list",
    "strs",
    "elist",
    "mixed",
    "map",
    "emap",
    "users",
    "nested",
    "multi",
    "uni",
    "k",
    "i",
    "big",
    "small",
    "num_s",
    "float_s",
    "pairs",
    "zero",
    "one",
    "flag",
    "date_s",
    "stamp",
    "deep",
    "agpm.project.language",
    "agpm.deps",
    "agpm.resource.version",
    "nested.a.b",
    "keys.items",
    "users.0.name",
    "users.1.team.id",
    "list.0",
    "strs.1",
    "map.a",
    "mixed.7.k",
    "keys.1",
    "uni_keys",
    "pairs.0.1",
]
BRACKETS = [
    *("users[0].name", "list[i]", "map[k]", "map['b']", 'keys["x-y"]', 'keys["x.y"]'),
    *("list[9]", "list[neg]", "users[i].age", "nested['a'].b[0].c", "map[name]"),
    *(
        "uni_keys['é']",
        "uni_keys['a b']",
        "keys['1']",
        "list['0']",
        "map[n]",
        "list[fl]",
    ),
    *("users[list[1]].name", "map[strs[2]]", "users[`0`]", "mixed[7]['k']", "list[t]"),
]
MISSING = ["missing", "missing.a", "nested.zz", "users.9", "agpm.deps.nope.content"]
LOOP = ["loop.index", "loop.index0", "loop.first", "loop.last", "loop", "x", "y", "v"]
LITERALS = [
    *("0", "1", "2", "-3", "7", "1.5", "-0.5", "2.0", "100", "true", "false", "True"),
    *("9223372036854775807", "0.1", "-1", "1e3", "007", "1000000000000000000000.0"),
]
STRINGS = [
    *('"a"', "'b'", "`c`", '""', '"hello World"', "'é'", '"a\\nb"', '"5"', "'x y'"),
    *(
        '"}}"',
        "'%}'",
        '"a,b,c"',
        "'\n'",
        '"<b>hi</b>"',
        "'0'",
        '"ǅ ß ŉ"',
        "'👍🏽e\u0301'",
    ),
]
REGEXES = [
    *('"^h"', '"World$"', "'\\\\d+'", "'[a-c]+'", "'\\\\w\\\\s'", "'(?i)WORLD'", "'('"),
    *("'[[:alpha:]]+'", "'\\\\pL'", "'a{2,3}'", "'(?P<x>l)+'", "'.'", "'(?=a)'"),
]
FORMATS = [
    *("%Y-%m-%d", "%d/%m/%y", "%H:%M:%S", "%A %B %e", "%j %U %W %V %G", "%s", "%+"),
    *(
        "%I %p %P %l %k",
        "%z",
        "%:z",
        "%Z",
        "%.3f",
        "%-d %_m %0e",
        "%q",
        "%c",
        "%v",
        "%Q",
    ),
    *("%D %F %R %T %r %x %X", "%C %g %u %w %h %n %t %%", "%f", "%#z", "%-Y", "% "),
]
DATES = [
    *('"2024-02-29"', '"2024-01-02T03:04:05Z"', '"2021-12-31T23:59:60.5+05:30"'),
    *('"2024-1-2T3:4:5"', "0", "1700000000", "-86400", "stamp", "date_s", '"nope"'),
    *('"10000-01-01"', '"+10000-01-01"', '"-5-03-04"', '"2024-02-30"', "99999999999"),
]
ZONES = [
    '"Europe/Berlin"',
    '"America/New_York"',
    '"UTC"',
    '"Asia/Kolkata"',
    '"No/Zone"',
]


def pick(*lists):
    return st.sampled_from([item for items in lists for item in items])


def spaced(text):
    return st.sampled_from(["", " ", " ", " ", "\n"]).map(lambda space: space + text)


def joined(*parts):
    return st.tuples(
        *(st.just(part) if isinstance(part, str) else part for part in parts)
    ).map("".join)


paths = st.one_of(pick(PATHS), pick(PATHS), pick(PATHS, LOOP), pick(BRACKETS, MISSING))
numbers = pick(LITERALS, ["n", "m", "f", "i", "neg", "fl", "loop.index", "users.0.age"])
strings = pick(STRINGS)
string_values = st.one_of(
    strings, pick(["name", "s", "uni", "multi", "html", "num_s", "float_s", "strs.0"])
)


def kwarg(name, values):
    return joined(f"{name}=", values)


def call(name, *arguments):
    """A filter with some of its arguments."""
    some = [st.one_of(argument, argument, st.just("")) for argument in arguments]
    return st.tuples(*some).map(
        lambda given: f"{name}({', '.join(filter(None, given))})" if given else name
    )


small = st.sampled_from(["0", "1", "2", "3", "-1", "5", "i", "1.5", "n"])
boolean = st.sampled_from(["true", "false", "t", "fa"])
attribute = st.sampled_from(
    ['"age"', '"name"', '"team.id"', '"team"', '"0"', '"1"', '"nope"', "'k'", '""']
)
plain_filters = st.sampled_from(
    [
        "upper",
        "lower",
        "trim",
        "trim_start",
        "trim_end",
        "wordcount",
        "capitalize",
        "title",
        "linebreaksbr",
        "striptags",
        "spaceless",
        "urlencode",
        "urlencode_strict",
        "escape",
        "escape_xml",
        "slugify",
        "addslashes",
        "first",
        "last",
        "length",
        "reverse",
        "json_encode",
        "as_str",
        "abs",
        "int",
        "float",
        "sort",
        "unique",
        "join",
        "round",
        "filesizeformat",
        "pluralize",
        "safe",
        "nofilter",
        "date",
    ]
)


def filters(value):
    return st.one_of(
        plain_filters,
        plain_filters,
        call("default", kwarg("value", value)),
        call("truncate", kwarg("length", small), kwarg("end", strings)),
        call("replace", kwarg("from", strings), kwarg("to", strings)),
        call(
            "indent",
            kwarg("prefix", strings),
            kwarg("first", boolean),
            kwarg("blank", boolean),
        ),
        call("split", kwarg("pat", strings)),
        call("join", kwarg("sep", strings)),
        call("trim_start_matches", kwarg("pat", strings)),
        call("trim_end_matches", kwarg("pat", strings)),
        call(
            "int",
            kwarg("default", small),
            kwarg("base", st.sampled_from(["2", "8", "10", "16", "36"])),
        ),
        call("float", kwarg("default", numbers)),
        call(
            "round",
            kwarg("method", pick(['"ceil"', '"floor"', '"common"', '"x"'])),
            kwarg("precision", small),
        ),
        call("nth", kwarg("n", small)),
        call("slice", kwarg("start", small), kwarg("end", small)),
        call("sort", kwarg("attribute", attribute)),
        call("unique", kwarg("attribute", attribute), kwarg("case_sensitive", boolean)),
        call("group_by", kwarg("attribute", attribute)),
        call("filter", kwarg("attribute", attribute), kwarg("value", value)),
        call("map", kwarg("attribute", attribute)),
        call("concat", kwarg("with", value)),
        call("get", kwarg("key", strings), kwarg("default", value)),
        call("json_encode", kwarg("pretty", boolean)),
        call("pluralize", kwarg("plural", strings), kwarg("singular", strings)),
        call("filesizeformat", kwarg("binary", boolean)),
        call(
            "date",
            kwarg("format", pick(FORMATS).map(repr)),
            kwarg("timezone", pick(ZONES)),
        ),
    ).map(lambda text: f"| {text}")


def functions(value):
    return st.one_of(
        call(
            "range",
            kwarg("start", small),
            kwarg("end", small),
            kwarg("step_by", st.sampled_from(["1", "2", "3"])),
        ),
        call("throw", kwarg("message", strings)),
        call("get_env", kwarg("name", pick(['"NOPE_X"'])), kwarg("default", value)),
        st.sampled_from(
            [
                "self::m(a=1)",
                "self::m(a=name, b=2)",
                "self::m()",
                "self::rec(n=3)",
                "nofunc()",
            ]
        ),
    )


def tests(value):
    return st.one_of(
        st.sampled_from(
            [
                "defined",
                "undefined",
                "odd",
                "even",
                "string",
                "number",
                "iterable",
                "object",
                "notest",
            ]
        ),
        joined("divisibleby(", small, ")"),
        joined(
            st.sampled_from(["starting_with(", "ending_with(", "containing("]),
            value,
            ")",
        ),
        joined("matching(", pick(REGEXES), ")"),
    )


def extend(value):
    """Grow one level of expressions; `value` is used where the grammar allows it."""
    operand = st.one_of(paths, paths, numbers, value)
    chain = st.one_of(
        operand,
        joined(operand, pick([" + ", " - ", "*", " / ", " % ", "-"]), operand),
        joined("(", operand, pick([" + ", "*", " % "]), operand, ")"),
    )
    filtered = joined(
        st.one_of(chain, strings, functions(value)),
        filters(value),
    )
    concatenated = joined(
        st.one_of(strings, paths),
        pick([" ~ ", "~"]),
        st.one_of(strings, paths, numbers),
    )
    side = st.one_of(chain, filtered, concatenated, strings)
    return st.one_of(
        side,
        filtered,
        joined(filtered, " ", filters(value)),
        joined(concatenated, " ", filters(value)),
        joined(side, pick([" == ", " != ", " < ", ">=", " > "]), side),
        joined(side, pick([" and ", " or ", " and not ", " or not "]), side),
        joined("not ", value),
        joined("(", value, ")"),
        joined(paths, pick([" is ", " is not "]), tests(st.one_of(strings, value))),
        joined(
            st.one_of(string_values, numbers),
            pick([" in ", " not in "]),
            st.one_of(paths, strings),
        ),
        joined("[", value, ", ", value, "]"),
        functions(value),
        joined(
            pick(DATES),
            "| ",
            call(
                "date",
                kwarg("format", pick(FORMATS).map(repr)),
                kwarg("timezone", pick(ZONES)),
            ),
        ),
    )


expressions = st.recursive(st.one_of(paths, numbers, strings), extend, max_leaves=6)
conditions = st.one_of(expressions, paths, joined("not ", paths))
arrays = st.one_of(
    pick(
        [
            "list",
            "strs",
            "users",
            "pairs",
            "elist",
            "mixed",
            "uni",
            "name",
            "[1, 2]",
            "range(end=3)",
        ]
    ),
    joined(paths, " ", filters(expressions)),
)


def dashed(left, inside, right):
    return joined(
        left,
        st.sampled_from(["", "", "", "-"]),
        " ",
        inside,
        " ",
        st.sampled_from(["", "", "", "-"]),
        right,
    )


def tag(inside):
    return dashed("{%", st.just(inside) if isinstance(inside, str) else inside, "%}")


texts = st.sampled_from(
    ["a", " b ", "\n", "  \n  ", "text\r\n", "é", "}}", "{ x }", "\t", "\x1c \x85"]
)
printed = dashed("{{", expressions, "}}")
names = st.sampled_from(["x", "y", "name", "list", "nested", "v", "n", "map"])
setting = tag(joined(pick(["set ", "set ", "set_global "]), names, " = ", expressions))
comments = st.sampled_from(["{# c #}", "{#- c -#}", "{# a\n -#}", "{#- -#}", "{##}"])
raws = joined(
    tag("raw"), st.sampled_from([" {{ x }} ", "{% if %}", " "]), tag("endraw")
)
leaves = st.one_of(texts, texts, printed, printed, printed, setting, comments, raws)


def bodies(node):
    body = st.lists(node, max_size=3).map("".join)
    loop_body = st.lists(
        st.one_of(
            node,
            node,
            st.sampled_from(
                [
                    "{{ x }}",
                    "{{ loop.index }}",
                    "{% if x == 2 %}{% break %}{% endif %}",
                    "{% if loop.first %}{% continue %}{% endif %}",
                    "{%- break -%}",
                    "{{ v }}",
                ]
            ),
        ),
        max_size=4,
    ).map("".join)
    return st.one_of(
        joined(tag(joined("if ", conditions)), body, tag("endif")),
        joined(tag(joined("if ", conditions)), body, tag("else"), body, tag("endif")),
        joined(
            tag(joined("if ", conditions)),
            body,
            tag(joined("elif ", conditions)),
            body,
            tag("endif"),
        ),
        joined(tag(joined("for x in ", arrays)), loop_body, tag("endfor")),
        joined(
            tag(joined("for x in ", arrays)),
            loop_body,
            tag("else"),
            body,
            tag("endfor"),
        ),
        joined(
            tag(
                joined(
                    "for y, v in ",
                    pick(
                        [
                            "map",
                            "keys",
                            "emap",
                            "agpm.deps",
                            "users | group_by(attribute='age')",
                            "uni_keys",
                        ]
                    ),
                )
            ),
            loop_body,
            tag("endfor"),
        ),
        joined(
            tag(
                joined(
                    "filter ",
                    pick(
                        [
                            "upper",
                            "trim",
                            "title",
                            "length",
                            "safe",
                            "replace(from='a', to='b')",
                            "split(pat=' ')",
                            "nofilter",
                            "indent",
                        ]
                    ),
                )
            ),
            body,
            tag("endfilter"),
        ),
        joined(
            tag(joined("block ", pick(["one", "two", "three", "four"]))),
            body,
            tag("endblock"),
        ),
    )


nodes = st.recursive(leaves, bodies, max_leaves=5)
macros = st.sampled_from(
    [
        "",
        "",
        "{% macro m(a, b='d') %}<{{ a }}{{ b }}>{% endmacro m %}",
        "{% macro m(a, b=1.5) %}{% set n = a %}{{ n }}{{ name }}{% set_global "
        "q = 1 %}{% endmacro %}",
        "{%- macro m(a, b=true) -%} {{ b }}{{ missing }} {%- endmacro -%}",
        "{% macro rec(n) %}{{ n }}{% if n > 0 %}{{ self::rec(n=n-1) }}{% endif "
        "%}{% endmacro %}",
        "{% macro m(a) %}{% for x in list %}{{ x }}{% if x > a %}{% break %}{% "
        "endif %}{% endfor %}{% endmacro %}",
    ]
)
templates = st.tuples(macros, st.lists(nodes, min_size=1, max_size=3)).map(
    lambda parts: parts[0] + "".join(parts[1])
)
