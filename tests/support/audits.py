"""A wheel with a skill and a script, and what `hatch-agpm verify` finds in it."""

import base64
import hashlib
import json
import zipfile

from hatch_agpm.build.plan import plan_build
from hatch_agpm.bundle.bundle import metadata_file
from hatch_agpm.cli.verify import audit_wheel
from hatch_agpm.model.build import BuildContext

INDEX = "flat/prompts/index.json"
RECORD = "flat-1.2.0.dist-info/RECORD"
METADATA = "flat-1.2.0.dist-info/METADATA"
DISCOVERY_FILE = "flat-1.2.0.dist-info/agpm-prompts.txt"
IN_EXTRA_METADATA = "flat-1.2.0.dist-info/extra_metadata/agpm-prompts.txt"
LISTED = b"""\
Agpm-Version: 1
Name: flat
Version: 1.2.0
Module: flat.prompts
Prompt: skills/mend-nets
"""


def files_of_wheel(root):
    """Return the files of the wheel of a project, which is written to `root`."""
    skill = root / "prompts/skills/mend-nets"
    skill.mkdir(parents=True)
    (skill / "SKILL.md").write_text(
        "---\nname: mend-nets\ndescription: Mends nets\n---\nMend.\n", encoding="utf-8"
    )
    (skill / "mend.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (skill / "mend.sh").chmod(0o755)
    table = {
        "output": "flat/prompts",
        "skills": {"mend-nets": "prompts/skills/mend-nets"},
    }
    plan = plan_build(
        BuildContext(
            root,
            {"tool": {"hatch-agpm": table}},
            metadata={"version": "1.2.0"},
            distribution="flat",
        )
    )
    files = {
        f"flat/prompts/{path}": (file.data, 0o755 if file.executable else 0o644)
        for path, file in plan.bundle.files.items()
    }
    _, file = metadata_file(plan.bundle, module="flat.prompts")
    files[DISCOVERY_FILE] = (file.data, 0o644)
    files[METADATA] = (b"Metadata-Version: 2.1\nName: flat\nVersion: 1.2.0\n", 0o644)
    return files


def audit_changed(path, wheel, changes=None, *, recorded=None, system=3):
    """
    Write a wheel with some changes and audit it.

    `changes` are new bytes by path, None for no file; with `recorded` its RECORD is
    that of the wheel without them.
    """
    files = {
        **wheel,
        **{path: (data, 0o644) for path, data in (changes or {}).items()},
    }
    files = {path: file for path, file in files.items() if file[0] is not None}
    rows = [
        f"{path},sha256={digest(data)},{len(data)}"
        for path, (data, _) in ({**files, **wheel} if recorded else files).items()
    ]
    with zipfile.ZipFile(path, "w") as archive:
        for name, (data, mode) in {
            RECORD: ("\n".join(rows).encode(), 0o644),
            **files,
        }.items():
            info = zipfile.ZipInfo(name)
            info.create_system = system
            info.external_attr = mode << 16 if system else 0
            archive.writestr(info, data)
    return audit_wheel(path)


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def messages(audit):
    return [str(problem) for problem in audit.problems]


def changed(wheel, change):
    index = json.loads(wheel[INDEX][0])
    change(index)
    return {INDEX: json.dumps(index).encode()}
