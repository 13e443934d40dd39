"""
Whether every tool can read an exported file: the intersection of their rules.

Breaking a rule is an error if one of the tools drops, refuses or shortens the file;
this was tried with each of them.  Recommendations are not checked.  `profile.py` writes
frontmatter that passes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import yaml

from hatch_agpm.errors import (
    FrontmatterError,
    Location,
    PortabilityError,
    did_you_mean,
    shown,
)
from hatch_agpm.export.links import holds, relative_links
from hatch_agpm.export.profile import SKILL_KEYS
from hatch_agpm.export.readers import (
    CLAUDE,
    LIBRARY_SKILLS,
    NAME,
    NPX_SKILLS,
    QUICK_VALIDATE,
    READERS,
    SKILLAGER,
    SKILLS_REF,
)
from hatch_agpm.formats.yaml import Document, load
from hatch_agpm.model.types import SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["check_agent", "check_command", "check_skill"]

_YAML_11: Final = (LIBRARY_SKILLS, QUICK_VALIDATE)
_YAML_12: Final = (NPX_SKILLS, CLAUDE)
_ALL_PARSERS: Final = (*_YAML_11, *_YAML_12, SKILLS_REF)

_MAX_NAME: Final = 64
_MAX_DESCRIPTION: Final = 1024
_MAX_COMPATIBILITY: Final = 500
_MAX_LISTED: Final = 1536
"""The number of UTF-16 units of a description that Claude Code lists."""

_CLOSING = re.compile(r"^---", re.MULTILINE)
_LONE_RETURN = re.compile(r"\r(?!\n)")


def check_skill(
    path: str, data: bytes, *, directory_name: str, files: Collection[str]
) -> tuple[PortabilityError, ...]:
    """
    Return the problems of a skill whose SKILL.md is `data`, sorted by line.

    `path` is its path for messages, `files` are the paths of the skill's files,
    relative to its directory, whose name is `directory_name`.
    """
    check = _Check(path, READERS)
    if posixpath.basename(path) != SKILL_FILE:
        readers = (LIBRARY_SKILLS, NPX_SKILLS, SKILLAGER, QUICK_VALIDATE)
        check.problem(f"a skill's file is called {SKILL_FILE}", 0, readers)
    if check.read(data):
        check.strict_yaml()
        check.skill_name(directory_name)
        check.skill_description()
        check.other_skill_fields()
        check.links(files)
    return check.sorted_problems()


def check_agent(path: str, data: bytes, *, name: str) -> tuple[PortabilityError, ...]:
    """
    Return the problems of an agent with the name `name`, sorted by line.

    It is the name of the file: some tools use that, others the frontmatter's name.
    """
    check = _Check(path, (CLAUDE,))
    if check.read(data):
        check.agent_name(name)
        check.description((CLAUDE,))
    return check.sorted_problems()


def check_command(path: str, data: bytes) -> tuple[PortabilityError, ...]:
    """Return the problems of a command, sorted by line."""
    check = _Check(path, (CLAUDE,))
    if check.read(data):
        check.description((CLAUDE,))
        check.tools()
    return check.sorted_problems()


class _Check:
    """Collects the problems of one Markdown file."""

    def __init__(self, path: str, readers: Collection[str]) -> None:
        self.path = path
        self.readers = readers
        self.text = ""
        self.frontmatter = ""
        self.body = 0
        """The number of lines before the body."""

        self.document: Document = load("")
        self.fields: Mapping[str, object] = {}
        self.yaml_11: Mapping[str, object] = {}
        """The same fields as a parser of YAML 1.1 reads them."""

        self.problems: list[PortabilityError] = []

    def sorted_problems(self) -> tuple[PortabilityError, ...]:
        return tuple(sorted(self.problems, key=lambda problem: problem.line))

    def problem(
        self,
        what: str,
        line: int,
        readers: Collection[str],
        *,
        got: str = "",
        hint: str = "",
    ) -> None:
        """
        Report a problem, unless none of the `readers` reads this kind of file.

        If `readers` is a mapping, it has the effect for each.
        """
        effect_of = readers if isinstance(readers, Mapping) else READERS
        effects = {
            reader: effect_of[reader]
            for reader in READERS
            if reader in readers and reader in self.readers
        }
        if effects:
            found = PortabilityError(
                what,
                location=Location(path=self.path, line=line),
                got=got,
                hint=hint,
                readers=effects,
            )
            self.problems.append(found)

    def key(self, what: str, key: str, readers: Collection[str], **more: str) -> None:
        """Report a problem with a key of the frontmatter."""
        line = self.document.lines.get((key,), 0)
        self.problem(what, line + 1 if line else 1, readers, **more)

    # --- the file -----------------------------------------------------------------

    def read(self, data: bytes) -> bool:
        """Split and parse the file; return False if no other check is possible."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            got, hint = f"byte 0x{data[error.start]:02x}", "save the file as UTF-8"
            # Three tools read such a file, and replace the wrong bytes.
            effects = dict.fromkeys((NPX_SKILLS, CLAUDE, SKILLAGER), "garbled")
            effects = {**READERS, **effects}
            self.problem("is not UTF-8 text", line, effects, got=got, hint=hint)
            return False
        frontmatter = self.cut(text.replace("\r\n", "\n"))
        if frontmatter is None:
            return False
        self.frontmatter = frontmatter
        return self.rules_apart() and self.parse()

    def cut(self, text: str) -> str | None:
        """Return the lines between the rules, None if there are no rules."""
        parsers = _ALL_PARSERS
        if text.startswith("\ufeff"):
            hint = "save the file without it"
            self.problem("begins with a byte order mark", 1, parsers, hint=hint)
            return None
        first, _, rest = text.partition("\n")
        if first.rstrip() != "---":
            hint = "begin the file with a line --- and its description"
            self.problem("has no frontmatter at its first byte", 1, parsers, hint=hint)
            return None
        if first != "---":
            readers = (NPX_SKILLS, QUICK_VALIDATE)
            what = "the first line has white space after ---"
            self.problem(what, 1, readers, hint="delete it")
        closing = _CLOSING.search(rest)
        if closing is None:
            what = "the frontmatter is not closed"
            self.problem(what, 1, parsers, hint="end it with a line ---")
            return None
        self.text = rest[closing.start() :]
        frontmatter = rest[: closing.start()]
        self.body = 1 + frontmatter.count("\n")
        return frontmatter

    def rules_apart(self) -> bool:
        """Report what ends the frontmatter or a line of it too early for a tool."""
        before = len(self.problems)
        if (position := self.frontmatter.find("---")) >= 0:
            readers = (SKILLS_REF, CLAUDE)
            hint = "write one dash, or escape it in double quotes: -\\u002d-"
            line = self.frontmatter.count("\n", 0, position) + 2
            self.problem(
                "'---' inside the frontmatter ends it", line, readers, hint=hint
            )
        if match := _LONE_RETURN.search(self.frontmatter):
            line = self.frontmatter.count("\n", 0, match.start()) + 2
            what = "a carriage return in the frontmatter ends a line for some"
            self.problem(what, line, (NPX_SKILLS,), hint="delete it")
        return len(self.problems) == before

    def parse(self) -> bool:
        """Read the frontmatter in both versions of YAML."""
        try:
            self.document = load(self.frontmatter)
        except FrontmatterError as error:
            line = error.line + 1 if error.line else 1
            self.problem(error.what, line, _ALL_PARSERS, hint=error.hint)
            return False
        if not isinstance(self.document.value, dict):
            what = "the frontmatter is not a mapping of keys to values"
            self.problem(what, 2, _ALL_PARSERS, hint="write 'description: ...'")
            return False
        self.fields = self.document.value
        try:
            fields = yaml.safe_load(self.frontmatter)
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            what = f"invalid YAML 1.1: {getattr(error, 'problem', None) or error}"
            line = getattr(mark, "line", -1) + 2
            self.problem(what, line, _YAML_11, hint="quote the value")
            # The other checks use the fields as YAML 1.2.
            fields = self.fields
        self.yaml_11 = fields if isinstance(fields, dict) else {}
        return True

    def strict_yaml(self) -> None:
        """Report the parts of YAML that a strict parser refuses."""
        strict = (SKILLS_REF,)
        for path, line in self.document.repeated.items():
            what = f"'{path[-1]}' is given twice"
            readers = (SKILLS_REF, NPX_SKILLS)
            self.problem(what, line + 1, readers, hint="delete one")
        for event in yaml.parse(self.frontmatter):
            line = getattr(event.start_mark, "line", -1) + 2
            opens = isinstance(event, yaml.CollectionStartEvent)
            if opens and getattr(event, "flow_style", None):
                hint = "write one entry a line, without brackets"
                what = "has a list or mapping in brackets"
                self.problem(what, line, strict, hint=hint)
            if getattr(event, "anchor", None):
                hint = "write the value itself"
                self.problem("has an anchor or alias", line, strict, hint=hint)
            if getattr(event, "tag", None):
                hint = "quote the value instead"
                self.problem("has a YAML tag", line, strict, hint=hint)

    # --- its fields -----------------------------------------------------------------

    def text_of(self, key: str, readers: Collection[str]) -> str | None:
        """
        Return the value of a key that must be a text for `readers`.

        Otherwise reports that, and returns None.
        """
        value, other = self.fields.get(key), self.yaml_11.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            there = "has no" if value is None else "has an empty"
            self.key(f"{there} {key}", key, readers, hint=f"add '{key}: ...'")
            return None
        wrong = [
            reader
            for versions, found in ((_YAML_12, value), (_YAML_11, other))
            for reader in versions
            if not isinstance(found, str)
        ]
        if wrong:
            got = shown(other if isinstance(value, str) else value)
            self.key(f"'{key}' is not text", key, wrong, got=got, hint="quote it")
            return None
        return value if isinstance(value, str) else None

    def skill_name(self, directory_name: str) -> None:
        name = self.text_of("name", (LIBRARY_SKILLS, SKILLS_REF, NPX_SKILLS, *_YAML_11))
        if name is None:
            return
        if not NAME.fullmatch(name):
            # skills-ref accepts letters of every script.
            words = name.split("-")
            known = name == name.lower() and all(word.isalnum() for word in words)
            readers: tuple[str, ...] = _YAML_11 if known else (*_YAML_11, SKILLS_REF)
            what = "a name has lower-case letters, digits and single hyphens"
            self.key(what, "name", readers, got=shown(name))
        if len(name) > _MAX_NAME:
            what = f"a name has at most {_MAX_NAME} characters"
            readers = (*_YAML_11, SKILLS_REF, SKILLAGER)
            self.key(what, "name", readers, got=str(len(name)))
        if name != directory_name:
            what = f"the name is not that of the directory, '{directory_name}'"
            self.key(what, "name", (LIBRARY_SKILLS, SKILLS_REF), got=shown(name))

    def agent_name(self, name: str) -> None:
        if "name" not in self.fields:
            return
        given = self.text_of("name", (CLAUDE,))
        if given not in {None, name}:
            what = f"the name is not that of the file, '{name}'"
            hint = "some tools know it by the one, others by the other"
            self.key(what, "name", (CLAUDE,), got=shown(given), hint=hint)

    def description(self, readers: Collection[str]) -> str | None:
        """Return the description; report a missing one, and return None."""
        text = self.text_of("description", readers)
        size = len((text or "").encode("utf-16-le", "surrogatepass")) // 2
        if size > _MAX_LISTED:
            what = f"a description is listed up to {_MAX_LISTED} UTF-16 units"
            self.key(what, "description", {CLAUDE: "cut short"}, got=str(size))
        return text

    def skill_description(self) -> None:
        # Without a description, Claude Code uses the first paragraph.
        readers: tuple[str, ...] = (*_YAML_11, SKILLS_REF, NPX_SKILLS)
        text = self.description(readers)
        if text is None:
            return
        if len(text) > _MAX_DESCRIPTION:
            # skills-ref counts white space at the ends, the others do not.
            short = len(text.strip()) <= _MAX_DESCRIPTION
            readers = (SKILLS_REF,) if short else (*_YAML_11, SKILLS_REF)
            what = f"a description has at most {_MAX_DESCRIPTION} characters"
            hint = "say what it does and when to use it; the rest belongs below"
            self.key(what, "description", readers, got=str(len(text)), hint=hint)
        if mark := re.search("[<>]", text):
            what = "a description has no '<' and no '>'"
            self.key(what, "description", (QUICK_VALIDATE,), got=shown(mark[0]))

    def other_skill_fields(self) -> None:
        for key in self.fields:
            if key not in SKILL_KEYS:
                hint = did_you_mean(key, SKILL_KEYS) or "put it under 'metadata'"
                readers = (SKILLS_REF, QUICK_VALIDATE)
                self.key(f"a skill has no key '{key}'", key, readers, hint=hint)
        self.compatibility()
        self.tools()
        metadata = self.fields.get("metadata")
        if isinstance(metadata, dict) and metadata.get("internal") is True:
            what = "a skill with 'internal: true' in its metadata is hidden"
            self.key(what, "metadata", (NPX_SKILLS,), hint="delete it")

    def compatibility(self) -> None:
        if "compatibility" not in self.fields:
            return
        value, other = self.fields["compatibility"], self.yaml_11["compatibility"]
        if not isinstance(other, str) or not other:
            got, hint = shown(value), "quote it, or delete it"
            what = "'compatibility' is not text"
            self.key(what, "compatibility", (QUICK_VALIDATE,), got=got, hint=hint)
        elif (size := len(other)) > _MAX_COMPATIBILITY:
            what = f"'compatibility' has at most {_MAX_COMPATIBILITY} characters"
            readers = (SKILLS_REF, QUICK_VALIDATE)
            self.key(what, "compatibility", readers, got=str(size))

    def tools(self) -> None:
        key = "allowed-tools"
        value = self.fields.get(key)
        texts = value if isinstance(value, list) else [value]
        if value is not None and not all(isinstance(text, str) for text in texts):
            what = f"'{key}' is neither text nor a list of texts"
            self.key(what, key, (CLAUDE,), got=shown(value), hint="quote them")

    # --- its body -------------------------------------------------------------------

    def links(self, files: Collection[str]) -> None:
        """
        Report links to files that an installed skill does not have.

        Installers copy only the directory of a skill.
        """
        lost = dict.fromkeys((LIBRARY_SKILLS, NPX_SKILLS, SKILLAGER), "left behind")
        for line, path in relative_links(self.text):
            where, target = self.body + line, posixpath.normpath(path)
            hint = "an example of a link belongs between backticks"
            if path.startswith("/") or target.split("/")[0] == "..":
                what = f"the link '{path}' leads out of the skill's directory"
                hint = "put a copy of the file into the directory"
                self.problem(what, where, lost, hint=hint)
            elif target != "." and not holds(files, target):
                what = f"the link '{path}' leads to no file of the skill"
                hint = did_you_mean(target, files) or hint
                self.problem(what, where, lost, hint=hint)
