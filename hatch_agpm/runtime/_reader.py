# SPDX-License-Identifier: MIT-0
"""
Everything of a bundle except reading a text: the index, run-time variables, errors.

Every bundle has a copy of this file.  The modules beside it import it only if more than
a text is needed, and the slow module `json` is imported only when it is needed.  Runs
on Python 3.9 and later, with only the standard library.
"""

from __future__ import annotations

from ._errors import (
    UnknownPromptError,
    VariableError,
    damaged,
    nearest,
    nearest_full,
)
from ._prompt import OTHER_CONTENT, imported, read_file, read_whole
from ._variables import FillError, PromptTemplate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# --- the index ------------------------------------------------------------------------


def entries(bundle: Any, full_name: str) -> dict[str, dict[str, Any]]:
    """
    Return the entries of the index by full name.

    Raises `DamagedWheelError`, also if `full_name` is not among them: a prompt that was
    pickled may be of another version.
    """
    import json

    index = json.loads(read_whole(bundle.spec, "index.json", *bundle.index))
    # Entries with equal bytes may share a name.
    found = {entry["full_name"]: entry for entry in reversed(index["resources"])}
    if full_name not in found:
        raise damaged(bundle.spec, "index.json", f"it does not list {full_name}")
    return found


def file_of_skill(resource: Any, file: str) -> bytes:
    """Return one of the files of a skill, or raise `DamagedWheelError`."""
    from hashlib import sha256

    bundle = resource._bundle
    directory = bundle.table[resource.full_name][0].rpartition("/")[0]
    path = f"{directory}/{file}"
    files = bundle.entry(resource.full_name)["files"]
    known = next(each for each in files if each["path"] == file)
    data: bytes = read_file(bundle.spec, path, known["size"])
    if sha256(data).hexdigest() != known["sha256"]:
        raise damaged(bundle.spec, path, OTHER_CONTENT)
    return data


# --- run-time variables ---------------------------------------------------------------


def fill(prompt: Any, positional: Sequence[object], given: Mapping[str, object]) -> str:
    """Return the text of a prompt with the values `given`, or raise `VariableError`."""
    template = _template(prompt)
    values = _values(prompt, template, positional, given)
    try:
        text: str = template.fill(values)
    except FillError as error:
        # What a method of the caller's values has raised is the cause.
        raise VariableError(_written(prompt), (str(error),)) from error.__cause__
    return text


def parts(
    prompt: Any, positional: Sequence[object], given: Mapping[str, object]
) -> tuple[tuple[str, bool], ...]:
    """Return the pieces of what `fill` returns, each with whether it is a value."""
    template = _template(prompt)
    values = _values(prompt, template, positional, given)
    try:
        return tuple(template.parts(values))
    except FillError as error:
        raise VariableError(_written(prompt), (str(error),)) from error.__cause__


def _values(
    prompt: Any,
    template: Any,
    positional: Sequence[object],
    given: Mapping[str, object],
) -> dict[str, object]:
    """Return the values of all variables, or raise `VariableError`."""
    values: dict[str, object]
    values, problems, cause = template.variables.checked(given)
    if positional:
        problems.insert(0, "variables are given by name")
    if problems:
        raise VariableError(_written(prompt), tuple(problems)) from cause
    return values


def signature(prompt: Any) -> Any:
    """Return the run-time variables of a prompt as the parameters of a function."""
    return _template(prompt).variables.signature()


def _template(prompt: Any) -> Any:
    """Return the parsed text of a prompt, which is kept with it."""
    kept: dict[str, Any] = vars(prompt)
    if "_template" not in kept:
        kept["_template"] = _parsed(prompt)
    return kept["_template"]


def _parsed(prompt: Any) -> Any:
    bundle = prompt._bundle
    if not prompt._program:
        try:
            return PromptTemplate(
                prompt._head,
                str(prompt),
                prompt._variables,
                prompt._dialect,
                prompt._embedded,
            )
        except UnicodeDecodeError as error:  # in a long file, which has no checksum
            path = prompt.path[len(bundle.wheel_path("")) :]
            raise damaged(bundle.spec, path, str(error)) from None
    import json

    data = json.loads(read_whole(bundle.spec, *prompt._program))
    is_tera = prompt._dialect == "tera"
    # Only a bundle with run-time logic has these modules.
    package, name = ("_tera", "") if is_tera else ("_jinja", "Jinja")
    template = getattr(imported(f"{package}.template"), f"{name}ProgramTemplate")
    return template(data, prompt._variables)


# --- names ----------------------------------------------------------------------------


def unknown_name(bundle: Any, full_name: object) -> UnknownPromptError:
    """Return the error for a full name that is not in the table."""
    package: str = bundle.spec.name
    directory, slash, name = str(full_name).partition("/")
    attribute = directory.replace("-", "_")
    if slash and bundle.members("").get(attribute) == f"{directory}/":
        known = _relative(bundle, f"{directory}/")
        return UnknownPromptError(f"{package}.{attribute}", name, nearest(name, known))
    near = nearest_full(full_name, bundle.names())
    return UnknownPromptError(package, full_name, near)


def unknown_key(namespace: Any, name: object) -> UnknownPromptError:
    """Return the error for a key that a namespace does not have."""
    near = nearest(name, [*namespace])
    return UnknownPromptError(namespace.__name__, name, near)


def unknown_attribute(
    module: Any, bundle: Any, directory: str, attribute: str
) -> UnknownPromptError:
    """Return the error for an attribute that the module of a directory lacks."""
    near = nearest(attribute, bundle.members(directory))
    if not near and directory:
        near = nearest(attribute, _relative(bundle, directory))
    elif not near:
        near = tuple(map(_dotted, nearest_full(attribute, bundle.names())))
    return UnknownPromptError(module.__name__, attribute, near)


def unknown_file(resource: Any, file: object) -> UnknownPromptError:
    """Return the error for a file that a skill does not have."""
    return UnknownPromptError(_written(resource), file, nearest(file, resource.files))


def _relative(bundle: Any, directory: str) -> list[str]:
    return [name[len(directory) :] for name in bundle.below(directory)]


def _dotted(full_name: str) -> str:
    """Return a full name as Python code has it after the module."""
    return full_name.replace("-", "_").replace("/", ".")


def _written(resource: Any) -> str:
    """Return a resource as Python code has it."""
    return f"{type(resource).__module__}.{_dotted(resource.full_name)}"


# --- freezers -------------------------------------------------------------------------


def hook_directories() -> list[str]:
    """Return the directory with the hook; PyInstaller calls this by an entry point."""
    from pathlib import Path

    return [str(Path(__file__).with_name("_pyinstaller"))]
