"""
Whether the tools that read an exported file drop it, cut it or read another text.

Each rule is that of a named tool, and was tried with it.  What the build can write so
that every tool reads it is not checked: line ends, quotes, texts on several lines.
What only a validator minds is a note.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import shown
from hatch_agpm.export.findings import Findings
from hatch_agpm.export.notes import note_agent, note_command, note_skill
from hatch_agpm.export.readers import (
    APM,
    CLAUDE,
    FASTMCP,
    INSTALLER,
    LIBRARY_SKILLS,
    MAX_NAME,
    NAME,
    NPX_SKILLS,
    SKILLAGER,
)
from hatch_agpm.export.source import Spelled, WrittenText, cut_values, read_source
from hatch_agpm.formats.hidden_text import find_hidden
from hatch_agpm.model.types import SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["check_agent", "check_command", "check_skill"]

_STRICT: Final = (LIBRARY_SKILLS, FASTMCP)
"""The tools that drop a skill which breaks the specification."""

_PARSERS: Final = (LIBRARY_SKILLS, NPX_SKILLS, INSTALLER, FASTMCP)
"""The tools that drop a skill whose frontmatter is not YAML."""

_MAX_DESCRIPTION: Final = 1024
_MAX_COMPATIBILITY: Final = 500
_MAX_LISTED: Final = 1536
"""The number of UTF-16 units of a description that Claude Code lists."""

_REFUSED_TEXT: Final = re.compile("[\u202e\U000e0001-\U000e007f\U000e0100]")
_LATE: Final = re.compile(r"\s+---[ \t]*\n[A-Za-z-]+:")
_NEITHER: Final = "is neither text nor a list of texts"


def check_skill(
    path: str,
    data: bytes,
    *,
    directory_name: str,
    is_renamed: bool = False,
    files: Collection[str] = (),
) -> Findings:
    """
    Return the problems of a skill whose SKILL.md is `data`, sorted by line.

    `path` is its path for messages.  Its name must be that of its directory,
    `directory_name`, unless it `is_renamed`.  `files` are the paths of the skill's
    files, relative to its directory.
    """
    check = _Check(path, data, lenient=False)
    check.hidden()
    if not path.endswith(SKILL_FILE):
        what = f"a skill's file is called {SKILL_FILE}"
        check.found.error(what, 0, (*_PARSERS, SKILLAGER, APM, CLAUDE))
    missing = {**dict.fromkeys((LIBRARY_SKILLS, NPX_SKILLS, FASTMCP), "dropped")}
    missing |= dict.fromkeys((SKILLAGER, INSTALLER), "misread")
    dropped = dict.fromkeys(_refusing(check.source), "dropped")
    if check.has_frontmatter(missing, dropped, required=True):
        check.repeated()
        check.values((LIBRARY_SKILLS, NPX_SKILLS, FASTMCP, CLAUDE))
        check.skill_name("" if is_renamed else directory_name)
        check.skill_description()
        check.skill_fields()
        note_skill(check.found, check.source, files)
    return check.sorted()


def check_agent(path: str, data: bytes) -> Findings:
    """Return the problems of an agent, sorted by line."""
    check = _Check(path, data, lenient=True)
    check.hidden()
    effect = {CLAUDE: "dropped"}
    if check.has_frontmatter(effect, effect, required=True):
        check.values((CLAUDE,))
        for key in ("name", "description"):
            check.text_of(key, {CLAUDE: "dropped"})
        tools = check.source.top.get("tools")
        if tools is not None and not _is_texts(tools):
            what = f"'tools' {_NEITHER}, so Claude Code allows all tools"
            hint = "write tools: Read, Grep"
            check.found.of_key(what, "tools", (CLAUDE,), got=shown(tools), hint=hint)
        note_agent(check.found, check.source)
    return check.sorted()


def check_command(path: str, data: bytes, *, is_nested: bool = False) -> Findings:
    """
    Return the problems of a command, sorted by line.

    `is_nested` says that it is in a directory below `commands/`.
    """
    check = _Check(path, data, lenient=False)
    check.hidden()
    if is_nested:
        what = "a command is directly in commands/"
        check.found.error(what, 0, (APM,), hint="move it there")
    effect = {APM: "dropped"}
    if _LATE.match(check.source.text):
        what = "the frontmatter does not begin in the first line"
        misread = {CLAUDE: "misread", APM: "misread"}
        check.found.error(what, 1, misread, hint="move it there")
    elif check.has_frontmatter(effect, effect, required=False):
        check.values((APM, CLAUDE))
        check.listed()
        check.tools((CLAUDE,))
        if "hooks" in check.source.top:
            what = "with 'hooks', Claude Code ignores 'allowed-tools' of a command too"
            effects = {CLAUDE: "misread in a plugin"}
            hint = "put them into hooks/hooks.json of the plugin, or list 'hooks' in "
            hint += "`drop` of [tool.hatch-agpm.export]"
            check.found.of_key(what, "hooks", effects, hint=hint)
        note_command(check.found, check.source)
    elif check.is_text and check.source.frontmatter is None:
        note_command(check.found, check.source)
    return check.sorted()


def _refusing(source: WrittenText) -> tuple[str, ...]:
    """Return the tools whose parsers refuse frontmatter that is not YAML."""
    if source.is_read_by_some:
        return _STRICT
    if source.tag_lines:
        return (LIBRARY_SKILLS, INSTALLER, FASTMCP)
    return _PARSERS


def _is_texts(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return all(isinstance(text, str) for text in texts)


class _Check:
    """Collects what is found in one Markdown file."""

    def __init__(self, path: str, data: bytes, *, lenient: bool) -> None:
        self.found = Findings(path=path)
        self.is_text = True
        try:
            self.source = read_source(data, lenient=lenient)
        except UnicodeDecodeError as error:
            self.is_text = False
            self.source = read_source(b"", lenient=lenient)
            line = data.count(b"\n", 0, error.start) + 1
            got, hint = f"byte 0x{data[error.start]:02x}", "save the file as UTF-8"
            readers = (LIBRARY_SKILLS, INSTALLER, FASTMCP, APM)
            effects = {**dict.fromkeys(readers, "dropped"), CLAUDE: "misread"}
            what = "is not UTF-8 text"
            self.found.error(what, line, effects, got=got, hint=hint)
        self.found.source = self.source

    def sorted(self) -> Findings:
        self.found.errors.sort(key=lambda problem: problem.line)
        self.found.notes.sort(key=lambda problem: problem.line)
        return self.found

    # --- the frontmatter ------------------------------------------------------------

    def has_frontmatter(
        self,
        missing: dict[str, str],
        invalid: dict[str, str],
        *,
        required: bool,
    ) -> bool:
        """Tell whether there are fields to check; report what is wrong otherwise."""
        source = self.source
        if not self.is_text:
            return False
        if source.error is not None and source.document is None:
            line = source.error.line
            self.found.error(
                source.error.what,
                line + 1 if line else 1,
                invalid,
                hint=source.error.hint or "quote the text",
            )
            return False
        if source.frontmatter is None or source.document is None:
            if required or source.text.startswith("---"):
                what = "has no frontmatter"
                if source.text.startswith("---\n") and source.frontmatter is None:
                    what = "the frontmatter is not closed by a line ---"
                hint = "begin the file with '---', 'name: ...', 'description: ...' and "
                hint += "'---', each on a line"
                self.found.error(what, 1, missing, hint=hint)
                return False
            return False
        return True

    def repeated(self) -> None:
        """Report the keys that are given twice."""
        repeated = self.source.document.repeated if self.source.document else {}
        for path, line in repeated.items():
            what = f"'{path[-1]}' is given twice"
            readers = (NPX_SKILLS, INSTALLER, FASTMCP)
            effects = dict.fromkeys(readers, "dropped")
            self.found.error(what, line + 1, effects, hint="keep one of the two")

    def values(self, readers: Collection[str]) -> None:
        """Report values that end too early; `readers` end them at a comment."""
        frontmatter = self.source.frontmatter or ""
        for cut in cut_values(frontmatter):
            what = f"'{'.'.join(cut.path)}' is cut at ' #', where a comment begins"
            quote = '"' if '"' not in cut.whole else "'"
            hint = f"write {cut.path[-1]}: {quote}{cut.whole}{quote}"
            if cut.path != ("description",):
                hint += ", or put a space after the '#' of a comment"
            effects, got = dict.fromkeys(readers, "cut short"), shown(cut.value)
            self.found.error(what, cut.line + 1, effects, got=got, hint=hint)
        for path in _with_rule(self.source.fields):
            line = self.source.line_of(path.partition(".")[0])
            what = f"'---' in '{path}' ends the frontmatter"
            hint = "write another dash: \N{EM DASH}, or --"
            self.found.error(what, line, {CLAUDE: "cut short"}, hint=hint)

    def text_of(
        self,
        key: str,
        readers: dict[str, str],
        *,
        blank: dict[str, str] | None = None,
    ) -> str | None:
        """
        Return the text of a key, which numbers and truth values are, too.

        Reports a missing or empty one, or another type, and returns None.  `blank` are
        the effects of a text of blanks, if they are others.
        """
        value = self.source.fields.get(key)
        text = value.text if isinstance(value, Spelled) else value
        is_nothing = self.source.top.get(key) is None
        if text is None or is_nothing or (isinstance(text, str) and not text.strip()):
            what = (
                f"has no {key}" if key not in self.source.top else f"'{key}' is empty"
            )
            is_blank = isinstance(text, str) and text != "" and not is_nothing
            effects = blank if is_blank and blank is not None else readers
            self.found.of_key(what, key, effects, hint=f"write {key}: ...")
            return None
        if not isinstance(text, str):
            got = shown(self.source.top[key])
            hint = f"write {key}: and a sentence on the same line"
            self.found.of_key(f"'{key}' is not text", key, readers, got=got, hint=hint)
            return None
        return text

    # --- skills ---------------------------------------------------------------------

    def skill_name(self, directory_name: str) -> None:
        """Report a wrong name; without a `directory_name`, it is not the last one."""
        effects = dict.fromkeys(_STRICT, "dropped")
        name = self.text_of("name", {NPX_SKILLS: "dropped", **effects})
        if name is None or not directory_name:
            return
        if not NAME.fullmatch(name):
            what = "a name has lower-case letters, digits and single hyphens"
            good = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
            hint = f"write name: {good}, and rename the directory" if good else ""
            self.found.of_key(what, "name", effects, got=shown(name), hint=hint)
        if len(name) > MAX_NAME:
            what = f"a name has at most {MAX_NAME} characters"
            readers = {**effects, SKILLAGER: "dropped"}
            self.found.of_key(what, "name", readers, got=str(len(name)))
        if name != directory_name:
            what = f"the name is not that of the directory, '{directory_name}'"
            hint = f"write name: {directory_name}, or rename the directory"
            self.found.of_key(what, "name", effects, got=shown(name), hint=hint)

    def skill_description(self) -> None:
        effects = dict.fromkeys(_STRICT, "dropped")
        blank = {**effects, CLAUDE: "not listed"}
        missing = {**blank, NPX_SKILLS: "dropped"}
        missing |= dict.fromkeys((SKILLAGER, INSTALLER), "misread")
        text = self.text_of("description", missing, blank=blank)
        if text is None:
            return
        size = len(" ".join(text.split()))
        if size > _MAX_DESCRIPTION:
            what = f"a description has at most {_MAX_DESCRIPTION} characters"
            hint = "say what it does and when to use it; the rest belongs below"
            self.found.of_key(what, "description", effects, got=str(size), hint=hint)
        self.listed()

    def listed(self) -> None:
        """Report a description of which Claude Code lists a part only."""
        keys = ("description", "when_to_use")
        texts = [self.source.top.get(key) for key in keys]
        whole = " - ".join(text for text in texts if isinstance(text, str))
        size = len(whole.encode("utf-16-le", "surrogatepass")) // 2
        if size > _MAX_LISTED:
            what = f"a description is listed up to {_MAX_LISTED} UTF-16 units"
            if isinstance(texts[1], str):
                what += ", with 'when_to_use'"
            effects = {CLAUDE: "cut short"}
            hint = "shorten it; the rest belongs below the frontmatter"
            self.found.of_key(what, "description", effects, got=str(size), hint=hint)

    def skill_fields(self) -> None:
        """Report values of other types than those that FastMCP accepts."""
        top, effects = self.source.top, {FASTMCP: "dropped"}
        self.tools((CLAUDE, FASTMCP))
        value = top.get("license")
        if isinstance(value, dict | list):
            what, got = "'license' is not text", shown(value)
            hint = "write license: MIT"
            self.found.of_key(what, "license", effects, got=got, hint=hint)
        value = top.get("metadata")
        if value is not None and not isinstance(value, dict):
            what, got = "'metadata' is not a table", shown(value)
            hint = "write metadata: and below it, indented, key: text"
            self.found.of_key(what, "metadata", effects, got=got, hint=hint)
        value = top.get("compatibility")
        size = len(value) if isinstance(value, str) else 1
        if isinstance(value, dict | list) or not 0 < size <= _MAX_COMPATIBILITY:
            what = f"'compatibility' is not text of 1 to {_MAX_COMPATIBILITY} "
            what += "characters"
            got = str(size) if isinstance(value, str) else shown(value)
            self.found.of_key(what, "compatibility", effects, got=got)
        spelled = self.source.document.spelled if self.source.document else {}
        for path, text in spelled.items():
            if re.fullmatch(r"[-+]?\.(inf|nan)", text, re.IGNORECASE):
                what = f"'{text}' is not a number of JSON"
                hint = f'write "{text}"'
                self.found.of_key(what, str(path[0]), effects, got=text, hint=hint)
        for line in self.source.tag_lines:
            what, hint = "has a YAML tag", "quote the value instead"
            self.found.error(what, line, effects, hint=hint)

    def tools(self, readers: Collection[str]) -> None:
        value = self.source.top.get("allowed-tools")
        if value is not None and not _is_texts(value):
            what, hint = f"'allowed-tools' {_NEITHER}", "write allowed-tools: Read Bash"
            effects = dict.fromkeys(readers, "refused")
            got = shown(value)
            self.found.of_key(what, "allowed-tools", effects, got=got, hint=hint)

    # --- text that hides --------------------------------------------------------------

    def hidden(self) -> None:
        """
        Report invisible characters for which apm refuses the whole package.

        Those that nobody writes on purpose are looked for in all exported files.
        """
        text = self.source.text
        found = _REFUSED_TEXT.search(text)
        if found is not None and not find_hidden(text):
            line = text.count("\n", 0, found.start()) + 1
            what, got = "has a character that hides text", f"U+{ord(found[0]):04X}"
            effects = {APM: "refused, with the whole package"}
            self.found.error(what, line, effects, got=got, hint="take it out")


def _with_rule(value: object, path: str = "") -> Iterator[str]:
    """Yield the keys of values that have `---` in them, or are so called."""
    if isinstance(value, str) and "---" in value:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            here = f"{path}.{key}".lstrip(".")
            if "---" in key:
                yield here
            yield from _with_rule(item, here)
    elif isinstance(value, list):
        for item in value:
            yield from _with_rule(item, path)
