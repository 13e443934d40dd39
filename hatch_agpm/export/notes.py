"""
What is worth knowing of an exported file, although no tool loses anything by it.

Most of it is what only a validator minds.  Links are looked for as CommonMark has them:
inline links, images and reference definitions, outside of code.  A target that does not
look like the path of a file is ignored.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import yaml

from hatch_agpm.errors import Location, PortabilityError, shown
from hatch_agpm.export.frontmatter import is_on_one_line
from hatch_agpm.export.readers import (
    APM,
    CLAUDE,
    INSTALLER,
    LIBRARY_SKILLS,
    NPX_SKILLS,
    PKGSKILLS,
    SKILLAGER,
    SKILLS_REF,
)
from hatch_agpm.model.types import SKILL_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hatch_agpm.export.findings import Findings
    from hatch_agpm.export.source import WrittenText

__all__ = [
    "EVALS_FILE",
    "lines_outside_code",
    "note_agent",
    "note_command",
    "note_evals",
    "note_skill",
    "relative_links",
]

EVALS_FILE: Final = "evals/evals.json"
"""The evaluations of a skill, relative to its directory."""

_SKILL_KEYS: Final = (
    *("name", "description", "license", "compatibility", "metadata"),
    "allowed-tools",
)
"""The keys of the Agent Skills specification; its validator refuses any other."""

_COMMAND_KEYS: Final = (
    *("allowed-tools", "argument-hint", "description", "input", "model"),
)
"""The keys of a command that apm keeps."""

_IGNORED_IN_PLUGINS: Final = ("hooks", "mcpServers", "permissionMode", "initialPrompt")
_REPLACED: Final = re.compile(r"\$ARGUMENTS|\$\d|!`[^`\n]+`|^```!", re.MULTILINE)
_QUOTES: Final = re.compile(r"""["']|.*["']\Z""", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WIDTHLESS: Final = re.compile("[\u200b\u00ad\u200e\u200c\u2060\ufeff]")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:.*?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"""\]\(\s*(?:<(?P<angled>[^<>]*)>|(?P<inline>[^\s()<>]+))"""
    r"""(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)"""
    r"""|^ {0,3}\[[^\]]+\]:\s*(?:<(?P<defined>[^<>]*)>|(?P<bare>\S+))"""
)
_NO_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|#|.*[{}$*|\\]")
"""A URL, an anchor in the text, or a placeholder for a path."""

_LIKE_A_PATH = re.compile(r"[/.]")


def note_skill(found: Findings, source: WrittenText, files: Collection[str]) -> None:
    """Add the notes on a skill with these `files`, relative to its directory."""
    top, refused = source.top, {SKILLS_REF: "refused"}
    if others := [key for key in top if key not in _SKILL_KEYS]:
        what = f"not a key of the specification: {', '.join(others)}"
        found.note(what, source.line_of(others[0]), refused)
    if line := _flow_line(source):
        what = "has a list or table in brackets"
        found.note(what, line, refused, hint="write one entry a line")
    _note_description(found, source)
    line = source.line_of("metadata")
    metadata = top.get("metadata")
    if isinstance(metadata, dict):
        if any(not isinstance(each, str) for each in metadata.values()):
            what = "'metadata' has other values than texts"
            found.note(what, line, {PKGSKILLS: "noted"})
        if metadata.get("internal") is True:
            what = "'metadata.internal: true' hides the skill"
            found.note(what, line, {NPX_SKILLS: "hidden"})
    if any(file.endswith(f"/{SKILL_FILE}") for file in files):
        what = f"has another {SKILL_FILE} in its directory"
        readers = (LIBRARY_SKILLS, SKILLAGER, INSTALLER)
        found.note(what, 0, dict.fromkeys(readers, "listed as a skill"))
    if "metadata.json" in files:
        what = "'metadata.json' is not installed with the skill"
        found.note(what, 0, {NPX_SKILLS: "left out"})
    _note_links(found, source, files)
    body = source.text[source.body :]
    if replaced := _REPLACED.search(body):
        line = _line_below(source, replaced.start())
        what = f"'{replaced[0]}' is replaced when the skill is called with arguments"
        found.note(what, line, {CLAUDE: "replaced"})
    _note_widthless(found, source)


def _note_description(found: Findings, source: WrittenText) -> None:
    """Note a description that tools show otherwise, however it is written."""
    text, line = source.top.get("description"), source.line_of("description")
    if not isinstance(text, str):
        return
    if _QUOTES.match(text.strip()):
        what = "the description begins or ends with a quotation mark"
        found.note(what, line, {SKILLAGER: "shown without it"})
    if not is_on_one_line(source.frontmatter or ""):
        what = "the description has escapes, which these tools do not read"
        readers = [SKILLAGER, INSTALLER]
        if _CONTROL.search(text):
            readers.append(NPX_SKILLS)
        hint = "use quotation marks of one kind, and no control characters"
        found.note(what, line, dict.fromkeys(readers, "misread"), hint=hint)


def note_agent(found: Findings, source: WrittenText) -> None:
    """Add the notes on an agent."""
    for key in _IGNORED_IN_PLUGINS:
        if key in source.top:
            what = f"'{key}' of an agent in a plugin has no effect"
            found.note(what, source.line_of(key), {CLAUDE: "ignored"})
    if source.is_lenient:
        what = "the frontmatter is not YAML"
        hint = "quote the texts that have a colon"
        found.note(what, 1, {APM: "dropped for Codex"}, hint=hint)
    _note_widthless(found, source)


def note_command(found: Findings, source: WrittenText) -> None:
    """Add the notes on a command, which may have no frontmatter."""
    if not isinstance(source.top.get("description"), str):
        what = "a command without a description is not shown to the model"
        found.note(what, 1, {CLAUDE: "not listed"})
    if others := [key for key in source.top if key not in _COMMAND_KEYS]:
        what = f"a command is installed without its keys {', '.join(others)}"
        found.note(what, source.line_of(others[0]), {APM: "left out"})
    _note_widthless(found, source)


def note_evals(
    path: str, data: bytes, *, name: str, files: Collection[str]
) -> Iterator[PortabilityError]:
    """
    Yield what programs that run the evaluations of a skill would stumble over.

    `path` is that of the file, for messages; `name` and `files` are those of the skill.
    """
    try:
        document = json.loads(data)
    except RecursionError:
        yield _evals_problem(path, "is nested too deeply")
        return
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        yield _evals_problem(path, f"is not valid JSON: {error}", line=line)
        return
    cases = document.get("evals") if isinstance(document, dict) else None
    if not isinstance(cases, list) or not cases:
        hint = 'write {"skill_name": "...", "evals": [{"id": 1, "prompt": "..."}]}'
        yield _evals_problem(path, "has no list 'evals'", hint=hint)
        return
    stated = document.get("skill_name", name)
    if stated != name:
        what = f"'skill_name' is not that of the skill, '{name}'"
        yield _evals_problem(path, what, got=shown(stated))
    known: list[object] = []
    for index, case in enumerate(cases):
        where = f"evals[{index}]"
        if not isinstance(case, dict):
            yield _evals_problem(path, f"'{where}' is not an object", got=shown(case))
            continue
        for what, got in _case_problems(case, known, files):
            yield _evals_problem(path, f"'{where}.{what}", got=got)
        known.append(case.get("id"))


def _case_problems(
    case: Mapping[str, object], known: Collection[object], files: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one evaluation, and the value that is."""
    prompt, number = case.get("prompt"), case.get("id")
    if not isinstance(prompt, str) or not prompt.strip():
        yield "prompt' is not text", shown(prompt)
    if not isinstance(number, int | str) or isinstance(number, bool):
        yield "id' is neither a number nor text", shown(number)
    elif number in known:
        yield "id' is given twice", shown(number)
    if not isinstance(case.get("expected_output", ""), str):
        yield "expected_output' is not text", shown(case["expected_output"])
    for key in ("assertions", "expectations"):
        if not isinstance(case.get(key, []), list):
            yield f"{key}' is not a list", shown(case[key])
    inputs = case.get("files", [])
    if not isinstance(inputs, list) or not all(
        isinstance(file, str) for file in inputs
    ):
        yield "files' is not a list of paths", shown(inputs)
        return
    for file in inputs:
        paths = {posixpath.normpath(file), posixpath.normpath(f"evals/{file}")}
        if not any(_holds(files, each) for each in paths):
            yield "files' has a path that is not a file of the skill", shown(file)


def _evals_problem(
    path: str, what: str, *, line: int = 0, got: str = "", hint: str = ""
) -> PortabilityError:
    location = Location(path=path, line=line)
    return PortabilityError(what, location=location, got=got, hint=hint, readers={})


def _flow_line(source: WrittenText) -> int:
    """Return the line of the first list or table in brackets, 0 for none."""
    for event in yaml.parse(source.frontmatter or ""):
        if isinstance(event, yaml.CollectionStartEvent) and event.flow_style:
            return getattr(event.start_mark, "line", -1) + 2
    return 0


def _note_links(found: Findings, source: WrittenText, files: Collection[str]) -> None:
    """Note links to files that an installed skill does not have."""
    left = dict.fromkeys((LIBRARY_SKILLS, NPX_SKILLS, SKILLAGER), "left behind")
    first = _line_below(source, 0)
    for line, path in relative_links(source.text[source.body :]):
        target = posixpath.normpath(path)
        if path.startswith("/") or target.split("/")[0] == "..":
            what = f"the link '{path}' leads out of the skill's directory"
            found.note(what, first + line - 1, left)
        elif target != "." and not _holds(files, target):
            what = f"the link '{path}' leads to no file of the skill"
            found.note(what, first + line - 1, left)


def _note_widthless(found: Findings, source: WrittenText) -> None:
    if widthless := _WIDTHLESS.search(source.text):
        line = source.text.count("\n", 0, widthless.start()) + 1
        what, got = "has an invisible character", f"U+{ord(widthless[0]):04X}"
        found.note(what, line, {APM: "warned of"}, got=got)


def _line_below(source: WrittenText, position: int) -> int:
    """Return the line in the file of a position in its body."""
    return source.text.count("\n", 0, source.body + position) + 1


def relative_links(text: str) -> Iterator[tuple[int, str]]:
    """
    Yield line (from 1) and decoded path of each link to a file beside `text`.

    Absolute paths are included; URLs and links within the text are not.
    """
    for number, line in lines_outside_code(text):
        for match in _LINK.finditer(_CODE.sub("", line)):
            written = next(filter(None, match.groups()), "")
            path = unquote(re.split("[#?]", written)[0])
            if _LIKE_A_PATH.search(path) and not _NO_PATH.match(written):
                yield number, path


def lines_outside_code(text: str) -> Iterator[tuple[int, str]]:
    """Yield number (from 1) and text of each line that is in no fenced code block."""
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            yield number, line


def _holds(files: Collection[str], target: str) -> bool:
    """Tell whether `target` is one of the files, or a directory of some of them."""
    return target in files or any(file.startswith(f"{target}/") for file in files)
