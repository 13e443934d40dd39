"""
The verification of finished wheels and of installed distributions, by their indexes.

An index has path, size and sha256 of every prompt.  Generated files are not in it; they
are compared with RECORD.  The file by which `discover` finds the bundle must agree with
the index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hatch_agpm.cli.verify.contents import DescribedContents
from hatch_agpm.cli.verify.files import WheelFiles, find_installed
from hatch_agpm.cli.verify.index import read_index
from hatch_agpm.errors import AgpmError, BundleError, ProblemsError
from hatch_agpm.export.plugin import PLUGIN_FILE
from hatch_agpm.formats.archives import opened_zip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hatch_agpm.cli.verify.files import VerifiedFiles
    from hatch_agpm.cli.verify.index import AuditedBundle, DescribedBundle
    from hatch_agpm.formats.archives import FileDigest

__all__ = ["Audit", "audit_installed", "audit_wheel"]

_MOST_PROBLEMS = 5000
_SDISTS = (".tar.gz", ".tgz", ".zip")


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """The bundles that were found in one wheel or distribution, and all problems."""

    bundles: tuple[AuditedBundle, ...] = ()
    problems: tuple[AgpmError, ...] = ()


def audit_wheel(wheel: Path) -> Audit:
    """
    Compare each bundle in a wheel with its index; a wheel without one is a problem.

    Does not raise: a file that cannot be read is a problem, too.
    """
    if wheel.name.endswith(_SDISTS):
        what, hint = "is not a wheel", "an sdist is compared when it is built"
        return Audit(problems=(BundleError(wheel.name, what, hint),))
    try:
        with opened_zip(wheel) as archive:
            return _audit(WheelFiles(wheel, archive))
    except AgpmError as error:
        return Audit(problems=(error,))


def audit_installed(name: str) -> Audit:
    """
    Compare each bundle of an installed distribution as `audit_wheel` does.

    Nothing of it is imported.  Does not raise.
    """
    try:
        return _audit(find_installed(name))
    except AgpmError as error:
        return Audit(problems=(error,))


def _audit(files: VerifiedFiles) -> Audit:
    contents = DescribedContents(files)
    bundles: list[AuditedBundle] = []
    problems: list[AgpmError] = []
    exported = contents.exported()
    has_own = contents.has_named_index
    for directory, index in contents.indexes.items():
        try:
            described = read_index(directory, index)
        except AgpmError as error:
            problems.append(error)
            contents.damaged.append(directory)
            continue
        is_own = contents.is_own(described.audited)
        own = exported if is_own else {}
        bundles.append(replace(described.audited, exported=len(own)))
        if is_own:
            has_own = True
            problems += contents.own_problems(described)
        problems += _differences(files, contents, described, own)
        if len(problems) > _MOST_PROBLEMS:
            what = f"has more than {_MOST_PROBLEMS:,} problems"
            problems.append(BundleError(files.label, what))
            break
    if not has_own and (named := contents.named_indexes()):
        problems.append(BundleError(named[0], f"is missing from {files.label}"))
    others = [*contents.metadata_files(), *contents.below(contents.damaged)]
    problems += _compared(files, contents.recorded(others)[0], ())
    if exported:
        problems += _exported_differences(files, files.without_modes(exported))
        if not any(bundle.exported for bundle in bundles):
            bundles.append(contents.of_exports(len(exported)))
    problems = [*contents.problems, *problems]
    if not (contents.indexes or exported or problems):
        what = "holds no prompts: there is no index of a bundle"
        hint = "`hatch-agpm check` says what switches them off"
        problems.append(BundleError(files.label, what, hint))
    unique = {str(problem): problem for problem in problems}
    return Audit(bundles=tuple(bundles), problems=tuple(unique.values()))


def _differences(
    files: VerifiedFiles,
    contents: DescribedContents,
    bundle: DescribedBundle,
    exported: Mapping[str, FileDigest],
) -> list[AgpmError]:
    """Return the differences of the files of one bundle from its index and RECORD."""
    directory = bundle.audited.directory
    generated, unrecorded = contents.recorded(contents.generated(bundle))
    # In an editable wheel, or without a package, they are in its directory.
    within = [path for path in exported if path.startswith(f"{directory}/")]
    plan = {**bundle.plan, **generated, **{path: exported[path] for path in within}}
    # Without RECORD it is not known which generated files belong to the bundle.
    directories = [directory] if contents.has_record and not unrecorded else []
    what = f"has no sha256 and size in the {files.kind}'s RECORD"
    problems: list[AgpmError] = [BundleError(path, what) for path in unrecorded]
    return problems + _compared(files, files.without_modes(plan), directories)


def _exported_differences(
    files: VerifiedFiles, exported: dict[str, FileDigest]
) -> list[AgpmError]:
    """Return what is wrong with the exported files."""
    plugins = [path for path in exported if path.endswith(f"/{PLUGIN_FILE}")]
    # Where there is a plugin.json, the whole directory is ours.
    whole = [path.removesuffix(f"/{PLUGIN_FILE}") for path in plugins]
    return _compared(files, exported, whole)


def _compared(
    files: VerifiedFiles, plan: Mapping[str, FileDigest], directories: Iterable[str]
) -> list[AgpmError]:
    """Return the differences of the files from a plan."""
    try:
        files.compare(plan, directories)
    except ProblemsError as error:
        return [*error.problems]
    except AgpmError as error:
        return [error]
    return []
