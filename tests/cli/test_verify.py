from __future__ import annotations

import base64
import hashlib
import json
import zipfile

import pytest

from hatch_agpm.cli.verify import audit_wheel

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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The files of a wheel with a skill and a script, built once."""
    from hatch_agpm.build.plan import plan_build  # noqa: PLC0415 - heavy
    from hatch_agpm.bundle.bundle import metadata_file  # noqa: PLC0415 - heavy
    from hatch_agpm.model.build import BuildContext  # noqa: PLC0415 - heavy

    root = tmp_path_factory.mktemp("project")
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


@pytest.fixture
def audit(wheel, tmp_path):
    """Audit the wheel after some changes: new bytes by path, None for no file."""

    def audited(changes=None, *, recorded=None, system=3):
        files = {
            **wheel,
            **{path: (data, 0o644) for path, data in (changes or {}).items()},
        }
        files = {path: file for path, file in files.items() if file[0] is not None}
        rows = [
            f"{path},sha256={digest(data)},{len(data)}"
            for path, (data, _) in ({**files, **wheel} if recorded else files).items()
        ]
        path = tmp_path / "flat-1.2.0-py3-none-any.whl"
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

    return audited


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def messages(audit):
    return [str(problem) for problem in audit.problems]


def changed(wheel, change):
    index = json.loads(wheel[INDEX][0])
    change(index)
    return {INDEX: json.dumps(index).encode()}


def test_a_correct_wheel_is_described(audit):
    found = audit()

    assert messages(found) == []
    (bundle,) = found.bundles
    assert (bundle.directory, bundle.distribution) == ("flat/prompts", "flat")
    assert (bundle.version, bundle.prompts, bundle.size) == ("1.2.0", 1, 64)


def test_a_wheel_from_windows_has_no_modes_to_compare(audit):
    assert messages(audit(system=0)) == []


def test_an_unrelated_index_json_is_ignored(audit):
    found = audit(
        {
            "other/index.json": b'{"generator": {"name": "somebody"}}',
            "third/index.json": b"[",
            "last/index.json": b"[]",
        }
    )

    assert messages(found) == []
    assert len(found.bundles) == 1


WHEEL = "flat-1.2.0-py3-none-any.whl"
SKILL = "flat/prompts/skills/mend-nets"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {f"{SKILL}/mend.sh": None},
            f"{SKILL}/mend.sh: is missing from {WHEEL}",
        ),
        (
            {f"{SKILL}/mend.sh": b"#!/bin/sh\n"},
            f"{SKILL}/mend.sh: differs in {WHEEL} in mode: not executable",
        ),
        (
            {f"{SKILL}/old.md": b""},
            f"{SKILL}/old.md: is in {WHEEL}, but is not a file that was rendered",
        ),
        (
            {"flat/prompts/_reader.py": None},
            "flat/prompts/_reader.py: has no sha256 and size in the wheel's RECORD",
        ),
        (
            {METADATA: b"Name: Flat\nVersion: 1.3\n"},
            f"{INDEX}: is of version 1.2.0, in a wheel of version 1.3",
        ),
        (
            {METADATA: b"Name: flat\nVersion: latest\n"},
            f"{INDEX}: is of version 1.2.0, in a wheel of version latest",
        ),
        (
            {INDEX: None},
            f"{WHEEL}: holds no prompts: there is no index of a bundle; "
            "`hatch-agpm check` says what switches them off",
        ),
    ],
)
def test_every_problem_is_named(audit, changes, expected):
    assert messages(audit(changes)) == [expected]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff", ["is not UTF-8"]),
        (b"Agpm-Version: 1\n", ["has no Name and no Version and no Module"]),
        (LISTED.replace(b": 1\n", b": 2\n"), ["is of the version '2', this reads 1"]),
        (
            LISTED.replace(b"flat", b"fiat").replace(b"1.2.0", b"1.1"),
            [
                "names the distribution 'fiat', not 'flat'",
                "names the version '1.1', not '1.2.0'",
                "names the module 'fiat.prompts', not 'flat.prompts'",
            ],
        ),
        (
            LISTED.replace(b"mend-nets", b"mend-net"),
            [
                "does not list skills/mend-nets",
                "lists skills/mend-net, which flat/prompts has not",
            ],
        ),
    ],
)
def test_a_discovery_file_that_contradicts_the_index_is_named(audit, data, expected):
    found = messages(audit({DISCOVERY_FILE: data}))

    assert found == [f"{DISCOVERY_FILE}: {message}" for message in expected]


def test_a_wheel_without_the_discovery_file_is_incomplete(audit):
    assert messages(audit({DISCOVERY_FILE: None})) == [
        f"{WHEEL}: has no agpm-prompts.txt in its metadata, by which tools find the"
        " prompts; build it again"
    ]


def test_the_discovery_file_may_be_in_the_extra_metadata(audit):
    assert messages(audit({DISCOVERY_FILE: None, IN_EXTRA_METADATA: LISTED})) == []
    # Where there are both, tools read the first.
    assert messages(audit({IN_EXTRA_METADATA: b"\xff"})) == []


def test_an_unknown_key_of_a_later_version_is_accepted(audit):
    assert messages(audit({DISCOVERY_FILE: LISTED + b"Licence: MIT\n"})) == []


def test_a_generated_file_that_differs_from_the_index_is_named(audit):
    (message,) = messages(audit({"flat/prompts/_reader.py": b"pass\n"}, recorded=True))

    assert message.startswith(
        f"flat/prompts/_reader.py: differs in {WHEEL} in size: 5 "
    )


def test_a_bundle_of_another_distribution_may_have_another_version(audit):
    assert messages(audit({METADATA: b"Name: vendors-it\nVersion: 7\n"})) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda index: index.update(schema=99),
            f"{INDEX}: unsupported index schema 99 (supported: 1); "
            "verify it with the version that built it",
        ),
        (
            lambda index: index.pop("resources"),
            f"{INDEX}: is damaged: KeyError('resources')",
        ),
        (
            lambda index: index.update(resources={}),
            f"{INDEX}: is damaged: TypeError({{}})",
        ),
        (
            lambda index: index["resources"][0].update(size="1"),
            f"{INDEX}: is damaged: TypeError('1', ",
        ),
    ],
)
def test_an_index_that_cannot_be_used_is_a_problem(wheel, audit, change, expected):
    (message,) = messages(audit(changed(wheel, change)))

    assert message.startswith(expected)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all"])
def test_a_file_that_is_not_a_wheel_is_a_problem(tmp_path, data):
    path = tmp_path / "demo.whl"
    path.write_bytes(data)

    assert messages(audit_wheel(path)) == [
        "demo.whl: cannot be read: File is not a zip file"
    ]


def test_a_missing_wheel_is_a_problem(tmp_path):
    (message,) = messages(audit_wheel(tmp_path / "demo.whl"))

    assert message.startswith("demo.whl: cannot be read: [Errno 2] No such file")
