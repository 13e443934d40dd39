"""The files of a wheel with prompts of each kind, and of its installation."""

import base64
import hashlib
import shutil

from projects import TABLE, parsed, write_project

from hatch_agpm.build.plan import plan_build
from hatch_agpm.bundle.bundle import metadata_file
from hatch_agpm.model.build import BuildContext

INFO = "pkg-1.0.dist-info"
BUNDLE = "pkg/prompts"


def wheel_files(root):
    """Return the files of a wheel by path; writes its project to `root`."""
    write_project(root)
    metadata = {"name": "pkg", "version": "1.0"}
    tables = {"tool": {"hatch-agpm": parsed(TABLE)}}
    plan = plan_build(BuildContext(root, tables, metadata=metadata, distribution="pkg"))
    bundle = plan.bundle.in_wheel(BUNDLE)
    exported = plan.bundle.exported_paths(BUNDLE)
    name, file = metadata_file(bundle, module="pkg.prompts", exported=exported)
    files = {path: each.data for path, each in bundle.at(BUNDLE).items()}
    files["pkg/__init__.py"] = b""
    files[f"{INFO}/{name}"] = file.data
    files[f"{INFO}/METADATA"] = b"Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n"
    files[f"{INFO}/WHEEL"] = b"Wheel-Version: 1.0\nTag: py3-none-any\n"
    rows = [
        f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()
    ]
    files[f"{INFO}/RECORD"] = "\n".join([*rows, f"{INFO}/RECORD,,\n"]).encode()
    return files


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def write_files(root, files):
    """Write files by path."""
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def remove(file):
    """Remove a file, link or directory."""
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)
