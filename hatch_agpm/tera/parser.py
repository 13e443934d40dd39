"""
Tera's grammar of tags and text: from the source of a template to its tree.

Each place allows its own set of tags (`break` in loops only, `macro` at the top
only), which is why bodies are parsed by the kind of place they are in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hatch_agpm.tera.expressions import ExpressionParser
from hatch_agpm.tera.failures import Refusal
from hatch_agpm.tera.habits import habit
from hatch_agpm.tera.lexer import Terminal, terminal
from hatch_agpm.tera.syntax import (
    Block,
    Boolean,
    Branch,
    Comment,
    Else,
    FilterSection,
    For,
    If,
    Include,
    Jump,
    Literal,
    MacroDefinition,
    Node,
    Operand,
    Print,
    Raw,
    Set,
    Super,
    TemplateTree,
    Text,
    Trim,
)
from hatch_agpm.tera.terminals import (
    CLOSE,
    CLOSE_SQUARE,
    EQUALS,
    IDENT,
    OPEN,
    OPEN_SQUARE,
    STRING,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["parse"]

_OPENING: Final = terminal(r"\{\{|\{%|\{#")
_VARIABLE_START: Final = terminal(r"\{\{-?")
_VARIABLE_END: Final = terminal(r"-?\}\}")
_TAG_START: Final = terminal(r"\{%-?")
_TAG_END: Final = terminal(r"-?%\}")
_COMMENT: Final = terminal(r"\{#-?(?:(?!-?#\}).)+-?#\}")
_SUPER: Final = "super()"
_KEYWORD: Final = terminal(r"[a-z_]+")
_SPACES: Final = terminal(r"[ \t\r\n]+")
_ENDRAW: Final = terminal(r"\{%-?[ \t\r\n]*endraw[ \t\r\n]*-?%\}")
_IN: Final = terminal(r"in[ \t\r\n]+")
_COMMA: Final = terminal(r",[ \t\r\n]*")
_IGNORE_MISSING: Final = terminal(r"ignore[ \t\r\n]*missing")

_WORD: Final = terminal(r"\w+|-?[%#}]\}|\{[{%#]|.")
_OPERATORS: Final = dict.fromkeys(
    ("'or'", "'and'", "'in'", "'is'", "'~'", "a comparison", "a filter"), "an operator"
)
"""What is not worth naming one by one."""

_EVERYWHERE: Final = frozenset(
    {"include", "set", "set_global", "if", "for", "filter", "raw"}
)
_ALLOWED: Final = {
    "template": _EVERYWHERE | {"block", "macro"},
    "content": _EVERYWHERE | {"block"},
    "block": _EVERYWHERE | {"block"},
    "for": _EVERYWHERE | {"break", "continue"},
    "macro": _EVERYWHERE,
    "filter": _EVERYWHERE | {"block"},
}
"""Which tags a place allows; `content` is an `if` at the top of a template."""


def parse(source: str, *, depth: int, size: int) -> TemplateTree:
    """
    Return the tree of a template.

    `depth` limits how deep it nests, `size` how many tags and values it has.  Raise
    Refusal, with the offset, where Tera refuses the text or a limit is met.
    """
    return _TemplateParser(source, depth=depth, size=size).template()


class _Tag(NamedTuple):
    """The beginning of a tag: its word, whether it trims before it, its place."""

    word: str
    trims: bool
    at: int


class _TemplateParser(ExpressionParser):
    """Reads tags; a rule that has begun its tag ends it or raises."""

    def template(self) -> TemplateTree:
        self._leading_comments()
        self._imports()
        nodes = self._body("template")
        if self.at < len(self.source):
            raise self._unexpected()
        return TemplateTree(nodes=nodes)

    def _leading_comments(self) -> None:
        # Comments before everything else are no nodes in Tera: they trim nothing.
        while self.take(_COMMENT):
            pass

    def _imports(self) -> None:
        start = self.at
        self.skip()
        tag = self._tag_start()
        if tag is None or tag.word not in {"extends", "import"}:
            self.at = start
            return
        if self.take(_SPACES) and self.take(STRING, "a string"):
            what = f"'{tag.word}' needs other templates, and there are none here"
            hint = (
                "a template is rendered by itself; embed files with the content filter"
            )
            raise Refusal(what, hint=hint, at=tag.at)
        raise self._unexpected()

    # Bodies

    def _body(self, place: str) -> tuple[Node, ...]:
        """Read nodes as long as the place allows them."""
        nodes: list[Node] = []
        while (node := self._node(place)) is not None:
            nodes.append(node)
        return tuple(nodes)

    def _node(self, place: str) -> Node | None:
        text = self._text()
        if text is not None:
            return text
        if self.source.startswith("{{", self.at):
            return self._print(place)
        if self.source.startswith("{#", self.at):
            return self._comment()
        start = self.at
        tag = self._tag_start()
        if tag is None:
            return None
        if tag.word not in _ALLOWED[place]:
            self.at = tag.at
            self.miss("a tag that may stand here")
            self.at = start
            return None
        self.count()
        return self._tag(tag, place)

    def _text(self) -> Text | None:
        # A search for the next tag instead of a match: a text may be megabytes long.
        match = _OPENING.search(self.source, self.at)
        end = match.start() if match else len(self.source)
        if end == self.at:
            return None
        text = self.source[self.at : end]
        self.at = end
        return Text(text=text)

    def _tag(self, tag: _Tag, place: str) -> Node:
        rules: dict[str, Callable[[_Tag, str], Node]] = {
            "set": self._set,
            "set_global": self._set,
            "if": self._if,
            "for": self._for,
            "filter": self._filter_section,
            "raw": self._raw,
            "include": self._include,
            "block": self._block,
            "macro": self._macro,
        }
        return rules.get(tag.word, self._jump)(tag, place)

    # The ends of tags

    def _tag_start(self) -> _Tag | None:
        """Take `{%` and the word behind it."""
        start = self.at
        opening = self.take(_TAG_START)
        if opening is None:
            return None
        self.skip()
        at = self.at
        word = self._keyword()
        if word is None:
            self.miss("the name of a tag")
            self.at = start
            return None
        return _Tag(word, opening == "{%-", at)

    def _keyword(self) -> str | None:
        """Take one of Tera's words; what follows it may touch it (`endblockname`)."""
        found = self.take(_KEYWORD)
        if found is None:
            return None
        for word in _KEYWORDS:
            if found.startswith(word):
                self.at -= len(found) - len(word)
                return word
        return found

    def _tag_end(self) -> bool:
        """Take `%}` and return whether it trims."""
        found = self.next(_TAG_END, "'%}'")
        if found is None:
            self.skip()
            raise self._unexpected()
        return found == "-%}"

    def _end(self, word: str, opening: _Tag) -> Trim:
        """Take the closing tag of the body that `opening` began."""
        start = self.at
        if start == len(self.source):
            # Where it began helps more than where the text ends.
            what = f"'{{% {opening.word} %}}' has no '{{% {word} %}}'"
            raise Refusal(what, at=opening.at)
        tag = self._tag_start()
        if tag is None or tag.word != word:
            self.at = tag.at if tag else start
            self.miss(f"'{{% {word} %}}'")
            raise self._unexpected()
        if word in {"endblock", "endmacro"}:
            self.next(IDENT)
        return Trim(left=tag.trims, right=self._tag_end())

    def _spaces(self) -> None:
        if not self.take(_SPACES, "a space"):
            raise self._unexpected()

    def _need(self, wanted: Terminal, expected: str) -> str:
        found = self.take(wanted, expected)
        if found is None:
            raise self._unexpected()
        return found

    def _unexpected(self) -> Refusal:
        """Return the error at the furthest place that anybody reached."""
        if self.at > self.furthest:
            self.furthest, self.expected = self.at, set()
        expected = {_OPERATORS.get(name, name) for name in self.expected}
        what = f"expected {_either(sorted(expected))}" if expected else "is not Tera"
        hint = habit(self.source, self.furthest)
        return Refusal(what, self._found(), hint, self.furthest)

    def _found(self) -> str:
        """Name what stands where the error is."""
        found = _WORD.match(self.source, self.furthest)
        if found is None:
            return "the end of the template"
        return "the end of the line" if found.group() == "\n" else f"'{found.group()}'"

    # Tags

    def _print(self, place: str) -> Node:
        at = self.at
        left = self._need(_VARIABLE_START, "'{{'") == "{{-"
        self.count()
        self.skip()
        inside = self.at
        if place == "block" and self.take(_SUPER) and self.next(_VARIABLE_END):
            return Super(at=at)
        self.at = inside
        value = self.variable() or self._value()
        end = self.next(_VARIABLE_END, "'}}'")
        if end is None:
            raise self._unexpected()
        return Print(trim=Trim(left=left, right=end == "-}}"), value=value)

    def _comment(self) -> Comment:
        start = self.at
        if not self.take(_COMMENT):
            at = self.at
            self.at = len(self.source) if "#}" not in self.source[at:] else at
            what = "the comment has no end" if self.at > at else "the comment is empty"
            raise Refusal(what, hint="a comment is {# text #}", at=at)
        text = self.source[start : self.at]
        return Comment(
            trim=Trim(left=text.startswith("{#-"), right=text.endswith("-#}"))
        )

    def _value(self) -> Operand:
        value = self.logic_expr() or self.array_filter()
        if value is None:
            raise self._unexpected()
        return value

    def _condition(self) -> Operand:
        self._spaces()
        condition = self.logic_expr()
        if condition is None:
            raise self._unexpected()
        return condition

    def _jump(self, tag: _Tag, _: str) -> Jump:
        trim = Trim(left=tag.trims, right=self._tag_end())
        return Jump(trim=trim, word=tag.word, at=tag.at)

    def _set(self, tag: _Tag, _: str) -> Set:
        self._spaces()
        name = self._need(IDENT, "a name")
        if self.next(EQUALS, "'='") is None:
            raise self._unexpected()
        self.skip()
        value = self._value()
        trim = Trim(left=tag.trims, right=self._tag_end())
        return Set(
            trim=trim, name=name, value=value, everywhere=tag.word == "set_global"
        )

    def _if(self, tag: _Tag, place: str) -> If:
        # Only a loop, a macro, a block and a filter section have rules of their own.
        place = "content" if place == "template" else place
        self.deeper()
        branches: list[Branch] = []
        otherwise = None
        part: _Tag | None = tag
        while part is not None and part.word != "else":
            condition = self._condition()
            trim = Trim(left=part.trims, right=self._tag_end())
            body = self._body(place)
            branches.append(Branch(trim=trim, condition=condition, body=body))
            part = self._next_tag("elif", "else")
        if part is not None:
            trim = Trim(left=part.trims, right=self._tag_end())
            otherwise = Else(trim=trim, body=self._body(place))
        end = self._end("endif", tag)
        self.shallower()
        return If(branches=tuple(branches), otherwise=otherwise, end=end)

    def _next_tag(self, *words: str) -> _Tag | None:
        """Take the start of a tag if its word is one of these."""
        start = self.at
        tag = self._tag_start()
        if tag is not None and tag.word in words:
            return tag
        self.at = start
        return None

    def _for(self, tag: _Tag, _: str) -> For:
        self.deeper()
        self._spaces()
        key, value = "", self._need(IDENT, "a name")
        if self.take(_COMMA):
            key, value = value, self._need(IDENT, "a name")
        self._spaces()
        self._need(_IN, "'in'")
        container = self.basic_expr_filter() or self.array_filter()
        if container is None:
            raise self._unexpected()
        start = Trim(left=tag.trims, right=self._tag_end())
        body = self._body("for")
        empty: tuple[Node, ...] = ()
        while self._next_tag("else"):
            self._tag_end()
            empty = self._body("for")
        end = self._end("endfor", tag)
        self.shallower()
        return For(
            start=start,
            key=key,
            value=value,
            container=container,
            body=body,
            empty=empty,
            end=end,
            at=tag.at,
        )

    def _filter_section(self, tag: _Tag, _: str) -> FilterSection:
        self.deeper()
        self._spaces()
        call = self.fn_call() or self.plain_call()
        if call is None:
            raise self._unexpected()
        start = Trim(left=tag.trims, right=self._tag_end())
        body = self._body("filter")
        end = self._end("endfilter", tag)
        self.shallower()
        return FilterSection(start=start, call=call, body=body, end=end)

    def _raw(self, tag: _Tag, _: str) -> Raw:
        start = Trim(left=tag.trims, right=self._tag_end())
        match = _ENDRAW.search(self.source, self.at)
        if match is None:
            what = "'{% raw %}' has no '{% endraw %}'"
            raise Refusal(what, at=self.at)
        text = self.source[self.at : match.start()]
        self.at = match.end()
        end = Trim(
            left=match.group().startswith("{%-"), right=match.group().endswith("-%}")
        )
        return Raw(start=start, text=text, end=end)

    def _include(self, tag: _Tag, _: str) -> Include:
        self._spaces()
        if self.take(OPEN_SQUARE):
            names: list[str] = []
            while (name := self.next(STRING, "a string")) is not None:
                names.append(name[1:-1])
                if not self.next(_COMMA, "','"):
                    break
            if self.next(CLOSE_SQUARE, "']'") is None:
                raise self._unexpected()
        else:
            names = [self._need(STRING, "a string")[1:-1]]
        self.skip()
        ignore_missing = self.take(_IGNORE_MISSING) is not None
        trim = Trim(left=tag.trims, right=self._tag_end())
        return Include(
            trim=trim, names=tuple(names), ignore_missing=ignore_missing, at=tag.at
        )

    def _block(self, tag: _Tag, _: str) -> Block:
        self.deeper()
        self._spaces()
        name = self._need(IDENT, "a name")
        start = Trim(left=tag.trims, right=self._tag_end())
        body = self._body("block")
        end = self._end("endblock", tag)
        self.shallower()
        return Block(start=start, name=name, body=body, end=end, at=tag.at)

    def _macro(self, tag: _Tag, _: str) -> MacroDefinition:
        self.deeper()
        self._spaces()
        name = self._need(IDENT, "a name")
        parameters = self._parameters()
        start = Trim(left=tag.trims, right=self._tag_end())
        body = self._body("macro")
        end = self._end("endmacro", tag)
        self.shallower()
        return MacroDefinition(
            start=start, name=name, parameters=parameters, body=body, end=end, at=tag.at
        )

    def _parameters(self) -> dict[str, Literal | Boolean | None]:
        parameters: dict[str, Literal | Boolean | None] = {}
        self.skip()
        self._need(OPEN, "'('")
        self.skip()
        name = self.take(IDENT, "a parameter")
        while name:
            parameters[name] = self._default()
            name = None
            if self.next(_COMMA, "','"):
                name = self._need(IDENT, "a parameter")
        if self.next(CLOSE, "')'") is None:
            raise self._unexpected()
        return parameters

    def _default(self) -> Literal | Boolean | None:
        """Take `=literal`, in which no white space may stand."""
        start = self.at
        if self.take(EQUALS):
            found = self.boolean() or self.string() or self.number()
            if found is not None:
                return found
            self.miss("a string, a number, true or false")
        self.at = start
        return None


_KEYWORDS: Final = (
    *("include", "set_global", "set", "if", "for", "filter", "raw", "block"),
    *("macro", "break", "continue", "elif", "else", "endif", "endfor", "endfilter"),
    *("endblock", "endmacro", "extends", "import"),
)
"""Longer words before their beginnings."""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
