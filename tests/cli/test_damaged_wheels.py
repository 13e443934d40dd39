"""`hatch-agpm verify` of wheels that are damaged, or made to do harm."""

import json
import struct
import tarfile
import zipfile

import pytest
from audits import (
    DISCOVERY_FILE,
    INDEX,
    LISTED,
    METADATA,
    RECORD,
    changed,
    digest,
    messages,
)
from memory import bounded_memory

from hatch_agpm.cli.main import main
from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.verify import audit_wheel
from hatch_agpm.errors import BundleError

READER = "flat/prompts/_reader.py"
BOMB = 1 << 26


@pytest.fixture
def rewrite(audit, tmp_path):
    """Write the wheel again, with a change of its RECORD and of single files."""

    def rewritten(change=lambda record: record, changes=None, **options):
        audit()
        (wheel,) = tmp_path.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files = {**files, RECORD: change(files[RECORD]), **(changes or {})}
        with zipfile.ZipFile(wheel, "w", **options) as archive:
            for name, data in files.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
                info.compress_type = archive.compression
                archive.writestr(info, data)
        return wheel

    return rewritten


def problems(wheel):
    found = audit_wheel(wheel).problems
    assert all(isinstance(problem, BundleError) for problem in found)
    return found


def line_of(path, record):
    return next(line for line in record.splitlines() if line.startswith(path.encode()))


@pytest.mark.parametrize(
    "line", [READER, f"{READER},", f"{READER},,", f'"{READER}"', f"{READER};sha256=x;1"]
)
def test_a_short_line_of_the_record_is_a_problem_of_its_file(line, rewrite):
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line.encode()))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize(
    "digest",
    [
        "sha256=",
        "sha256=x",
        "sha256=" + "é" * 43,
        "sha256=" + "=" * 43,
        "sha256=" + "A" * 44,
        "sha512=" + "A" * 86,
        "A" * 43,
    ],
)
def test_a_bad_digest_in_the_record_is_a_problem_of_its_file(digest, rewrite):
    line = f"{READER},{digest},10".encode()
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize("size", ["", "x", "-1", "1e3", "٣", "9" * 5000])
def test_a_bad_size_in_the_record_is_a_problem_of_its_file(size, rewrite):
    line = f"{READER},sha256={'A' * 43},{size}".encode()
    wheel = rewrite(lambda old: old.replace(line_of(READER, old), line))

    assert [problem.path for problem in problems(wheel)] == [READER]


@pytest.mark.parametrize(
    "text", [b"a,\rb,c\n", b'"', b"\0", b"x" * 200_000, b"\xff\xfe\n", b"\n\n,,,,\n"]
)
def test_a_record_of_any_text_is_read_or_a_problem(text, rewrite):
    for problem in problems(rewrite(lambda old: text + old)):
        assert "RECORD" in problem.path or "RECORD" in str(problem)


@pytest.mark.parametrize("name", [INDEX, RECORD, METADATA, DISCOVERY_FILE, READER])
@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(8, 1, id="encrypted"),
        pytest.param(10, 14, id="LZMA"),
        pytest.param(10, 12, id="BZIP2"),
        pytest.param(10, 99, id="unknown method"),
        pytest.param(6, 255, id="unknown version"),
        pytest.param(24, 7, id="shorter"),
        pytest.param(42, 3, id="elsewhere"),
        pytest.param(16, 3, id="wrong checksum"),
    ],
)
def test_a_file_that_cannot_be_unpacked_is_a_problem(name, offset, value, rewrite):
    wheel = rewrite()
    data = bytearray(wheel.read_bytes())
    # The headers of the directory follow the files.
    start = data.rindex(name.encode()) - 46
    assert data[start : start + 4] == b"PK\1\2"
    data[start + offset : start + offset + 2] = struct.pack("<H", value)
    wheel.write_bytes(data)

    assert problems(wheel)


@pytest.mark.parametrize("name", [INDEX, METADATA, DISCOVERY_FILE, READER, RECORD])
def test_no_more_is_unpacked_than_the_record_says(name, rewrite):
    compressed = {"compression": zipfile.ZIP_DEFLATED}
    wheel = rewrite(changes={name: b"\n" * BOMB}, **compressed)

    with bounded_memory(BOMB / 4):
        assert problems(wheel)


def test_no_more_is_unpacked_than_the_header_says(rewrite):
    changes = {READER: b"\n" * BOMB}
    wheel = rewrite(changes=changes, compression=zipfile.ZIP_DEFLATED)
    data = wheel.read_bytes().replace(struct.pack("<I", BOMB), struct.pack("<I", 9))
    wheel.write_bytes(data)

    with bounded_memory(BOMB / 4):
        assert problems(wheel)


def test_many_bundles_in_one_wheel_are_not_compared(audit):
    index = json.dumps({"generator": {"name": "hatch-agpm"}}).encode()
    found = audit({f"x{number}/index.json": index for number in range(101)})

    assert found.bundles == ()
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"generator":' * 5000, b"\xff", b""]
)
def test_an_index_of_any_text_is_not_one(text, audit):
    assert "not an index" in messages(audit({INDEX: text}))[0]


def test_the_index_of_a_copy_does_not_hide_that_of_the_wheel(audit):
    copied = json.dumps({"generator": {"name": "hatch-agpm"}, "schema": 1}).encode()

    (_, damaged) = audit({INDEX: b"[", "other/index.json": copied}).problems
    assert damaged.path == "other/index.json"


def test_a_bad_wheel_does_not_hide_the_others(audit, tmp_path, capsys):
    audit()
    (wheel,) = tmp_path.glob("*.whl")
    (tmp_path / "bad.whl").write_bytes(b"PK")

    assert main(["verify", str(tmp_path / "bad.whl"), str(wheel)]) == 1
    captured = capsys.readouterr()
    assert wheel.name in captured.out
    assert "bad.whl" in captured.err


@pytest.mark.parametrize("name", ["x.tar.gz", "x.zip", "x.tgz"])
def test_an_sdist_is_named_as_one(name, tmp_path):
    with tarfile.open(tmp_path / name, "w"):
        pass
    assert "sdist" in str(problems(tmp_path / name)[0])


PROMPT = "flat/prompts/skills/mend-nets/SKILL.md"


@pytest.mark.parametrize(
    "twin",
    [
        f"flat-1.2.0.data/purelib/{PROMPT}",
        f"flat-1.2.0.data/platlib/{PROMPT}",
        "flat-1.2.0.data/purelib/flat/prompts/__init__.py",
        PROMPT.replace("flat/prompts", "Flat/PROMPTS"),
        PROMPT.replace("/", "\\"),
        PROMPT.replace("/", "//"),
        PROMPT.replace("prompts/", "prompts./"),
        PROMPT.replace("flat/", "flat /"),
        f"./{PROMPT}",
        f"/{PROMPT}",
        f"other/../{PROMPT}",
        "FLAT/prompts/of-nobody.md",
        "flat-1.2.0.data/purelib/flat/prompts/_tera/template.py",
    ],
)
def test_a_file_that_is_installed_over_one_of_the_bundle_is_a_problem(twin, audit):
    assert twin in {problem.path for problem in audit({twin: b"other"}).problems}


@pytest.mark.parametrize(
    "name",
    [
        "flat/prompts.py",
        "flat/Prompts.py",
        "flat/prompt/SKILL.md",
        "flat/prompts-x/a.md",
    ],
)
def test_a_file_beside_the_bundle_is_not_a_problem(name, audit):
    assert messages(audit({name: b"other"})) == []


@pytest.mark.parametrize(
    "size", [-1, 10**4299, 1 << 63, True, 1.0, float("nan"), None], ids=range(7)
)
def test_a_size_that_no_file_has_is_a_problem_of_the_index(size, audit, audited_wheel):
    def change(index):
        index["resources"][0]["size"] = size

    assert audit(changed(audited_wheel, change)).problems


DEEP = [900, 960, 980, 985, 990, 992, 994, 996]


@pytest.mark.parametrize("depth", DEEP)
@pytest.mark.parametrize("key", ["size", "sha256", "path", "full_name", "program"])
def test_a_value_that_is_nested_is_a_problem_of_the_index(
    depth, key, audit, audited_wheel
):
    index = json.loads(audited_wheel[INDEX][0])
    index["resources"][0][key] = "@"
    nested = "[" * depth + "]" * depth
    data = json.dumps(index).replace('"@"', nested).encode()

    assert audit({INDEX: data}).problems


@pytest.mark.parametrize("key", ["distribution", "version"])
@pytest.mark.parametrize("value", ["1" * 5000, "@", 10**4299, ["x"]], ids=range(4))
def test_a_fact_of_any_kind_is_a_problem_of_the_index(key, value, audit, audited_wheel):
    index = {**json.loads(audited_wheel[INDEX][0]), key: value}
    nested = "[" * 985 + "]" * 985

    found = audit({INDEX: json.dumps(index).replace('"@"', nested).encode()})
    assert found.problems
    assert max(map(len, messages(found))) < 3000


def shown_problem(wheel):
    with pytest.raises(BundleError) as caught:
        open_place(str(wheel))
    return str(caught.value)


ENTRY = b'{"generator": {"name": "hatch-agpm"}, "x": [%s 0]}'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ENTRY % (b"[]," * 8_000_000), id="lists"),
        pytest.param(ENTRY % (b"{}," * 8_000_000), id="dicts"),
        pytest.param(ENTRY % (b'"\\u1234",' * 3_000_000), id="texts"),
        pytest.param(ENTRY % (b" " * (1 << 26)), id="spaces"),
        pytest.param(ENTRY % (b'"' + b"a" * (1 << 26) + b'",'), id="one text"),
    ],
)
@pytest.mark.parametrize("use", [problems, shown_problem], ids=["verify", "show"])
def test_an_index_of_many_values_is_not_parsed(data, use, rewrite):
    def change(record):
        line = f"{INDEX},sha256={digest(data)},{len(data)}".encode()
        return record.replace(line_of(INDEX, record), line)

    wheel = rewrite(change, {INDEX: data}, compression=zipfile.ZIP_DEFLATED)
    with bounded_memory(3 * len(data) + (1 << 24)):
        assert use(wheel)


@pytest.mark.parametrize(
    ("name", "line"),
    [(METADATA, b"a:\n"), (DISCOVERY_FILE, b"Prompt: a\n"), (DISCOVERY_FILE, b"\n")],
)
def test_files_of_a_million_lines_are_a_problem(name, line, rewrite):
    data = line * 1_000_000

    def change(record):
        new = f"{name},sha256={digest(data)},{len(data)}".encode()
        return record.replace(line_of(name, record), new)

    wheel = rewrite(change, {name: data}, compression=zipfile.ZIP_DEFLATED)
    with bounded_memory(1 << 25):
        assert any(problem.path == name for problem in problems(wheel))


def test_two_directories_of_metadata_are_a_problem(audit):
    for other in ("x.dist-info/RECORD", "FLAT-1.2.0.dist-info/METADATA"):
        (problem,) = audit({other: b""}).problems
        assert "dist-info" in str(problem)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [RECORD, METADATA, DISCOVERY_FILE, INDEX, READER])
def test_a_file_that_is_there_twice_is_a_problem(name, rewrite):
    wheel = rewrite()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(name, archive.read(name))

    assert name in {problem.path for problem in problems(wheel)}


def test_many_problems_are_not_all_listed(audit):
    lines = b"".join(b"Export: 0 1 644 - x/%d\n" % number for number in range(9000))
    names = b"".join(b"Prompt: x%d\n" % number for number in range(9000))

    found = audit({DISCOVERY_FILE: LISTED + lines + names})
    assert 1000 < len(found.problems) < 4000


@pytest.mark.parametrize(
    "version", ["1" * 5000, "1!" * 9, "", "x", "1.2.0+" + "9" * 5000]
)
def test_a_version_of_any_text_is_a_problem(version, audit):
    text = f"Name: flat\nVersion: {version}\n".encode()
    assert audit({METADATA: text}).problems
