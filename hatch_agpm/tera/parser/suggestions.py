"""
Suggestions for syntax that other template languages have and Tera does not.

Each is recognised by the text before and after the position of the syntax error.
"""

from __future__ import annotations

import re
from typing import Final

from hatch_agpm.runtime._tera.failures import AS_TEXT

__all__ = ["suggestion"]

_TAGS_OF_TERA: Final = f"tags are {{% if ... %}}, {{% for ... %}}; {AS_TEXT}"

_FIRST_ARGUMENTS: Final = {
    "default": "value",
    "join": "sep",
    "replace": "from",
    "truncate": "length",
    "split": "pat",
    "round": "precision",
    "nth": "n",
    "get": "key",
    "date": "format",
    "sort": "attribute",
    "unique": "attribute",
    "map": "attribute",
    "filter": "attribute",
    "group_by": "attribute",
    "concat": "with",
    "indent": "prefix",
    "int": "default",
    "float": "default",
    "slice": "start",
    "trim_start_matches": "pat",
    "trim_end_matches": "pat",
    "range": "end",
    "pluralize": "plural",
    "json_encode": "pretty",
    "throw": "message",
    "get_env": "name",
    "filesizeformat": "binary",
    "content": "path",
}

_SUGGESTIONS: Final = (
    (
        r"\{\{-?\s*(?:\"[^\"]*\"|'[^']*'|[\w-]+)\s*",
        r":(?!:)",
        f"Tera has no objects: {AS_TEXT}",
    ),
    (r"\{\{", r"\{\s*[\w.]+\s*\}", "nothing is escaped: write {{ name }}"),
    (r"\{\{-?\s*", r"[#/^>!&]", _TAGS_OF_TERA),
    (r"\{\{-?\s*", r"\}\}|[.$@<*\\]", AS_TEXT),
    (r"\{%-?\s*else\s+", r"if\b", "write 'elif'"),
    (r"\{%-?\s*for\b.*\s", r"if\b", "a loop takes no 'if': put one inside it"),
    (
        r"\s",
        r"if\b",
        "Tera has no inline if: write {% if ... %}...{% else %}...{% endif %}",
    ),
    (
        r"\{%-?\s*set\s+\w+\s*",
        r"-?%\}",
        "'set' takes a value: {% set name = value %}; Tera has no {% endset %}",
    ),
    (r"\{%-?\s*set\s+\w+\s*", r",", "'set' sets one variable"),
    (r"\{%-?\s*set\s+\w+", r"\.", "'set' takes a plain name"),
    (
        r"\.(?:items|iteritems|keys|values)\s*",
        r"\(",
        "Tera has no methods: write 'for key, value in ...'",
    ),
    (r"\.get\s*", r"\(", "Tera has no methods: use filter 'get(key=..., default=...)'"),
    (r"\.\w+\s*", r"\(", "Tera has no methods: see its filters, as in 'name | upper'"),
    (
        r"\bnot\s*(?:\([^)]*)?",
        r"\(|and\b|or\b|[=<>!]",
        "Tera does not negate parentheses: negate what is inside",
    ),
    (r"\]", r"\[|\.", "Tera takes no part of an array that is written out"),
    (r"\[\s*", r"\[", "Tera has no arrays inside arrays"),
    (
        r"\|[^|]*\s?",
        r"~",
        "a filter takes the whole chain before it: set a variable first",
    ),
    (r"\*", r"\*", "Tera has no powers"),
    (r"/", r"/", "Tera has no '//': use filter 'round(method=\"floor\")'"),
    ("", r"-[A-Za-z_(]", "Tera negates numbers only: write '0 - name'"),
    (r"\+\s*", r"[\"'`]", "'+' adds numbers: strings are joined with '~'"),
    ("", r"&&", "write 'and'"),
    ("", r"\|\|", "write 'or'"),
    (r"\|", r"\|", "write 'or'"),
    ("", r"!(?!=)", "write 'not'"),
    ("", r"\?", "Tera has no inline if: write {% if ... %}...{% else %}...{% endif %}"),
    (r".*\{%-?\s*(?:el)?if\b.*", r"=(?!=)", "compare with '=='"),
    ("", r"\{", "Tera has no objects but those of its context"),
    (
        r"\{\{-?[ \t]*\w+[ \t]+",
        r"\w+[ \t]*(?:\w|-?\}\})",
        f"a name has no spaces; {AS_TEXT}",
    ),
    (r"\b(?:[tT]rue|[fF]alse)\w+\s*", "", "no name can begin with true or false"),
    (r"\b(?:[tT]rue|[fF]alse)", r"\.", "no name can begin with true or false"),
    (r"[\"'`]\s*", r"is\b", "a test takes a variable"),
    (r"\)\s*", r"is\b", "a test takes a variable"),
    (
        r".*\\[\"'`]\s*",
        r".",
        "strings have no escapes: use another of the quotes \" ' `",
    ),
    (r"\s?\+", r"%\}", "'+' does not control white space in Tera"),
    (r"\{%", r"\+", "'+' does not control white space in Tera"),
    (
        r"(?:==|!=|<=?|>=?|[^=]=)\s*",
        r"\[",
        "an array can be printed, set or looped over only",
    ),
)
"""The text before the error, the text after it, and the hint."""

_TAGS: Final = {
    **dict.fromkeys(("elseif", "elsif", "elif"), "write 'elif' inside an 'if'"),
    "endset": "'set' takes a value: {% set name = value %}",
    "with": "'set' makes a variable",
    "do": "'set' makes a variable",
    "call": "a macro is called as {{ self::name() }}",
    "from": "macros are defined where they are used",
    "import": "a template cannot import another: define macros where they are used",
    "extends": "a template cannot extend another",
    "autoescape": "nothing is escaped; filter 'escape' does it",
    "trans": "Tera does not translate",
    "unless": "write 'if not'",
    "assign": "'set' makes a variable",
    "case": "write 'if' and 'elif'",
    "switch": "write 'if' and 'elif'",
    "comment": "a comment is {# text #}",
    "verbatim": "it is called 'raw'",
    "macro": "a macro is defined at the top of a template, outside other tags",
    "block": "a block cannot be in a loop or in a macro",
    "break": "'break' is allowed in loops only",
    "continue": "'continue' is allowed in loops only",
}

_BEFORE: Final = 300
_AFTER: Final = 100
"""The number of characters that are looked at on each side."""


def suggestion(source: str, at: int) -> str:
    """Return a hint for the syntax error at an offset, or ""."""
    # Only the text of the tag, and a bounded part of it.
    start = max(source.rfind("{{", 0, at), source.rfind("{%", 0, at), at - _BEFORE, 0)
    before, after = source[start:at], source[at : at + _AFTER]
    if source.startswith("${{", start - 1):
        return AS_TEXT
    if re.fullmatch(r"\{%-?\s*", before):
        word = re.match(r"[a-z_]+", after)
        if word:
            return _TAGS.get(word.group(), "")
    return _argument(before, after) or next(
        (
            hint
            for before_it, from_it, hint in _SUGGESTIONS
            if re.search(rf"(?:{before_it})\Z", before, re.DOTALL)
            and re.match(from_it, after)
        ),
        "",
    )


def _argument(before: str, after: str) -> str:
    """Recognise an argument without its name."""
    call = re.search(r"(\w+)\s*\(\s*(?:[\w.]+\s*|[\w=\"'., ]+,\s*)?\Z", before)
    if call is None or call[1] == "not" or not re.match(r"[\"'`\d\[),.(-]|\w", after):
        return ""
    if re.search(r"\.\s*\w+\s*\(\s*\Z", before):
        return ""
    name = _FIRST_ARGUMENTS.get(call[1], "name")
    return f"arguments are given by name: {call[1]}({name}=...)"
