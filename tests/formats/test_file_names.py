from __future__ import annotations

import pytest

from hatch_agpm.formats.file_names import folded, is_device, leads_out


@pytest.mark.parametrize("path", ["/a", "../a", "a/../b", "a/..", ".."])
def test_a_path_that_leads_out_of_its_directory_is_found(path):
    assert leads_out(path)


@pytest.mark.parametrize("path", ["a", "./a", "a/..b", "a..", "", "..."])
def test_a_path_within_its_directory_does_not_lead_out(path):
    assert not leads_out(path)


@pytest.mark.parametrize("name", ["con", "NUL.txt", "Com1", "lpt9.tar.gz", "aux "])
def test_device_names_of_windows_are_found(name):
    assert is_device(name)


@pytest.mark.parametrize("name", ["console", "com", "lpt10", "x.con"])
def test_other_names_are_not_devices(name):
    assert not is_device(name)


def test_names_are_folded_by_case_and_composition():
    assert folded("\u00c5.md") == folded("a\u030a.MD")
    assert folded("a") != folded("b")
