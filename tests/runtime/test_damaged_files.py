"""Reading bundles whose files are damaged, missing, or not files at all."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pythons import EACH_PYTHON

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import Rendering
from hatch_agpm.rendering.renderer import render_manifest
from hatch_agpm.runtime import _prompt
from hatch_agpm.runtime._tera.builtins import unicode_ranges

HANGS_AFTER = 100
"""Seconds after which a process is taken to wait, on a busy machine as well."""

MOST = 300 << 20
"""The bytes of memory that reading may take; the large files have more."""

LONG = "lång lines of text\n" * 4_000
LIBRARY = {
    "agpm.toml": """
[agents]
plain = "plain.md"
empty = "empty.md"
long = "long.md"
greeter = "greeter.md"
logic = "logic.md"
jinja = "jinja.md"
[skills]
net = "net"
[scripts]
blob = "blob.bin"
""",
    "plain.md": "---\nname: plain\n---\nÜnique.\n",
    "empty.md": "",
    "long.md": f"---\nname: é\n---\n{LONG}",
    "greeter.md": "---\nagpm: {templating: true, runtime: {user: str}}\n---\n"
    f"{LONG}é{{{{ user }}}}é\n{LONG}",
    "logic.md": "---\nagpm: {templating: true, runtime: {user: str}}\n---\n"
    "{% if user == 'x' %}X{% endif %}{{ user | title }}"
    "{% for letter in user %}{{ letter }}{% endfor %}" + LONG,
    "jinja.md": "---\nagpm: {templating: jinja2, runtime: {user: str}}\n---\n"
    "{% if user is lower %}X{% endif %}{{ user | upper }}\n",
    "net/SKILL.md": "---\nname: net\ndescription: Nets.\n---\nMend.\n",
    "net/run.sh": "true\n",
    "net/empty.txt": "",
    "blob.bin": "\0 blob",
}
INDEX = "index.json"
PROGRAM = "_programs/agents/logic.md.json"
TABLE = "_tera/builtins/unicode_ranges.txt"
USES = {
    "agents/plain.md": "prompts.agents.plain",
    "agents/long.md": "prompts.agents.long",
    "scripts/blob.bin": "prompts.scripts.blob",
    "skills/net/SKILL.md": "prompts.skills.net",
    "skills/net/run.sh": "prompts.skills.net.read('run.sh')",
    INDEX: "prompts.agents.plain.metadata",
    PROGRAM: "prompts.agents.logic(user='a')",
    TABLE: "prompts.agents.logic(user='é')",
}
"""What reads the file first."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Return the files of a bundle by path."""
    root = tmp_path_factory.mktemp("project")
    for path, text in LIBRARY.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    rendering = Rendering(resources=render_manifest(root / "agpm.toml"))
    names = {"distribution": "acme", "version": "1"}
    return build_bundle(rendering, output="acme/prompts", **names).files


@pytest.fixture
def site(tmp_path, bundle):
    """Return the directory of an installed package with the bundle."""
    directory = tmp_path / "site/acme/prompts"
    write_files(directory, bundle)
    (directory.parent / "__init__.py").touch()
    return directory


@pytest.fixture
def prompts(site, monkeypatch):
    """Return the module of the bundle, from which nothing was read yet."""
    monkeypatch.syspath_prepend(site.parents[1])
    yield importlib.import_module("acme.prompts")
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme"]:
        del sys.modules[name]


def damage(prompts, use):
    """Return the `DamagedWheelError` of an expression."""
    with pytest.raises(prompts.DamagedWheelError) as caught:
        eval(use, {"prompts": prompts})  # noqa: S307 - from the tables here
    return caught.value


CODE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, ({most}, {most}))
from acme import prompts
try:
    {use}
except prompts.DamagedWheelError as error:
    print(error.path, error.reason)
"""


def printed(site, use, interpreter=sys.executable, most=MOST):
    """Return what a process prints that must neither wait nor take much memory."""
    code = f"import sys; sys.path[:0] = [{str(site.parents[1])!r}]"
    code += CODE.format(use=use, most=most)
    done = subprocess.run(
        [interpreter, "-I", "-S", "-B", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_AFTER,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- what is not a file, or has no end ------------------------------------------------


def put_pipe(file):
    file.unlink()
    os.mkfifo(file)


def put_device(file):
    file.unlink()
    file.symlink_to("/dev/zero")


def put_gigabytes(file):
    os.truncate(file, 10 << 30)


def put_directory(file):
    file.unlink()
    file.mkdir()


linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="has pipes, devices and sparse files"
)


@linux
@pytest.mark.parametrize("path", USES)
@pytest.mark.parametrize("put", [put_pipe, put_device, put_gigabytes, put_directory])
def test_a_pipe_or_a_file_of_gigabytes_is_not_opened(site, path, put):
    size = (site / path).stat().st_size
    put(site / path)

    output = printed(site, USES[path])

    assert output.startswith(f"acme/prompts/{path} it has ")
    assert output.endswith(f"bytes, not {size}\n")


@linux
@pytest.mark.parametrize("put", [put_pipe, put_device])
@pytest.mark.parametrize(
    ("path", "use"),
    [
        ("agents/empty.md", "print(repr(str(prompts.agents.empty)))"),
        ("skills/net/empty.txt", "print(prompts.skills.net.read('empty.txt'))"),
    ],
)
def test_a_pipe_in_place_of_an_empty_file_is_empty(site, path, use, put):
    put(site / path)

    assert printed(site, use) in {"''\n", "b''\n"}


@linux
@EACH_PYTHON
def test_no_python_waits_for_a_pipe(interpreter, site):
    put_pipe(site / "agents/plain.md")
    use = USES["agents/plain.md"]

    output = printed(site, use, interpreter, most="resource.RLIM_INFINITY")
    assert output.startswith("acme/prompts/agents/plain.md it has 0 bytes, not ")


@linux
def test_a_pipe_is_not_opened_where_there_is_only_byte_code(site):
    options = ["-q", "-b", str(site.parent)]
    subprocess.run([sys.executable, "-m", "compileall", *options], check=True)
    for file in site.rglob("*.py"):
        file.unlink()
    use = USES["agents/plain.md"]
    assert printed(site, f"print({use}.name)") == "plain\n"
    put_pipe(site / "agents/plain.md")

    assert printed(site, use).startswith("acme/prompts/agents/plain.md it has 0 bytes")


@linux
def test_a_module_that_is_a_pipe_is_missing(site):
    put_pipe(site / "_reader.py")

    output = printed(site, "prompts.agents.plain.metadata")
    assert output.startswith("acme/prompts/_reader.py cannot be imported")


# --- other bytes ----------------------------------------------------------------------


@pytest.mark.parametrize("path", USES)
@pytest.mark.parametrize("part", [0, 0.25, 0.5, 0.75, 1])
def test_a_byte_that_differs_is_damage(site, prompts, path, part):
    data = bytearray((site / path).read_bytes())
    # Of long prompts, a sample is compared, which has the bytes at both ends.
    if path == "agents/long.md" and 0 < part < 1:
        data[int(part * len(data)) :][:4096] = bytes(4096)
        data[int(part * len(data)) : int(part * len(data)) + 4096] = bytes(4096)
    else:
        data[int(part * (len(data) - 1))] ^= 1
    (site / path).write_bytes(data)

    error = damage(prompts, USES[path])
    assert (error.path, error.reason) == (
        f"acme/prompts/{path}",
        "its content differs",
    )


@pytest.mark.parametrize("path", USES)
@pytest.mark.parametrize("size", [0, 1, -4096, -1, 1 << 15])
def test_a_file_that_is_cut_short_or_longer_is_damage(site, prompts, path, size):
    data = (site / path).read_bytes()
    cut = data[:size]
    (site / path).write_bytes(cut if len(cut) < len(data) else data + b"\n")

    error = damage(prompts, USES[path])
    assert error.path == f"acme/prompts/{path}"
    assert error.reason.endswith(f"bytes, not {len(data)}")


@pytest.mark.parametrize("path", ["agents/plain.md", "agents/long.md"])
def test_a_frontmatter_that_moved_is_damage(site, prompts, path):
    data = (site / path).read_bytes()
    (site / path).write_bytes(b"\n" + data[:-1])

    assert damage(prompts, USES[path]).reason == "its content differs"


def test_an_edit_in_the_middle_of_a_long_prompt_is_not_noticed(site, prompts):
    # docs/reference/reading.md says so, and `verify --installed` finds it.
    data = (site / "agents/long.md").read_bytes()
    middle = data.index(b"text", len(data) // 2)
    for at in range(middle, middle + 4):
        changed = data[:at] + b"T" + data[at + 1 :]
        if _prompt.quick_checksum(changed) == _prompt.quick_checksum(data):
            break
    (site / "agents/long.md").write_bytes(changed)

    assert "T" in prompts.agents.long


@pytest.mark.parametrize("use", ["document", "__call__(user='a')"])
def test_a_long_prompt_that_is_not_text_is_damage(site, prompts, monkeypatch, use):
    # Whatever is changed where the sample has no byte.
    monkeypatch.setattr("acme.prompts._accessor.quick_checksum", lambda _: check)
    data = (site / "agents/greeter.md").read_bytes()
    check = _prompt.quick_checksum(data)
    body = data.index(b"l\xc3\xa5ng")
    start = data.index(b"\xc3\xa9{{ user }}")
    head = b"\xff" * body if use == "document" else data[:body]
    moved = data[body : start - 1] + b"\xc3\xa9" + data[start + 1 :]
    (site / "agents/greeter.md").write_bytes((head + moved + data)[: len(data)])

    error = damage(prompts, f"prompts.agents.greeter.{use}")
    assert error.path == "acme/prompts/agents/greeter.md"


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"{",
            b"[]",
            b"null",
            b"\xff",
            b"0",
            b'{"resources": []}',
            b'{"a": "\\u0000"}',
        ),
        *(b'{"resources": {"a": 1}}', b'{"resources": [1, null]}', b"[" * 100_000),
        *(b'{"resources":' * 100_000, b"1" * 100_000, b'"\\ud800"'),
    ],
)
@pytest.mark.parametrize("path", [INDEX, PROGRAM])
def test_other_json_is_damage(site, prompts, path, data):
    (site / path).write_bytes(data)

    assert damage(prompts, USES[path]).path == f"acme/prompts/{path}"


def test_the_index_of_another_version_is_damage(site, prompts):
    index = (site / INDEX).read_text("utf-8")
    (site / INDEX).write_text(index.replace('"version": "1"', '"version": "2"'))

    assert damage(prompts, USES[INDEX]).reason == "its content differs"


def test_the_table_of_characters_has_the_size_and_checksum_in_the_code(bundle):
    data = bundle[TABLE].data

    stated = (unicode_ranges.SIZE, unicode_ranges.CHECKSUM)
    assert stated == (len(data), _prompt.checksum(data))


# --- modules --------------------------------------------------------------------------

MODULES = {
    "_reader.py": "prompts.agents.plain.metadata",
    "_variables.py": "prompts.agents.greeter(user='a')",
    "_types.py": "prompts.agents.plane",
    "_tera/template.py": "prompts.agents.logic(user='a')",
    "_tera/program.py": "prompts.agents.logic(user='a')",
    "_tera/builtins/casing.py": "prompts.agents.logic(user='a')",
    "_jinja/template.py": "prompts.agents.jinja(user='a')",
    "_jinja/builtins/tests.py": "prompts.agents.jinja(user='a')",
    "agents.py": "prompts.agents",
}


@pytest.mark.parametrize("path", MODULES)
@pytest.mark.parametrize(
    "code",
    [
        *(None, b"", bytes(4096), b"\xff" * 99, b"def ", b"import nothing"),
        *(b"(" * 99_999, b"int('x')"),
    ],
)
def test_a_module_that_cannot_be_imported_is_damage(site, prompts, path, code):
    if code is None:
        (site / path).unlink()
    else:
        (site / path).write_bytes(code)

    for _ in range(2):  # also when Python has imported it before
        error = damage(prompts, MODULES[path])
        assert error.path.startswith("acme/prompts/")
        assert error.reason.startswith("cannot be imported: ")


@pytest.mark.parametrize("bytecode", [b"", b"\0" * 16, b"\xff" * 40])
def test_byte_code_that_is_damaged_is_damage(site, prompts, bytecode):
    cached = importlib.util.cache_from_source(str(site / "_reader.py"))
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", site / "_reader.py"], check=True
    )
    Path(cached).write_bytes(Path(cached).read_bytes()[:16] + bytecode)

    error = damage(prompts, "prompts.agents.plain.metadata")
    assert error.path == "acme/prompts/_reader.py"


def test_damage_of_a_module_in_the_cache_names_the_cache(site, prompts):
    prompts.__spec__.loader_state = "/cache/of/a/user"
    (site / "_reader.py").unlink()

    error = damage(prompts, "prompts.agents.plain.metadata")
    assert error.cache == "/cache/of/a/user"


# --- archives -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["agents/long.md", "_reader.py", "_tera/loops.py"])
@pytest.mark.parametrize("garbage", [b"\xff" * 20, bytes(20)])
def test_a_damaged_archive_is_damage(site, tmp_path, path, garbage):
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for each in sorted(site.parents[1].rglob("*")):
            file.write(each, each.relative_to(site.parents[1]).as_posix())
    with zipfile.ZipFile(archive) as file:
        member = f"acme/prompts/{path}"
        start = file.getinfo(member).header_offset + 30 + len(member)
    shutil.rmtree(site.parent)
    data = bytearray(archive.read_bytes())
    data[start : start + 20] = garbage
    archive.write_bytes(data)
    in_zip = archive / "acme/prompts"
    use = "prompts.agents.long.files, prompts.agents.logic(user='a')"

    assert printed(in_zip, use).startswith(f"acme/prompts/{path} ")
    assert printed(in_zip, "print(prompts.agents.plain.name)") == "plain\n"


# --- processes and threads ------------------------------------------------------------


@linux
def test_a_forked_process_reads_on(prompts):
    _ = prompts.agents.plain.metadata
    pid = os.fork()
    if not pid:
        signal.alarm(HANGS_AFTER)
        good = prompts.agents.long.document and prompts.skills.net.read("run.sh")
        os._exit(0 if good == b"true\n" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
