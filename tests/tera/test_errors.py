"""What people read when a template is wrong: exact sentences, and where they point."""

import pytest

from hatch_agpm.tera import TemplateError, render

CONTEXT = {
    "name": "World",
    "n": 5,
    "list": [3, 1],
    "map": {"a": 1},
    "yes": True,
    "agpm": {
        "project": {"language": "rust", "styleguide": "docs/s.md"},
        "deps": {"agents": {"rust-expert": {"content": "x"}}},
    },
}
METHODS = "Tera has no methods: "
VALUE_OR = "expected '}}' or an operator, got "
ARGUMENT = "expected ')' or an argument (name=value), got "
BY_NAME = "arguments are given by name: "
INLINE_IF = "Tera has no inline if: write {% if ... %}...{% else %}...{% endif %}"
STRANGE_TAG = "expected a tag that may stand here, got "

UNDEFINED = [
    (
        "{{ agpm.project.langage }}",
        "'agpm.project.langage' is undefined; did you mean 'agpm.project.language'?",
    ),
    (
        "{{ agpm.projct.language }}",
        "'agpm.projct.language' is undefined; did you mean 'agpm.project.language'?",
    ),
    (
        "{{ language }}",
        "'language' is undefined; did you mean 'agpm.project.language'?",
    ),
    (
        "{{ project.language }}",
        "'project.language' is undefined; did you mean 'agpm.project.language'?",
    ),
    (
        "{{ agpm.deps.agents.rust-expert.content }}",
        "'agpm.deps.agents.rust' is undefined; write 'agpm.deps.agents[\"rust-expert\"]'",
    ),
    ("{{ nowhere }}", "'nowhere' is undefined"),
    ("{{ list[5] }}", "'list[5]' is undefined"),
    (
        "{{ none }}",
        "'none' is undefined; Tera has no word for null; 'default(value=...)' replaces it",
    ),
    (
        "{{ loop.index }}",
        "'loop.index' is undefined; 'loop' is there inside a loop only",
    ),
    (
        "{% for x in list %}{{ loop.length }}{% endfor %}",
        "'loop.length' is undefined; 'loop' has index, index0, first and last; see filter 'length'",
    ),
]
NAMES = [
    ("{{ name | uper }}", "there is no filter 'uper'; did you mean 'upper'?"),
    ("{{ name | tojson }}", "there is no filter 'tojson'; it is called 'json_encode'"),
    (
        "{{ list | selectattr }}",
        "there is no filter 'selectattr'; it is called 'filter(attribute=..., value=...)'",
    ),
    ("{{ rnge(end=1) }}", "there is no function 'rnge'; did you mean 'range'?"),
    (
        "{{ namespace() }}",
        "there is no function 'namespace'; 'set_global' sets a variable outside the loop",
    ),
    (
        "{% if n is none %}{% endif %}",
        "there is no test 'none'; Tera has no word for null; 'default(value=...)' replaces it",
    ),
    ("{% if n is od %}{% endif %}", "there is no test 'od'; did you mean 'odd'?"),
    ("{{ self::m() }}", "there is no macro 'self::m'"),
]
HABITS = [
    ("{{ a if b else c }}", f"{VALUE_OR}'if'; {INLINE_IF}"),
    ("{{ a ? 1 : 2 }}", f"{VALUE_OR}'?'; {INLINE_IF}"),
    (
        "{% for x in list if x %}{% endfor %}",
        "expected '%}' or an operator, got 'if'; a loop takes no 'if': put one inside it",
    ),
    ("{% if yes %}{% else if n %}{% endif %}", "expected '%}', got 'if'; write 'elif'"),
    ("{{ name | default('x') }}", f"{ARGUMENT}'''; {BY_NAME}default(value=...)"),
    ("{{ name | default(x) }}", f"expected '=', got ')'; {BY_NAME}default(value=...)"),
    ("{{ list | join(', ') }}", f"{ARGUMENT}'''; {BY_NAME}join(sep=...)"),
    ("{{ range(3) }}", f"{ARGUMENT}'3'; {BY_NAME}range(end=...)"),
    (
        "{% for k, v in map.items() %}{% endfor %}",
        f"expected '%}}' or an operator, got '('; {METHODS}write 'for key, value in ...'",
    ),
    (
        "{{ map.get('a') }}",
        f"{VALUE_OR}'('; {METHODS}use filter 'get(key=..., default=...)'",
    ),
    (
        "{{ name.upper() }}",
        f"{VALUE_OR}'('; {METHODS}see its filters, as in 'name | upper'",
    ),
    (
        "{% set x %}a{% endset %}",
        "expected '=', got '%}'; 'set' takes a value: {% set name = value %}; Tera has no {% endset %}",
    ),
    (
        "{% endset %}",
        f"{STRANGE_TAG}'endset'; 'set' takes a value: {{% set name = value %}}",
    ),
    ("{% with x = 1 %}{% endwith %}", f"{STRANGE_TAG}'with'; 'set' makes a variable"),
    (
        "{% call m() %}{% endcall %}",
        f"{STRANGE_TAG}'call'; a macro is called as {{{{ self::name() }}}}",
    ),
    (
        "{% if a && b %}{% endif %}",
        "expected '%}' or an operator, got '&'; write 'and'",
    ),
    (
        "{% if a || b %}{% endif %}",
        "expected the name of a filter, got '|'; write 'or'",
    ),
    ("{% if !a %}{% endif %}", "expected a value, got '!'; write 'not'"),
    (
        "{% if n = 5 %}{% endif %}",
        "expected '%}' or an operator, got '='; compare with '=='",
    ),
    (
        "{% if not (a and b) %}{% endif %}",
        "expected ')' or an operator, got 'and'; Tera does not negate parentheses: negate what is inside",
    ),
    (
        "{{ name | upper ~ 'x' }}",
        f"{VALUE_OR}'~'; a filter takes the whole chain before it: set a variable first",
    ),
    ("{{ 2 ** 3 }}", "expected a value, got '*'; Tera has no powers"),
    (
        "{{ 7 // 2 }}",
        "expected a value, got '/'; Tera has no '//': use filter 'round(method=\"floor\")'",
    ),
    (
        "{{ -n }}",
        "expected a value, got '-'; Tera negates numbers only: write '0 - name'",
    ),
    (
        "{{ 1 + 'a' }}",
        "expected a value, got '''; '+' adds numbers: strings are joined with '~'",
    ),
    (
        "{{ {'a': 1} }}",
        "expected a value, got '{'; Tera has no objects but those of its context",
    ),
    (
        "{{ [[1]] }}",
        "expected ']' or a value, got '['; Tera has no arrays inside arrays",
    ),
    (
        "{{ true_value }}",
        "expected an operator, got '}}'; no name can begin with true or false",
    ),
    ("{{ 'x' is string }}", f"{VALUE_OR}'is'; a test takes a variable"),
    (
        '{{ "it\\"s" }}',
        f"{VALUE_OR}'s'; strings have no escapes: use another of the quotes \" ' `",
    ),
    ("{##}", "the comment is empty; a comment is {# text #}"),
]
OTHERS = [
    ("{{ name", "expected '}}' or an operator, got the end of the template"),
    ("{{ }}", "expected a value, got '}}'"),
    ("{% if yes %}", "expected '{% endif %}', got the end of the template"),
    ("{% raw %}", "'{% raw %}' has no '{% endraw %}'"),
    ("a {# b", "the comment has no end; a comment is {# text #}"),
    ("{{ 9223372036854775808 }}", "does not fit into 64 bits, got 9223372036854775808"),
    ("{{ n | upper }}", "filter 'upper' needs a string, got 5"),
    ("{{ list | nth }}", "filter 'nth' needs an argument 'n'"),
    (
        "{{ list | nth(n='a') }}",
        "filter 'nth' needs an integer that is not negative for 'n', got \"a\"",
    ),
    ("{{ name + 1 }}", "calculates with 'name', which is no number, got \"World\""),
    ("{{ 'a' ~ list }}", "'~' joins strings and numbers, got an array of 2"),
    ("{% for x in n %}{% endfor %}", "'n' cannot be looped over, got 5"),
    (
        "{% for x in map %}{% endfor %}",
        "'map' is an object, which gives a key and a value; write 'for key, x in ...'",
    ),
    (
        "{% block a %}{% endblock %}{% block a %}{% endblock %}",
        "block 'a' is defined twice",
    ),
    ("{% include 'x' %}", "'x' cannot be included: a template is rendered by itself"),
    (
        "{% include 'x' ignore missing %}",
        "'x' would silently be left out; embed files with the content filter",
    ),
    (
        "{% extends 'x' %}",
        "'extends' needs other templates, and there are none here; a template is rendered by itself; embed files with the content filter",
    ),
    (
        "{{ get_random(end=3) }}",
        "function 'get_random' would give another text at every build; write the number into the template or its variables",
    ),
    (
        "{{ get_env(name='HOME') }}",
        "function 'get_env' finds no variable 'HOME' that templates may read; allow it by name with 'env', or pass a 'default'",
    ),
    (
        "{{ '🚀' | slugify }}",
        "filter 'slugify' does not know how Tera writes '🚀'; replace it first: replace(from=..., to=...)",
    ),
]


@pytest.mark.parametrize(
    ("template", "sentence"), [*UNDEFINED, *NAMES, *HABITS, *OTHERS]
)
def test_message(template, sentence):
    with pytest.raises(TemplateError) as caught:
        render(template, CONTEXT)
    first = str(caught.value).split("\n    ")[0]
    assert first == f"{caught.value.line}:{caught.value.column}: {sentence}"


def test_an_error_shows_its_line_with_a_caret():
    with pytest.raises(TemplateError) as caught:
        render("first\n\tsee {{ agpm.project.langage }} here\r\nlast", CONTEXT)
    assert str(caught.value) == (
        "2:9: 'agpm.project.langage' is undefined;"
        " did you mean 'agpm.project.language'?\n"
        "    \tsee {{ agpm.project.langage }} here\n"
        "    \t       ^"
    )


def test_an_error_without_a_place_of_its_own_is_where_the_tag_is():
    with pytest.raises(TemplateError) as caught:
        render(
            "a\n{% for x in range(end=1000) %}{% for y in range(end=1000) %}{% endfor %}{% endfor %}",
            {},
        )
    assert (caught.value.line, caught.value.column) == (2, 34)


def test_now_without_source_date_epoch_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    with pytest.raises(TemplateError, match="set SOURCE_DATE_EPOCH"):
        render("{{ now() }}", {})


def test_a_swallowed_refusal_would_hide_chance_and_does_not_happen():
    with pytest.raises(TemplateError, match="get_random"):
        render(
            "{% if name | default(value=get_random(end=2)) | upper %}{% endif %}", {}
        )
