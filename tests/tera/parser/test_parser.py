"""The trees of tags that hold one variable, whatever is around it."""

from itertools import product

import pytest

from hatch_agpm.runtime._tera.failures import Refusal
from hatch_agpm.tera import Limits, TemplateError, TeraEnvironment
from hatch_agpm.tera.parser.parser import parse
from hatch_agpm.tera.parser.tree import Boolean, Call, Operand, Path, Trim

PATHS = (
    *("a", "_", "a.b", "a.0.b_1", "nota", "in", "is", "or", "and", "self.x", "super"),
    *("else", "loop.first", "__tera_context", "tRue", "fals", "a[0]", "a['x-y'].b"),
)
BOOLEANS = {"true": True, "True": True, "false": False, "False": False}
SPACES = ("", " ", "\n\t", "\r\n ")
SIGNS = ("", "-")
FILTERS = {
    "": [],
    "|f": ["f"],
    "| f ": ["f"],
    " |\nfalse": ["false"],
    "|f|g": ["f", "g"],
}
AROUND = [*product(FILTERS, SPACES, SIGNS, SIGNS)]


def first_node(source):
    return parse(source, depth=64, size=100).nodes[0]


def operand_in(tag, value, filters):
    """Return the operand that a tag should have, with the offsets of its parts."""
    calls, at = [], tag.index("|") if filters else 0
    for name in filters:
        at = tag.index(name, at)
        calls.append(Call(name=name, arguments={}, at=at))
        at += len(name)
    return Operand(value=value, filters=tuple(calls))


@pytest.mark.parametrize("path", PATHS)
def test_a_printed_variable(path):
    for filter_, space, left, right in AROUND:
        tag = f"{{{{{left}{space}{path}{space}{filter_}{space}{right}}}}}"
        printed = first_node(tag)
        value = Path(text=path, at=tag.index(path))
        assert printed.value == operand_in(tag, value, FILTERS[filter_]), tag
        assert printed.trim == Trim(left=left == "-", right=right == "-")


@pytest.mark.parametrize("path", PATHS)
def test_a_variable_as_condition(path):
    for filter_, space, left, right in AROUND:
        end = f"{path}{space}{filter_}{space}{right}%}}"
        tag = f"{{%{left}{space}if {space}{end}"
        (branch,) = first_node(f"{tag}{{% endif %}}").branches
        value = Path(text=path, at=tag.index(end))
        assert branch.condition == operand_in(tag, value, FILTERS[filter_]), tag
        assert branch.trim == Trim(left=left == "-", right=right == "-")


@pytest.mark.parametrize("path", PATHS)
def test_a_variable_in_a_loop(path):
    for key, (filter_, space, left, right) in product(("", "k"), AROUND):
        names = f"{key},{space}v" if key else "v"
        end = f"{path}{space}{filter_}{space}{right}%}}"
        tag = f"{{%{left}{space}for {names} in {end}"
        loop = first_node(f"{tag}{{% endfor %}}")
        value = Path(text=path, at=tag.index(end))
        assert loop.container == operand_in(tag, value, FILTERS[filter_]), tag
        assert (loop.key, loop.value) == (key, "v")
        assert loop.start == Trim(left=left == "-", right=right == "-")


@pytest.mark.parametrize("word", BOOLEANS)
def test_a_boolean_ends_where_its_word_ends(word):
    assert first_node(f"{{{{ {word} }}}}").value.value == Boolean(BOOLEANS[word], at=3)
    for more in ("st", "hood.a", ".a", "_"):
        with pytest.raises(Refusal):
            first_node(f"{{{{ {word}{more} }}}}")


def test_not_is_a_name_where_nothing_follows_it():
    assert first_node("{{not}}").value == Operand(value=Path(text="not", at=2))
    with pytest.raises(Refusal):
        first_node("{{ not }}")


@pytest.mark.parametrize(
    "tag", ["{{ a }}", "{% if a %}{% endif %}", "{% for x in a %}{% endfor %}"]
)
def test_a_tag_with_a_variable_counts_as_two_parts(tag):
    def template(tags):
        limits = Limits(source=6 * 2_000 + len(tags))
        return TeraEnvironment(limits=limits).template(tags)

    assert template(tag * 3)
    with pytest.raises(TemplateError, match="too many tags"):
        template(tag * 3 + "{{ a }}")
