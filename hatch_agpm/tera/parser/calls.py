"""Parse calls of functions, filters, macros and tests with their arguments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from hatch_agpm.tera.parser import terminals
from hatch_agpm.tera.parser.operands import OperandParser, remembered
from hatch_agpm.tera.parser.tree import Arguments, Call, MacroCall, TestCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from hatch_agpm.tera.parser.lexer import Terminal
    from hatch_agpm.tera.parser.tree import Operand

__all__ = ["CallParser"]


class CallParser(OperandParser, ABC):
    """Parses calls; a subclass parses the values of their arguments."""

    @abstractmethod
    def logic_expr(self) -> Operand | None:
        """Take a condition or a single value."""

    @abstractmethod
    def array_filter(self) -> Operand | None:
        """Take an array."""

    @remembered
    def fn_call(self) -> Call | None:
        """Take `name(a=1)`."""
        start = self.at
        name = self.take(terminals.IDENT)
        if name:
            arguments = self._arguments()
            if arguments is not None:
                return Call(name=name, arguments=arguments, at=start)
        self.at = start
        return None

    def plain_call(self) -> Call | None:
        """Take a filter without arguments."""
        start = self.at
        name = self.take(terminals.IDENT, "the name of a filter")
        return None if name is None else Call(name=name, arguments={}, at=start)

    def _arguments(self) -> Arguments | None:
        start = self.at
        if not self.next(terminals.OPEN):
            return None
        self.deeper()
        arguments: Arguments = {}
        self.skip()
        while (argument := self._kwarg()) is not None:
            arguments[argument[0]] = argument[1]
            self.skip()
            if not self.take(terminals.COMMA, "','"):
                break
            self.skip()
        self.shallower()
        if self.take(terminals.CLOSE, "')'"):
            return arguments
        self.at = start
        return None

    def _kwarg(self) -> tuple[str, Operand] | None:
        start = self.at
        self.count()
        name = self.take(terminals.IDENT, "an argument (name=value)")
        if name and self.next(terminals.EQUALS, "'='"):
            self.skip()
            value = self.logic_expr() or self.array_filter()
            if value is not None:
                return name, value
        self.at = start
        return None

    def macro_call(self) -> MacroCall | None:
        """Take `namespace::name(a=1)`."""
        start = self.at
        namespace = self.take(terminals.IDENT)
        if namespace and self.next(terminals.COLONS):
            self.skip()
            name = self.take(terminals.IDENT, "the name of a macro")
            if name:
                arguments = self._arguments()
                if arguments is not None:
                    return MacroCall(
                        namespace=namespace, name=name, arguments=arguments, at=start
                    )
        self.at = start
        return None

    def test(self) -> TestCall | None:
        """Take `path is name(a)`."""
        start = self.at
        path = self.dotted()
        if path is not None and self.next(terminals.IS, "'is'"):
            behind = self.at
            for negated in (True, False):
                self.at = behind
                if negated and not self.next(terminals.IS_NOT):
                    continue
                self.skip()
                at = self.at
                name = self.take(terminals.IDENT, "the name of a test")
                if name:
                    return TestCall(
                        path=path,
                        name=name,
                        negated=negated,
                        arguments=self._test_args(),
                        at=at,
                    )
        self.at = start
        return None

    def _test_args(self) -> tuple[Operand, ...]:
        start = self.at
        arguments: list[Operand] = []
        if self.next(terminals.OPEN):
            self.skip()
            argument = self.logic_expr()
            while argument is not None:
                arguments.append(argument)
                argument = self.joined(terminals.COMMA, "','", self.logic_expr)
            if arguments and self.next(terminals.CLOSE, "')'"):
                return tuple(arguments)
        self.at = start
        return ()

    def joined(
        self,
        operator: Terminal,
        expected: str,
        rule: Callable[[], Operand | None],
    ) -> Operand | None:
        """Take an operator and what `rule` takes after it."""
        start = self.at
        if self.next(operator, expected):
            self.skip()
            found = rule()
            if found is not None:
                return found
        self.at = start
        return None
