"""The messages of `hatch-agpm verify` about finished wheels."""

import pytest
from audits import DISCOVERY_FILE, INDEX, LISTED, METADATA, changed, messages

from hatch_agpm.cli.main import main
from hatch_agpm.cli.verify import audit_installed, audit_wheel

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
        ({INDEX: None}, f"{INDEX}: is missing from {WHEEL}"),
        ({INDEX: b"["}, f"{INDEX}: is damaged: it is not an index of hatch-agpm"),
        (
            {INDEX: None, DISCOVERY_FILE: None},
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
        (
            LISTED.replace(b": 1\n", b": 2\n"),
            ["has the unsupported version '2' (supported: 1)"],
        ),
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
                "lists skills/mend-net, which is not in flat/prompts",
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


def test_a_generated_file_that_differs_from_the_index_is_named(audit):
    (message,) = messages(audit({"flat/prompts/_reader.py": b"pass\n"}, recorded=True))

    assert message.startswith(
        f"flat/prompts/_reader.py: differs in {WHEEL} in size: 5 "
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda index: index.update(schema=99),
            f"{INDEX}: unsupported index schema 99 (supported: 1, 2); "
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
def test_an_index_that_cannot_be_used_is_a_problem(
    audited_wheel, audit, change, expected
):
    (message,) = messages(audit(changed(audited_wheel, change)))

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

    assert message == "demo.whl: cannot be read: No such file or directory"


def test_what_cannot_be_unpacked_is_named(audit, tmp_path):
    audit()
    (wheel,) = tmp_path.glob("*.whl")
    data = bytearray(wheel.read_bytes())
    header = data.rindex(INDEX.encode()) - 46
    data[header + 8] |= 1
    wheel.write_bytes(data)
    assert messages(audit_wheel(wheel)) == [f"{INDEX}: is encrypted"]

    data[header + 8], data[header + 10] = 0, 12
    wheel.write_bytes(data)
    assert messages(audit_wheel(wheel)) == [
        f"{INDEX}: is compressed by the method 12; "
        "wheels have stored and deflated files"
    ]

    data[header + 10 : header + 28] = b"\0" * 18
    data[header + 24 : header + 28] = b"\xff\xff\xff\0"
    wheel.write_bytes(data)
    message, *_ = messages(audit_wheel(wheel))
    assert message.startswith(f"{INDEX}: has more than ")


def test_an_installed_distribution_has_messages_of_its_own(audited_wheel, site):
    (problem,) = audit_installed("flat").problems
    assert str(problem) == (
        "flat: is not installed in a directory of this environment; "
        "wheels are verified without `--installed`"
    )
    for path, (data, mode) in audited_wheel.items():
        file = site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(mode)
    (site / SKILL / "mend.sh").unlink()

    assert [str(each) for each in audit_installed("flat").problems] == [
        "flat 1.2.0: has no RECORD, with which generated files are compared",
        f"{SKILL}/mend.sh: is missing from flat 1.2.0; install flat 1.2.0 again",
    ]
    (site / "flat-1.3.dist-info").mkdir()
    (problem,) = audit_installed("flat").problems
    assert str(problem) == (
        "flat: is installed more than once: flat-1.2.0.dist-info and "
        "flat-1.3.dist-info; uninstall flat, and install it again"
    )


def test_a_problem_of_the_whole_wheel_names_it_once(tmp_path, capsys):
    wheel = tmp_path / "x.whl"
    wheel.write_bytes(b"")
    assert main(["verify", str(wheel)]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: x.whl: cannot be read: File is not a zip file\n"
    )


def test_add_names_a_wheel_that_is_not_there(tmp_path, capsys):
    assert main(["add", str(tmp_path / "x.whl")]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: x.whl: cannot be read: No such file or directory\n"
    )


def test_verify_needs_something_to_verify(capsys):
    assert main(["verify"]) == 1
    assert capsys.readouterr().err == (
        "hatch-agpm: verify needs a WHEEL, or --installed and the name of a"
        " distribution\n"
    )


def test_an_sdist_and_a_damaged_record_are_named(audit, tmp_path):
    assert messages(audit_wheel(tmp_path / "x.tar.gz")) == [
        "x.tar.gz: is not a wheel; an sdist is compared when it is built"
    ]
    record = "flat-1.2.0.dist-info/RECORD"
    assert messages(audit({record: b"x" * 200_000}))[0].startswith(
        f"{record}: is damaged: "
    )


def test_a_wheel_with_too_many_bundles_is_named(audit):
    index = b'{"generator": {"name": "hatch-agpm"}}'
    assert messages(audit({f"x{n}/index.json": index for n in range(101)})) == [
        f"{WHEEL}: has more than 100 bundles"
    ]


def test_metadata_of_another_distribution_is_named(audit):
    metadata = "flat-1.2.0.dist-info/METADATA"
    what = "names the distribution 'other', in the directory of another"
    assert f"{metadata}: {what}" in messages(audit({metadata: b"Name: other\n"}))
    assert messages(audit({metadata: None})) == [
        f"{WHEEL}: has no METADATA, without which it cannot be installed"
    ]


def test_long_headers_of_metadata_are_named(audit):
    metadata = "flat-1.2.0.dist-info/METADATA"
    assert f"{metadata}: is damaged: its headers have more than 1,048,576 bytes" in (
        messages(audit({metadata: b"Name: flat\n" + b"a:\n" * 400_000}))
    )


def test_two_directories_of_metadata_are_named(audit):
    what = (
        "has more than one directory of metadata: flat-1.2.0.dist-info and x.dist-info"
    )
    assert messages(audit({"x.dist-info/METADATA": b""})) == [
        f"{WHEEL}: {what}; no installer accepts that"
    ]


def test_a_file_that_is_installed_as_a_prompt_is_named(audit):
    twin = "flat/Prompts/skills/mend-nets/SKILL.md"
    as_prompt = "is installed as flat/prompts/skills/mend-nets/SKILL.md, too"
    as_other = "is installed as flat/prompts/, too"
    assert messages(audit({twin: b"", "./flat/prompts/x.md": b""})) == [
        f"{twin}: {as_prompt}",
        f"{twin}: {as_other}",
        f"./flat/prompts/x.md: {as_other}",
    ]


def test_an_index_with_too_many_values_is_named(audit):
    index = (
        b'{"generator": {"name": "hatch-agpm"}, "x": [' + b"[]," * 2_000_000 + b"0]}"
    )
    assert messages(audit({"x/index.json": index})) == [
        "x/index.json: has more than an index of such a package can have"
    ]
