"""
The verification of a finished wheel of any backend, by the indexes in it.

An index has path, size and sha256 of every prompt.  Generated files are not in it; they
are compared with the wheel's own RECORD.  The file by which `discover` finds the bundle
must agree with the index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hatch_agpm.build.verify import verify_wheel
from hatch_agpm.cli.verify.contents import DescribedWheel
from hatch_agpm.cli.verify.index import read_index
from hatch_agpm.errors import AgpmError, BundleError, ProblemsError
from hatch_agpm.export.plugin import PLUGIN_FILE
from hatch_agpm.formats.archives import opened_zip

if TYPE_CHECKING:
    from pathlib import Path

    from hatch_agpm.cli.verify.index import AuditedBundle
    from hatch_agpm.formats.archives import FileDigest

__all__ = ["Audit", "audit_wheel"]

_SDISTS = (".tar.gz", ".tgz", ".zip")


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """The bundles that were found in one wheel, and all problems."""

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
            contents = DescribedWheel(archive)
    except AgpmError as error:
        return Audit(problems=(error,))
    return _audit(wheel, contents)


def _audit(wheel: Path, contents: DescribedWheel) -> Audit:
    bundles: list[AuditedBundle] = []
    problems: list[AgpmError] = []
    exported = contents.exported()
    if not contents.indexes and not exported:
        what = "holds no prompts: there is no index of a bundle"
        hint = "`hatch-agpm check` says what switches them off"
        problems.append(BundleError(wheel.name, what, hint))
    for directory, index in contents.indexes.items():
        try:
            bundle, plan, names = read_index(directory, index)
            own = exported if (is_own := contents.is_own(bundle)) else {}
            bundles.append(replace(bundle, exported=len(own)))
            if is_own:
                contents.check_version(bundle)
                problems += contents.discovery_problems(bundle, names)
            plan |= contents.recorded(directory, names)
            # In an editable wheel, or without a package, they are in its directory.
            within = [path for path in own if path.startswith(f"{directory}/")]
            plan |= {path: own[path] for path in within}
            verify_wheel(wheel, contents.as_packed(plan), directories=[directory])
        except ProblemsError as error:
            problems += error.problems
        except AgpmError as error:
            problems.append(error)
    if exported:
        problems += _differences(wheel, contents.as_packed(exported))
        if not any(bundle.exported for bundle in bundles):
            bundles.append(contents.of_exports(len(exported)))
    return Audit(bundles=tuple(bundles), problems=tuple(problems))


def _differences(wheel: Path, exported: dict[str, FileDigest]) -> list[AgpmError]:
    """Return what is wrong with the exported files of a wheel."""
    plugins = [path for path in exported if path.endswith(f"/{PLUGIN_FILE}")]
    # Where there is a plugin.json, the whole directory is ours.
    whole = [path.removesuffix(f"/{PLUGIN_FILE}") for path in plugins]
    try:
        verify_wheel(wheel, exported, directories=whole)
    except ProblemsError as error:
        return [*error.problems]
    except AgpmError as error:
        return [error]
    return []
