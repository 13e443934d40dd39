"""Reading of wheels and distributions whose indexes say what is not true."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from commands import HEAD

from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.errors import AgpmError

INDEX = "acme/prompts/index.json"


@pytest.fixture
def wheel(write_files, build, tmp_path):
    """Build a wheel, and return a function that changes its index or drops files."""
    files = {"pyproject.toml": HEAD, "acme/__init__.py": "", "prompts/a.md": "A\n"}
    path = build(write_files(files)).artefact

    def changed(change=lambda _: None, drop=()):
        target = tmp_path / path.name
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == INDEX:
                    index = json.loads(data)
                    change(index)
                    data = json.dumps(index).encode()
                if name not in drop:
                    new.writestr(name, data)
        return target

    return changed


def test_a_wheel_has_its_texts(wheel):
    assert open_place(str(wheel())).texts["a"].data == b"A\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda index: index.update(resources=3),
        lambda index: index.update(resources=[{"full_name": "a"}]),
        lambda index: index.update(inputs=[]),
        lambda index: index["inputs"][0].update(uses=[9]),
        lambda index: index["inputs"][0].update(path=False),
        lambda index: index["inputs"][0].update(sha256=None),
        lambda index: index["inputs"][0].update(source=True),
        lambda index: index["resources"][0].update(full_name=False),
        lambda index: index["resources"][0].update(files=[{"path": 1}]),
        lambda index: index["resources"][0].update(path="../../../etc/passwd"),
        lambda index: index.update(schema=99),
    ],
)
def test_a_wrong_index_is_an_error(wheel, unpack, monkeypatch, change):
    path = wheel(change)
    with pytest.raises(AgpmError):
        open_place(str(path))
    monkeypatch.syspath_prepend(unpack(path))
    with pytest.raises(AgpmError):
        open_place("acme")


def test_a_file_that_is_missing_is_an_error(wheel):
    with pytest.raises(AgpmError, match=r"a\.md"):
        open_place(str(wheel(drop=["acme/prompts/a.md"])))


def test_what_is_not_a_wheel_is_an_error(tmp_path):
    file = Path(tmp_path, "x.whl")
    file.write_bytes(b"not a zip file")
    with pytest.raises(AgpmError):
        open_place(str(file))


def test_a_cycle_in_an_index_ends(wheel):
    path = wheel(lambda index: index["inputs"][0].update(uses=[0]))
    text = open_place(str(path)).texts["a"]
    assert list(text.inputs) == ["prompts/a.md"]
