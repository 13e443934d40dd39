"""
Run-time variables: what a prompt leaves open until it is used.

A file declares them in its frontmatter, under `agpm.runtime`; `{{ name }}` in its
body then survives the build.  What stands for a value during the build must not
matter: a text is rendered twice, with what is shipped and with a word that nobody
can guess, and only where both agree but for the words is it known that nothing
else depends on them (docs/adr/0007).
"""

from __future__ import annotations

import keyword
import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from hatch_agpm.errors import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "KINDS",
    "Declared",
    "RuntimeVariable",
    "StandIns",
    "read_declarations",
    "shown_place",
]

Default: TypeAlias = "str | int | float | bool | None"

KINDS: Final[Mapping[str, type]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
}
"""The types a variable can have, by the name that frontmatter gives them."""

_FIELDS: Final = ("type", "default")
_TAKEN: Final = frozenset({"self", "super", "loop", "true", "false", "none", "not"})
"""Names that a signature or one of the two template languages has for itself."""


class Declared(NamedTuple):
    """One variable, as frontmatter declares it."""

    name: str
    kind: str
    """One of `KINDS`."""

    default: Default = None
    """None where the caller has to give a value."""


class RuntimeVariable(NamedTuple):
    """One variable of a rendered resource, and where its values go."""

    name: str
    kind: str
    default: Default
    places: tuple[tuple[int, int], ...]
    """Begin and end of each `{{ name }}`, in the bytes of the file, in order."""

    @property
    def parameter(self) -> str:
        """What a signature says of it, in ASCII: `limit: int = 5`."""
        # YAML can spell half a surrogate pair, and no file can hold it.
        default = "" if self.default is None else f" = {self.default!a}"
        return f"{self.name}: {self.kind}{default}"


def read_declarations(
    value: object, problem: Callable[[str, tuple[str, ...], str, str], None]
) -> tuple[Declared, ...]:
    """
    Return what the mapping `agpm.runtime` declares, in its order.

    What is wrong is told to `problem`: what it is, the keys that lead there below
    `runtime`, what was found, and what to do.
    """
    if value is None:
        return ()
    if not isinstance(value, dict):
        hint = "write 'runtime:' and below it '  user_name: str'"
        problem("'agpm.runtime' must be a mapping", (), shown(value), hint)
        return ()
    declared = []
    for name, given in value.items():
        before = f"'agpm.runtime.{name}'"
        if not name.isidentifier() or not name.isascii() or name.startswith("_"):
            hint = "letters, digits and _ make one, with a letter first"
            problem(f"{before} is no name of a variable", (name,), "", hint)
        elif keyword.iskeyword(name) or name in _TAKEN:
            problem(f"{before} is a name with a meaning of its own", (name,), "", "")
        elif (variable := _variable(name, given, problem)) is not None:
            declared.append(variable)
    return tuple(declared)


def _variable(
    name: str,
    given: object,
    problem: Callable[[str, tuple[str, ...], str, str], None],
) -> Declared | None:
    """Read `str`, or `{type: int, default: 5}`."""
    before = f"'agpm.runtime.{name}"
    fields = given if isinstance(given, dict) else {"type": given}
    unknown = sorted(set(fields) - set(_FIELDS))
    for key in unknown:
        hint = did_you_mean(key, _FIELDS) or "a variable has type and default"
        problem(f"{before}.{key}' is not known", (name, key), "", hint)
    kind, default = fields.get("type", "str"), fields.get("default")
    if not isinstance(kind, str) or kind not in KINDS:
        near = did_you_mean(kind, KINDS) if isinstance(kind, str) else ""
        where = (name, "type") if isinstance(given, dict) else (name,)
        what = f"{before}' must be {', '.join([*KINDS][:-1])} or {[*KINDS][-1]}"
        problem(what, where, shown(kind), near)
        return None
    if "default" in fields and not _fits(default, kind):
        what = f"{before}.default' must be of the type {kind}"
        problem(what, (name, "default"), shown(default), "")
        return None
    if unknown:
        return None
    assert default is None or isinstance(default, str | int | float)  # noqa: S101
    return Declared(name=name, kind=kind, default=default)


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool) or kind == "bool":
        return isinstance(value, bool) and kind == "bool"
    return isinstance(value, KINDS[kind]) or (kind == "float" and type(value) is int)


def shown_place(name: str) -> str:
    """Return what a shipped document shows where the value of `name` goes."""
    return f"{{{{ {name} }}}}"


class StandIns:
    """
    What stands for values during one build, and is found again in what comes out.

    A word is changed by every filter that would have changed some value: by those
    that escape, too, and by those that only know small or capital letters.
    """

    def __init__(self) -> None:
        """Draw a beginning of all words that no text can have foreseen."""
        self._seed = os.urandom(16).hex()
        self._words: dict[Declared, str] = {}

    def word(self, variable: Declared) -> str:
        """Return the word of a variable: one for all files that declare it alike."""
        if variable not in self._words:
            number = len(self._words)
            self._words[variable] = f"""aZ<'"&\\{self._seed}.{number}>Za"""
        return self._words[variable]

    def places(self, text: str) -> tuple[str, dict[Declared, list[tuple[int, int]]]]:
        """
        Put what is shipped in place of each word of `text`.

        Return the text, and for each variable in it the places, as offsets in its
        UTF-8 bytes.
        """
        found: dict[Declared, list[tuple[int, int]]] = {}
        if self._seed not in text:
            return text, found
        by_word = {word: variable for variable, word in self._words.items()}
        either = "|".join(map(re.escape, by_word))
        pieces, length = [], 0
        for piece in re.split(f"({either})", text):
            variable = by_word.get(piece)
            shown_as = piece if variable is None else shown_place(variable.name)
            size = len(shown_as.encode(errors="surrogatepass"))
            if variable is not None:
                found.setdefault(variable, []).append((length, length + size))
            pieces.append(shown_as)
            length += size
        return "".join(pieces), found
