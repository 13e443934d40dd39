"""Where the output is in wheels, as different backends lay them out."""

from __future__ import annotations

import pytest

from hatch_agpm.backend.location import PackedOutput, locate


@pytest.mark.parametrize(
    ("output", "tree", "wheel", "directory", "prefix"),
    [
        ("acme/p", "acme/__init__.py", "acme/__init__.py", "acme/p", ""),
        ("src/acme/p", "src/acme/__init__.py", "acme/__init__.py", "acme/p", ""),
        ("python/acme/p", "python/acme/a.py", "acme/a.py", "acme/p", ""),
        ("code/x/acme/p", "code/x/acme/a.py", "acme/a.py", "acme/p", ""),
        # The output is not directly in the package.
        ("src/acme/x/p", "src/acme/__init__.py", "acme/__init__.py", "acme/x/p", ""),
        ("src/acme/sub/p", "src/acme/sub/a.py", "acme/sub/a.py", "acme/sub/p", ""),
        # Another name in the wheel.
        ("lib/p", "lib/a.py", "acme/core/a.py", "acme/core/p", ""),
        # Pure packages in a wheel with compiled ones.
        (
            "src/acme/p",
            "src/acme/__init__.py",
            "acme-1.data/purelib/acme/__init__.py",
            "acme/p",
            "acme-1.data/purelib/",
        ),
        # No package around it.
        ("src/acme_p", "src/other.md", "other/__init__.py", "acme_p", ""),
        ("acme_p", "other.md", "other/__init__.py", "acme_p", ""),
        ("python/__init__/p", "python/__init__.py", "z.py", "python/__init__/p", ""),
    ],
)
def test_a_wheel_shows_where_the_output_is(
    write_files, output, tree, wheel, directory, prefix
):
    root = write_files({tree: "x = 1\n"})
    files = {wheel: b"x = 1\n", "acme-1.dist-info/METADATA": b""}
    expected = PackedOutput(directory=directory, prefix=prefix)
    assert locate(root, output, files) == expected


def test_an_editable_wheel_shows_it_by_the_directories_of_its_paths(write_files):
    root = write_files({"odd/acme/__init__.py": ""})
    lines = f"import os\n{root}\n{root}/odd\n/elsewhere\n".encode()
    found = locate(root, "odd/acme/p", {"acme.pth": lines})
    assert found == PackedOutput(directory="acme/p")


def test_an_editable_wheel_with_a_finder_follows_the_convention(write_files):
    root = write_files({"src/acme/__init__.py": ""})
    files = {"_acme.pth": b"import _acme\n", "_acme.py": b"install()\n"}
    assert locate(root, "src/acme/p", files) == PackedOutput(directory="acme/p")
