"""
Tera's grammar of tags and text: from the source of a template to its tree.

A body allows certain tags, by what is around it: `break` in loops only, `macro` at the
top of a template only.  So the rules of bodies take a key of `_ALLOWED`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from hatch_agpm.runtime._tera.failures import AS_TEXT, Refusal
from hatch_agpm.tera.parser.tags import TRIMS, Tag, TagParser
from hatch_agpm.tera.parser.terminals import (
    CLOSE,
    CLOSE_SQUARE,
    EQUALS,
    IDENT,
    OPEN,
    OPEN_SQUARE,
    STRING,
)
from hatch_agpm.tera.parser.tree import (
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
    JumpWord,
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

if TYPE_CHECKING:
    from collections.abc import Callable

    _Rule: TypeAlias = "Callable[[_TemplateParser, Tag, str], Node]"

__all__ = ["parse"]

_OPENING: Final = re.compile(r"\{[{%#]")
_VARIABLE_END: Final = re.compile(r"-?\}\}")
_COMMENT: Final = re.compile(r"\{#-?(?!-?#\}).", re.DOTALL)
"""The beginning of a comment, and its first character."""
_COMMENT_END: Final = "#}"
_SUPER: Final = "super()"
_ENDRAW: Final = re.compile(r"\{%-?[ \t\r\n]*endraw[ \t\r\n]*-?%\}")
_IN: Final = re.compile(r"in[ \t\r\n]+")
_COMMA: Final = re.compile(r",[ \t\r\n]*")
_IGNORE_MISSING: Final = re.compile(r"ignore[ \t\r\n]*missing")

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
"""The tags that a body allows; `content` is an `if` at the top of a template."""


def parse(source: str, *, depth: int, size: int) -> TemplateTree:
    """
    Return the tree of a template.

    `depth` limits how deep it nests, `size` how many tags and values it has.  Raise
    Refusal, with the offset, where Tera refuses the text or a limit is met.
    """
    return _TemplateParser(source, depth=depth, size=size).template()


class _TemplateParser(TagParser):
    """Parses tags; the rule of a tag takes all of it or raises Refusal."""

    def template(self) -> TemplateTree:
        self._leading_comments()
        self._imports()
        nodes = self._body("template")
        if self.at < len(self.source):
            raise self.unexpected()
        return TemplateTree(nodes=nodes)

    def _leading_comments(self) -> None:
        # Comments before everything else are no nodes in Tera: they trim nothing.
        while self.source.startswith("{#", self.at) and self._skip_comment():
            self.count()

    def _skip_comment(self) -> bool:
        """Move behind a comment, or return False."""
        opening = _COMMENT.match(self.source, self.at)
        end = self.source.find(_COMMENT_END, opening.end()) if opening else -1
        self.at = self.at if end < 0 else end + len(_COMMENT_END)
        return end >= 0

    def _imports(self) -> None:
        start = self.at
        self.skip()
        tag = self.tag_start()
        if tag is None or tag.word not in {"extends", "import"}:
            self.at = start
            return
        self.spaces()
        self.need(STRING, "a string")
        what = f"'{tag.word}' needs other templates, and there are none here"
        hint = "a template is rendered by itself; embed files with the content filter"
        raise Refusal(what, hint=hint, at=tag.at)

    # Bodies

    def _body(self, place: str) -> tuple[Node, ...]:
        """Take the nodes up to a tag that the place does not allow."""
        nodes: list[Node] = []
        while True:
            # A search instead of a match: a text may be megabytes long.
            opening = _OPENING.search(self.source, self.at)
            end = opening.start() if opening else len(self.source)
            if end > self.at:
                nodes.append(Text(self.source[self.at : end]))
                self.at = end
            node = self._node(opening.group(), place) if opening else None
            if node is None:
                return tuple(nodes)
            nodes.append(node)

    def _node(self, opening: str, place: str) -> Node | None:
        if opening == "{{":
            return self._print(place)
        if opening == "{#":
            return self._comment()
        start = self.at
        tag = self.tag_start()
        if tag is None:
            return None
        if tag.word not in _ALLOWED[place]:
            self.at = tag.at
            self.miss("a tag that is allowed here")
            self.at = start
            return None
        self.count()
        return self._rules[tag.word](self, tag, place)

    # Tags

    def _print(self, place: str) -> Node:
        at = self.opening = self.at
        left = "-" if self.source.startswith("-", at + 2) else ""
        self.at += len("{{" + left)
        self.count()
        self.skip()
        inside = self.at
        if place == "block" and self.take(_SUPER) and self.next(_VARIABLE_END):
            return Super(at=at)
        self.at = inside
        value = self._value()
        end = self.next(_VARIABLE_END, "'}}'")
        if end is None:
            raise self.unexpected()
        return Print(TRIMS[left, end[:-2]], value)

    def _comment(self) -> Comment:
        start = self.at
        self.count()
        if not self._skip_comment():
            if self.source.find(_COMMENT_END, start) >= 0:
                what, hint = "the comment is empty", "a comment is {# text #}"
            else:
                what, hint = "'{#' has no '#}'", f"close it, or {AS_TEXT}"
            raise Refusal(what, hint=hint, at=start)
        return Comment(
            trim=Trim(
                left=self.source.startswith("{#-", start),
                right=self.source.endswith("-#}", start, self.at),
            )
        )

    def _value(self) -> Operand:
        value = self.logic_expr() or self.array_filter()
        if value is None:
            raise self.unexpected()
        return value

    def _condition(self, tag: Tag) -> tuple[Operand, Trim]:
        """Take all of an `if` or `elif` that is behind its word."""
        self.spaces()
        condition = self.logic_expr()
        if condition is None:
            raise self.unexpected()
        return condition, self.tag_end(tag)

    def _jump(self, tag: Tag, _: str) -> Jump:
        trim = self.tag_end(tag)
        word: JumpWord = "break" if tag.word == "break" else "continue"
        return Jump(trim=trim, word=word, at=tag.at)

    def _set(self, tag: Tag, _: str) -> Set:
        self.spaces()
        name = self.need(IDENT, "a name")
        if self.next(EQUALS, "'='") is None:
            raise self.unexpected()
        self.skip()
        value = self._value()
        trim = self.tag_end(tag)
        return Set(
            trim=trim, name=name, value=value, everywhere=tag.word == "set_global"
        )

    def _if(self, tag: Tag, place: str) -> If:
        # Only a loop, a macro, a block and a filter section have rules of their own.
        place = "content" if place == "template" else place
        self.deeper()
        branches: list[Branch] = []
        otherwise = None
        part: Tag | None = tag
        while part is not None and part.word != "else":
            condition, trim = self._condition(part)
            branches.append(Branch(trim, condition, self._body(place)))
            part = self.next_tag("elif", "else")
        if part is not None:
            trim = self.tag_end(part)
            otherwise = Else(trim, self._body(place))
        end = self.end("endif", tag)
        self.shallower()
        return If(tuple(branches), otherwise, end)

    def _for(self, tag: Tag, _: str) -> For:
        self.deeper()
        key, value, container, start = self._loop(tag)
        body = self._body("for")
        empty: tuple[Node, ...] = ()
        while (otherwise := self.next_tag("else")) is not None:
            self.tag_end(otherwise)
            empty = self._body("for")
        end = self.end("endfor", tag)
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

    def _loop(self, tag: Tag) -> tuple[str, str, Operand, Trim]:
        """Take all of a `for` that is behind its word."""
        self.spaces()
        key, value = "", self.need(IDENT, "a name")
        if self.take(_COMMA):
            key, value = value, self.need(IDENT, "a name")
        self.spaces()
        self.need(_IN, "'in'")
        container = self.basic_expr_filter() or self.array_filter()
        if container is None:
            raise self.unexpected()
        return key, value, container, self.tag_end(tag)

    def _filter_section(self, tag: Tag, _: str) -> FilterSection:
        self.deeper()
        self.spaces()
        call = self.fn_call() or self.plain_call()
        if call is None:
            raise self.unexpected()
        start = self.tag_end(tag)
        body = self._body("filter")
        end = self.end("endfilter", tag)
        self.shallower()
        return FilterSection(start=start, call=call, body=body, end=end)

    def _raw(self, tag: Tag, _: str) -> Raw:
        start = self.tag_end(tag)
        match = _ENDRAW.search(self.source, self.at)
        if match is None:
            what = "'{% raw %}' has no '{% endraw %}'"
            raise Refusal(what, at=tag.at)
        text = self.source[self.at : match.start()]
        self.at = match.end()
        end = Trim(
            left=match.group().startswith("{%-"), right=match.group().endswith("-%}")
        )
        return Raw(start=start, text=text, end=end)

    def _include(self, tag: Tag, _: str) -> Include:
        self.spaces()
        if self.take(OPEN_SQUARE):
            names: list[str] = []
            while (name := self.next(STRING, "a string")) is not None:
                self.count()
                names.append(name[1:-1])
                if not self.next(_COMMA, "','"):
                    break
            if self.next(CLOSE_SQUARE, "']'") is None:
                raise self.unexpected()
        else:
            names = [self.need(STRING, "a string")[1:-1]]
        self.skip()
        ignore_missing = self.take(_IGNORE_MISSING) is not None
        trim = self.tag_end(tag)
        return Include(
            trim=trim, names=tuple(names), ignore_missing=ignore_missing, at=tag.at
        )

    def _block(self, tag: Tag, _: str) -> Block:
        self.deeper()
        self.spaces()
        name = self.need(IDENT, "a name")
        start = self.tag_end(tag)
        body = self._body("block")
        end = self.end("endblock", tag)
        self.shallower()
        return Block(start=start, name=name, body=body, end=end, at=tag.at)

    def _macro(self, tag: Tag, _: str) -> MacroDefinition:
        self.deeper()
        self.spaces()
        name = self.need(IDENT, "a name")
        parameters = self._parameters()
        start = self.tag_end(tag)
        body = self._body("macro")
        end = self.end("endmacro", tag)
        self.shallower()
        return MacroDefinition(
            start=start, name=name, parameters=parameters, body=body, end=end, at=tag.at
        )

    def _parameters(self) -> dict[str, Literal | Boolean | None]:
        parameters: dict[str, Literal | Boolean | None] = {}
        self.skip()
        self.need(OPEN, "'('")
        self.skip()
        name = self.take(IDENT, "a parameter")
        while name:
            self.count()
            parameters[name] = self._default()
            name = None
            if self.next(_COMMA, "','"):
                name = self.need(IDENT, "a parameter")
        if self.next(CLOSE, "')'") is None:
            raise self.unexpected()
        return parameters

    def _default(self) -> Literal | Boolean | None:
        """Take `=literal`, without white space in it."""
        start = self.at
        if self.take(EQUALS):
            found = self.boolean() or self.string() or self.number()
            if found is not None:
                return found
            self.miss("a string, a number, true or false")
        self.at = start
        return None

    _rules: Final[dict[str, _Rule]] = {
        "set": _set,
        "set_global": _set,
        "if": _if,
        "for": _for,
        "filter": _filter_section,
        "raw": _raw,
        "include": _include,
        "block": _block,
        "macro": _macro,
        "break": _jump,
        "continue": _jump,
    }
