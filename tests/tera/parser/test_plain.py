"""Tags that one pattern takes whole are what the rules of expressions make of them."""

from itertools import product

import pytest

from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment
from hatch_agpm.tera.failures import Refusal
from hatch_agpm.tera.parser.expressions import ExpressionParser
from hatch_agpm.tera.parser.parser import parse
from hatch_agpm.tera.parser.tree import Branch, Print, Trim

PATHS = (
    *("a", "_", "a.b", "a.0.b_1", "not", "nota", "in", "is", "or", "and", "self.x"),
    *("super", "else", "loop.first", "__tera_context", "tRue", "fals", "true", "False"),
    *("truest", "falsehood.a", "true.a"),
)
SPACES = ("", " ", "\n\t", "\r\n ")
SIGNS = ("", "-")
FILTERS = ("", "|f", "| f ", " |\nfalse", "|f|g", "|f(x=1)")


class StepByStep(ExpressionParser):
    """Knows no short way."""

    def plain_path(self):
        return None


def by_rules(tag, text, rule):
    """Return what a rule makes of a tag, from `text` to the end, or None."""
    parser = StepByStep(tag, depth=64, size=100)
    parser.at = tag.index(text)
    found = rule(parser)
    parser.skip()
    at_end = tag[parser.at :] in {"}}", "-}}", "%}", "-%}"}
    return found if at_end else None


def same(found, wanted):
    """Compare with the kinds of nodes: tuples of one content are equal."""
    return repr(found) == repr(wanted)


def first_node(source):
    try:
        return parse(source, depth=64, size=100).nodes[0]
    except Refusal:
        return None


@pytest.mark.parametrize("path", PATHS)
def test_a_printed_variable_is_what_the_rules_make_of_it(path):
    for filter_, space, left, right in product(FILTERS, SPACES, SIGNS, SIGNS):
        tag = f"{{{{{left}{space}{path}{space}{filter_}{space}{right}}}}}"
        value = by_rules(tag, path, ExpressionParser.logic_expr)
        wanted = value and Print(Trim(left == "-", right == "-"), value)
        assert same(first_node(tag), wanted)


@pytest.mark.parametrize("path", PATHS)
def test_a_variable_as_condition_is_what_the_rules_make_of_it(path):
    words = ("if", "elif")
    for word, filter_, space, sign in product(words, FILTERS, SPACES, SIGNS):
        tag = f"{{%{sign}{space}{word} {space}{path}{space}{filter_}{sign}%}}"
        before = "" if word == "if" else "{% if x %}"
        condition = by_rules(before + tag, path + space, ExpressionParser.logic_expr)
        found = first_node(f"{before}{tag}{{% endif %}}")
        if condition is None:
            assert found is None
        else:
            trim = Trim(sign == "-", sign == "-")
            assert same(found.branches[-1], Branch(trim, condition, ()))


@pytest.mark.parametrize("path", PATHS)
def test_a_variable_in_a_loop_is_what_the_rules_make_of_it(path):
    for key, filter_, space, right in product(("", "k,"), FILTERS, SPACES, SIGNS):
        names = f"{key}{space}v" if key else "v"
        end = f"{path}{space}{filter_}{space}{right}%}}"
        tag = f"{{% for {names} in {space}{end}"
        container = by_rules(tag, end, ExpressionParser.basic_expr_filter)
        found = first_node(f"{tag}{{% endfor %}}")
        if container is None:
            assert found is None
        else:
            assert (found.key, found.value) == (key.rstrip(","), "v")
            assert same(found.container, container)
            assert found.start == Trim(left=False, right=right == "-")


AROUND = (
    *("{}", "{} ", "{}(", "{} (x=1)", "{}[0]", "{}::f()", "{} is defined", "{} is"),
    *("{}is defined", "{}.0", "{}.", "{}~'x'", "{} ~ {}", "{} + 1", "{}-1", "{} in {}"),
    *(
        "not {}",
        "({})",
        "{} and {}",
        "{} or f(x={})",
        "{} == {}",
        "[{}]",
        "{} | f(x={})",
    ),
)


@pytest.mark.parametrize("path", PATHS)
def test_a_short_way_to_a_path_finds_what_the_rules_find(path):
    for around in AROUND:
        text = around.replace("{}", path)
        quick = ExpressionParser(text, depth=64, size=1000)
        slow = StepByStep(text, depth=64, size=1000)
        assert same(quick.logic_expr(), slow.logic_expr()), text
        assert quick.at == slow.at


@pytest.mark.parametrize(
    "tag", ["{{ a }}", "{% if a %}{% endif %}", "{% for x in a %}{% endfor %}"]
)
def test_a_plain_tag_counts_as_a_tag_and_a_value(tag):
    def template(tags):
        limits = Limits(source=6 * 2_000 + len(tags))
        return TeraEnvironment(limits=limits).template(tags)

    assert template(tag * 3)
    with pytest.raises(TemplateError, match="has too many tags and values"):
        template(tag * 3 + "{{ a }}")
