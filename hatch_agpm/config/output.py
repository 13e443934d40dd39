"""The directory of the bundle, as a path in the source tree."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from hatch_agpm.errors import (
    ConfigError,
    did_you_mean,
    shown,
)
from hatch_agpm.formats.file_names import faults, leads_out
from hatch_agpm.model.config import TABLE
from hatch_agpm.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "find_output",
    "has_code",
    "import_packages",
    "output_problem",
    "outside_problem",
]

_LONGEST: Final = 1024
"""The bytes of an output, to which names of files are added."""

_OF_PYTHON: Final = frozenset(["__init__", "__main__", "__pycache__"])
"""The names of modules that are not imported by them, and of byte code."""

_NO_PACKAGES: Final = (
    *("benchmarks", "build", "dist", "docs", "examples", "scripts"),
    *("test", "tests", "tools"),
)
"""The names of packages that projects have beside the one that they ship."""


def find_output(
    root: Path, output: str, pyproject: Mapping[str, object], distribution: str
) -> str:
    """
    Return the bundle's directory, as a path in the source tree: `src/acme/prompts`.

    It is `output` if configured, else `prompts` in the import package that the backend
    packs, or that is named as the `distribution`.  Raises ConfigError if there is no
    such package, or two.
    """
    if output:
        configured = PurePosixPath(output)
        _check_parent(root, configured)
        return str(configured)
    packages = import_packages(root, pyproject, distribution)
    if len(packages) == 1:
        return str(PurePosixPath(packages[0], "prompts"))
    found = " and ".join(packages) or f"no package '{_normalised(distribution)}'"
    raise ConfigError(
        f"{TABLE}.output",
        f"is missing: there {'are' if packages else 'is'} {found}",
        hint='say where the prompts go: output = "<package>/prompts"',
    )


def has_code(module: Path) -> bool:
    """Tell whether a Python file has more than comments and a docstring."""
    try:
        statements = ast.parse(read_regular(module)).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not all(
        isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        for each in statements
    )


def _check_parent(root: Path, output: PurePosixPath) -> None:
    """Raise ConfigError for a missing package whose name is nearly that of another."""
    parent = root / output.parent
    if parent.is_dir():
        return
    others = (PurePosixPath("src", output), PurePosixPath(*output.parts[1:]))
    for other in others if len(output.parts) > 1 else ():
        is_source = other.parts[0] == "src" or output.parts[0] == "src"
        if is_source and len(other.parts) > 1 and (root / other.parent).is_dir():
            what = f"is in '{output.parent}', which does not exist"
            hint = f'write output = "{other}"'
            raise ConfigError(f"{TABLE}.output", what, repr(str(output)), hint)
    if not parent.parent.is_dir():
        return
    packages = [path.name for path in parent.parent.iterdir() if any(path.glob("*.py"))]
    if hint := did_you_mean(parent.name, packages):
        what = f"is in '{output.parent}', which does not exist"
        raise ConfigError(f"{TABLE}.output", what, repr(str(output)), hint)


def import_packages(
    root: Path, pyproject: Mapping[str, object], distribution: str
) -> list[str]:
    """
    Return the import packages that the backend packs, as paths in the source tree.

    They are those that the backend's own table names, else the one that has the name of
    the distribution, else all that are importable.
    """
    stated = [path for path in _stated(pyproject) if (root / path).is_dir()]
    if stated:
        return _named(stated, distribution) or sorted(set(stated))
    found = sorted(
        path.relative_to(root).as_posix()
        for parent in (root, root / "src")
        if parent.is_dir()
        for path in parent.iterdir()
        if path.name.isidentifier() and any(path.glob("*.py"))
    )
    if named := _named(found, distribution):
        return named
    packages = [path for path in found if (root / path / "__init__.py").is_file()]
    return [path for path in packages if PurePosixPath(path).name not in _NO_PACKAGES]


def _named(paths: Iterable[str], distribution: str) -> list[str]:
    """Return the paths whose last part is the name of the distribution."""
    wanted = _normalised(distribution)
    return sorted(
        {path for path in paths if _normalised(PurePosixPath(path).name) == wanted}
    )


def _stated(pyproject: Mapping[str, object]) -> list[str]:
    """Return the packages that the table of a build backend names."""
    found = [
        *_texts(pyproject, "hatch", "build", "targets", "wheel", "packages"),
        *_texts(pyproject, "hatch", "build", "packages"),
    ]
    source = _text(_at(pyproject, "setuptools", "package-dir", ""))
    names = [
        *_texts(pyproject, "setuptools", "packages"),
        *_texts(pyproject, "flit", "module", "name"),
        *_texts(pyproject, "uv", "build-backend", "module-name"),
    ]
    # A package in another one is not where the prompts go.
    tops = [name for name in names if name.partition(".")[0] == name]
    for name in tops or names[:1]:
        path = name.replace(".", "/")
        found += [f"{source}/{path}"] if source else [path, f"src/{path}"]
    poetry = _at(pyproject, "poetry", "packages")
    for each in poetry if isinstance(poetry, list) else ():
        if isinstance(each, dict) and isinstance(each.get("include"), str):
            found.append(f"{each.get('from', '')}/{each['include']}".strip("/"))
    return [str(PurePosixPath(path)) for path in found]


def _at(pyproject: Mapping[str, object], *keys: str) -> object:
    """Return a value of the table `tool`; None where it is absent."""
    value: object = pyproject.get("tool")
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(pyproject: Mapping[str, object], *keys: str) -> list[str]:
    value = _at(pyproject, *keys)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def outside_problem(directory: str) -> str:
    """Return the problem of a directory that is not in the project, or ""."""
    if not directory or leads_out(directory) or "\\" in directory:
        return "must be a directory inside the project, written with '/'"
    return ""


def _module_problem(name: str) -> str:
    """Return why `import` does not find a module of this name, "" if it does."""
    if not name.isidentifier() or keyword.iskeyword(name):
        return f"must be importable, which {shown(name)} is not"
    if name != (found := unicodedata.normalize("NFKC", name)):
        return f"must be importable: Python looks for {found!a} instead of {name!a}"
    if name.casefold() in _OF_PYTHON:
        return f"must not be in '{name}', which has a meaning for Python"
    return ""


def output_problem(output: str) -> str:
    """Return the problem of an `output` that is external or not importable, or ""."""
    if problem := outside_problem(output):
        return problem
    names = PurePosixPath(output).parts[-2:]
    if not names:
        return "must be a directory of its own, not that of the project"
    for part in names if names[0] != "src" else names[1:]:
        if problem := _module_problem(part):
            return problem
    if fault := next(faults("/".join(PurePosixPath(output).parts)), ""):
        return f"is not a valid directory on every system: {fault}"
    if len(output.encode(errors="replace")) > _LONGEST:
        return f"must not be longer than {_LONGEST} bytes"
    return ""
