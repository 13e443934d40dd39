"""
The rules of Tera that surprise, each with templates and what they give.

None means that the template is refused.  `docs/reference/tera.md` explains each rule
under its name; the real engine is asked about each template, too.
"""

CONTEXT = {
    "name": "World",
    "n": 5,
    "f": 1.5,
    "two": 2.0,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "text": "one two",
    "list": [3, 1, 2],
    "words": ["b", "A"],
    "map": {"b": 2, "a": 1},
    "nested": {"a": {"b": [{"c": "deep"}]}},
    "keys": {"items": "I", "x-y": "dash", "1": "one"},
    "users": [{"name": "Bo", "age": 3}, {"name": "Al", "age": None}],
    "big": 1e21,
    "small": 1e-7,
    "max": 2**63 - 1,
    "page": "<b>it's</b>  <i>/</i>",
}

RULES = {
    # Values
    "print": [
        ("{{ yes }} {{ no }} [{{ nothing }}]", "true false []"),
        ("{{ two }} {{ big }} {{ small }}", "2 1000000000000000000000 0.0000001"),
        ("{{ [1, 2.0, 'a', yes, nothing] }}", "[1, 2, a, true, ]"),
        ("{{ map }} {{ users }}", "[object] [[object], [object]]"),
    ],
    "json": [
        ("{{ map | json_encode }}", '{"a":1,"b":2}'),
        ("{{ [two, 'é/<'] | json_encode }}", '[2.0,"é/<"]'),
        ("{{ list | json_encode(pretty=true) }}", "[\n  3,\n  1,\n  2\n]"),
        ("{{ 'v' ~ two }} {{ 'v' ~ 2.0 }}", "v2.0 v2"),
    ],
    "truth": [
        (
            "{% for v in [0, 0.0, '', nothing, no] %}{% if v %}y{% endif %}{% "
            "endfor %}",
            "",
        ),
        ("{% if list and map and n and text %}y{% endif %}", "y"),
    ],
    "undefined": [
        ("{{ missing }}", None),
        ("{% if missing.a.b %}y{% else %}n{% endif %}", "n"),
        ("{% if not missing %}y{% endif %}", "y"),
        ("{% if missing == 'x' %}y{% endif %}", None),
        ("{% for x in missing %}{% endfor %}", None),
        ("{{ 'a' ~ missing }}", None),
    ],
    "default": [
        ("{{ missing.a.b | default(value='d') }}", "d"),
        ("{{ nothing | default(value='d') }}", "d"),
        ("[{{ empty | default(value='d') }}]", "[]"),
        ("{{ name | default(value=missing) }}", "World"),
        ("{{ missing | upper | default(value='d') }}", None),
    ],
    # Expressions
    "filters take the whole chain": [
        ("{{ 'a' ~ name | upper }}", "AWORLD"),
        ("{{ 1 + 2 | as_str }}", "3"),
        ("{{ list | length - 1 - 1 }}", "3"),
        ("{{ n * list | length }}", None),
        ("{{ name | upper ~ 'x' }}", None),
    ],
    "and, or": [
        ("{{ name or 'x' }} {{ yes and n }} {{ empty or no }}", "true true false"),
        ("{% set v = missing or name %}{{ v }}", "true"),
    ],
    "not in parentheses": [
        ("{% if (not yes) and yes %}y{% else %}n{% endif %}", "y"),
        ("{% if not (yes and no) %}y{% endif %}", None),
        ("{% if not yes %}y{% else %}n{% endif %}", "n"),
    ],
    "not of a comparison": [
        ("{{ not n == 5 }}", "true"),
        ("{% if not n == 5 %}y{% else %}n{% endif %}", "n"),
    ],
    "equality": [
        ("{{ 1 == 1.0 }} {{ n == '5' }} {{ n != '5' }}", "true false false"),
        ("{% if not n == '5' %}y{% else %}n{% endif %}", "n"),
        ("{{ 1 in [1.0] }} {{ yes == 1 }}", "false false"),
    ],
    "order": [
        ("{{ 1 < 1.5 }} {{ 2 >= two }}", "true true"),
        ("{{ 'a' < 'b' }}", None),
    ],
    "arithmetic": [
        ("{{ 8 / 2 }} {{ 7 / 2 }} {{ 1 / 0 }}", "4 3.5 NaN"),
        ("{{ -7 % 3 }} {{ 7.5 % 2 }}", "-1 1.5"),
        ("{{ 7 % 0 }}", None),
        ("{{ max + 1 }}", None),
        ("{{ name + 1 }}", None),
        ("{{ yes + 1 }}", None),
    ],
    "negative numbers": [
        ("{{ n -1 }} {{ n - -1 }}", "4 6"),
        ("{{-1 }}", "1"),
        ("{{ -n }}", None),
    ],
    "numbers": [
        ("{{ 1.50 }} {{ -0.0 }}", "1.5 -0"),
        ("{{ 007 }}", None),
        ("{{ 1e3 }}", None),
        ("{{ 9223372036854775808 }}", None),
    ],
    "strings": [
        ("{{ 'a\\nb' }}{{ \"it's\" }}{{ `\"'` }}", "a\\nbit's\"'"),
        ("{{ 'a\\nb' | replace(from='\\n', to='-') }}", "a-b"),
        ("{{ list | join(sep='\\n') }}", "3\n1\n2"),
    ],
    "concatenation": [
        ("{{ name ~ 1 ~ 1.5 }}", "World11.5"),
        ("{{ 'a' ~ yes }}", None),
        ("{{ 'a' ~ list }}", None),
    ],
    "paths": [
        ("{{ nested.a.b.0.c }} {{ nested['a'].b[0][\"c\"] }}", "deep deep"),
        ("{{ list[1] }} {{ map[words[0]] }}", "1 2"),
        ("{{ keys.items }} {{ keys.1 }} {{ keys['x-y'] }}", "I one dash"),
        ("{{ keys.x-y }}", None),
        ("{{ list[-1] }}", None),
        ("{{ map[`a`] }}", None),
    ],
    "words touch": [
        ("{% if n isodd %}y{% endif %}{{ 1in list }}", "ytrue"),
        ("{% if n is notodd %}y{% else %}n{% endif %}", "n"),
        ("{{ true_value }}", None),
        ("{% if yes or(no) %}{% endif %}", None),
    ],
    "in": [
        ("{{ 'o' in name }} {{ 'a' in map }} {{ 1 not in list }}", "true true false"),
        ("{{ n in name }}", None),
    ],
    "tests": [
        ("{% if missing is undefined and n is odd %}y{% endif %}", "y"),
        ("{% if f is odd %}y{% endif %}", "y"),
        ("{% if name is iterable %}y{% else %}n{% endif %}", "n"),
        ("{% if missing is string %}y{% endif %}", None),
        ("{% if 'x' is string %}y{% endif %}", None),
        ("{% if name is containing('or') and n is divisibleby(5) %}y{% endif %}", "y"),
    ],
    "matching": [
        (r"{% if name is matching('^W\w+$') %}y{% endif %}", "y"),
        (r"{% if name is matching('(?=W)') %}y{% endif %}", None),
        ("{% if name is matching('[[:lower:]]{4}') %}y{% endif %}", "y"),
        ("{% if name is matching('(?x)W o\x1crld') %}y{% else %}n{% endif %}", "n"),
    ],
    "swallowed errors": [
        ("{% if n | upper %}y{% else %}n{% endif %}", "n"),
        ("{% if not n | upper %}y{% else %}n{% endif %}", "n"),
        ("{% if name | nofilter %}y{% else %}n{% endif %}", "n"),
    ],
    "filters ignored in conditions": [
        ("{% if '' | default(value='x') %}y{% else %}n{% endif %}", "n"),
        ("{% if 0 | nofilter or 1 | upper %}y{% endif %}", "y"),
    ],
    "late names": [
        ("{% if no %}{{ x | nofilter }}{{ nofunction() }}{% endif %}ok", "ok"),
        ("{% if no %}{% include 'x' %}{% endif %}ok", "ok"),
        ("{{ name | nofilter }}", None),
    ],
    "named arguments": [
        ("{{ text | replace(from='one', to='1', unknown=2) }}", "1 two"),
        ("{{ text | split(' ') }}", None),
    ],
    # Tags
    "for": [
        ("{% for k, v in map %}{{ k }}{{ v }}{% endfor %}", "a1b2"),
        ("{% for c in 'ab' %}{% endfor %}", None),
        ("{% for c in name %}{{ c }}-{% endfor %}", "W-o-r-l-d-"),
        ("{% for x in map %}{% endfor %}", None),
        ("{% for k, v in list %}{% endfor %}", None),
        ("{% for x in [] %}{% else %}none{% endfor %}", "none"),
        ("{% for x in list %}{% break %}{% else %}none{% endfor %}", ""),
    ],
    "loop": [
        (
            "{% for x in words %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}"
            "{{ loop.last }} {% endfor %}",
            "10truefalse 21falsetrue ",
        ),
        ("{% for x in words %}{{ loop.length }}{% endfor %}", None),
    ],
    "set": [
        ("{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "1"),
        ("{% for i in list %}{% set name = i %}{% endfor %}{{ name }}", "World"),
        ("{% for i in list %}{% set_global name = i %}{% endfor %}{{ name }}", "2"),
        ("{% for i in list %}{{ name }}{% set name = i %}{% endfor %}", "World" * 3),
        ("{% filter upper %}{% set x = 'v' %}{% endfilter %}{{ x }}", "v"),
        ("{% set x %}v{% endset %}", None),
    ],
    "set hides whole paths": [
        ("{% set nested = 1 %}{{ nested }} {{ nested.a.b.0.c }}", "1 deep"),
    ],
    "macro": [
        (
            "{{ self::m(a=1) }}{% macro m(a, b='d') %}{{ a }}{{ b }}{% endmacro m %}",
            "1d",
        ),
        ("{% macro m(a) %}{{ name }}{% endmacro %}{{ self::m(a=1, z=2) }}", "World"),
        ("{% macro m(a) %}{% endmacro %}{{ self::m() }}", None),
        ("{% set q = 1 %}{% macro m() %}{{ q }}{% endmacro %}{{ self::m() }}", None),
        (
            "{% macro down(n) %}{{ n }}{% if n > 0 %}{{ self::down(n=n-1) }}{% endif %}"
            "{% endmacro %}{{ self::down(n=2) }}",
            "210",
        ),
    ],
    "block": [
        ("{% block a %}x{% block b %}y{% endblock b %}{% endblock %}", "xy"),
        ("{% block a %}{{ super() }}{% endblock %}", None),
        (
            "{% block a %}A{% endblock %}{% if yes %}{% block a %}B{% endblock "
            "%}{% endif %}",
            "AA",
        ),
    ],
    "raw": [("{% raw %}{{ x }}{% endraw %}", "{{ x }}")],
    "comments": [
        ("a{# c #}b", "ab"),
        ("{##}", None),
        ("a {#- c -#} b", "ab"),
        ("{#- c -#}\nb", "\nb"),
    ],
    "white space": [
        ("a \n{%- if yes -%} b {%- endif -%}\n c", "abc"),
        ("{{ 1 }}\n", "1\n"),
        ("a\r\n{{ 1 }}\r", "a\r\n1\r"),
        ("\x1c{{- 1 }}", "\x1c1"),
        ("a {%- raw -%} b {%- endraw -%} c", "abc"),
    ],
    "white space in the else of a loop": [
        ("{% for x in [] %}{% else -%} a {%- endfor %}", " a "),
        ("{% for x in list %} a {% else -%} b {%- endfor %}", " a a a"),
    ],
    "context dump": [("{% if __tera_context is string %}y{% endif %}", "y")],
    # Filters and functions
    "truncate": [
        ("{{ 'hello' | truncate(length=2) }}", "he…"),
        ("{{ 'e\u0301e\u0301' | truncate(length=1, end='') }}", "e\u0301"),
    ],
    "round": [
        ("{{ 2.5 | round }} {{ -2.5 | round }}", "3 -3"),
        ("{{ 3 | round | json_encode }}", "3.0"),
        ("{{ 1.25 | round(precision=1, method='floor') }}", "1.2"),
    ],
    "text filters": [
        (
            "{{ page | escape }}",
            "&lt;b&gt;it&#x27;s&lt;&#x2F;b&gt;  &lt;i&gt;&#x2F;&lt;&#x2F;i&gt;",
        ),
        (
            "{{ page | striptags }}|{{ page | spaceless }}",
            "it's  /|<b>it's</b><i>/</i>",
        ),
        ("{{ \"it's o'clock\" | title }}", "It's O'clock"),
        ("{{ 'a\n\nb\n' | indent(prefix='> ') }}", "a\n\n> b"),
        ("{{ 'a b/ü%' | urlencode }}", "a%20b/%C3%BC%"),
        ("{{ 'Ünïcode Straße 漢字' | slugify }}", "unicode-strasse-han-zi"),
        (
            "{{ '0x1F' | int(base=16) }} {{ '3.9' | int }} {{ 'x' | int(default=7) }}",
            "31 3 7",
        ),
        (
            "{{ 1536 | filesizeformat }} {{ 1536 | filesizeformat(binary=true) }}",
            "1.50 kB 1.50 KiB",
        ),
        ("{{ 'abc' | split(pat='') | length }}", "5"),
    ],
    "array filters": [
        ("{{ words | sort }} {{ list | sort }}", "[A, b] [1, 2, 3]"),
        ("{{ ['a', 'A', 'b'] | unique }}", "[a, b]"),
        ("{{ users | map(attribute='age') }}", "[3]"),
        ("{{ users | filter(attribute='age') | length }}", "1"),
        (
            "{% for k, v in users | group_by(attribute='name') %}{{ k }}{% endfor %}",
            "AlBo",
        ),
        ("{{ list | slice(start=-2) }} {{ list | nth(n=9) }}|", "[1, 2] |"),
        ("{{ list | concat(with=list) | length }} {{ [] | first }}|", "6 |"),
        ("{{ [1, 'a'] | sort }}", None),
    ],
    "dates": [
        (
            "{{ 0 | date(format='%F %T %a %-d %j %e') }}",
            "1970-01-01 00:00:00 Thu 1 001  1",
        ),
        ("{{ '2024-02-29' | date(format='%d %B %Y %V %q') }}", "29 February 2024 09 1"),
        (
            "{{ '2024-07-01T12:00:00Z' | date(format='%H:%M %Z', "
            "timezone='Europe/Berlin') }}",
            "14:00 CEST",
        ),
        (
            "{{ '2024-07-01T12:00:00.5+02:00' | date(format='%+ %.3f %s') }}",
            "2024-07-01T12:00:00.500+02:00 .500 1719828000",
        ),
        ("{{ 0 | date(format='%z') }}", None),
        ("{{ 'x' | date }}", None),
    ],
    "functions": [
        (
            "{{ range(end=3) }} {{ range(start=1, end=6, step_by=2) }}",
            "[0, 1, 2] [1, 3, 5]",
        ),
        ("{{ range(3) }}", None),
        ("{{ throw(message='stop') }}", None),
        ("{{ get_env(name='HATCH_AGPM_UNSET', default='d') }}", "d"),
        ("{% if range(end=1) %}{% endif %}", None),
    ],
    "other templates": [
        ("{% include 'x' %}", None),
        ("{% extends 'x' %}", None),
        ("{% import 'x' as y %}", None),
    ],
}
