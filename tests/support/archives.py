"""Wheels and sdists of a few files, and the plan that they are compared with."""

import io
import tarfile
import zipfile

import pytest

from hatch_agpm.build.verify import verify_sdist, verify_wheel
from hatch_agpm.formats.archives import FileDigest
from hatch_agpm.model.rendering import FileContent

STUBS = {"__init__.pyi": FileContent(data=b"# a stub\nprompts: int\n")}


def planned(data, *, executable=False):
    return FileDigest.of(data, executable=executable)


def write_wheel(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return path


def write_sdist(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, data, mode in members:
            info = tarfile.TarInfo(f"demo-1/{name}")
            info.size = len(data)
            info.mode = mode
            archive.addfile(info, io.BytesIO(data))
    return path


ARCHIVES = [
    pytest.param(write_wheel, verify_wheel, "demo.whl", id="wheel"),
    pytest.param(write_sdist, verify_sdist, "demo.tar.gz", id="sdist"),
]


RIGHT = [("p/a.md", b"a", 0o644), ("p/run.sh", b"r", 0o755), ("other.py", b"", 0o644)]


PLAN = {"p/a.md": planned(b"a"), "p/run.sh": planned(b"r", executable=True)}


def lay_out(root, files):
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
