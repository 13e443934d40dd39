"""
The pictures of the page in the documentation.

They are written again if the environment variable HATCH_AGPM_SCREENSHOTS is set.
"""

import os
from pathlib import Path

import pytest
from preview_project import OLD, write_project

pytestmark = pytest.mark.slow

IMAGES = Path(__file__).parents[3] / "docs/images"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def page(tmp_path, write_page, monkeypatch):
    new = write_project(tmp_path / "new")
    write_project(tmp_path / "v2.0", OLD)
    # The picture has the path as it is given.
    monkeypatch.chdir(tmp_path)
    return write_page(new, "--against", "v2.0")


@pytest.mark.parametrize(
    ("name", "tab", "scheme"),
    [("preview-text", "text", "light"), ("preview-changes", "changes", "dark")],
)
def test_the_page_is_shown_in_the_documentation(
    tmp_path, page, browser, name, tab, scheme
):
    browser.prefer(prefers_color_scheme=scheme)
    browser.open(page, "prompt-reply")
    browser.find(f"#tab-{tab}").click()
    browser.run("document.activeElement.blur()")
    directory = IMAGES if os.environ.get("HATCH_AGPM_SCREENSHOTS") else tmp_path

    browser.screenshot(directory / f"{name}.png")

    browser.prefer()
    assert (directory / f"{name}.png").read_bytes().startswith(PNG)
    assert (IMAGES / f"{name}.png").read_bytes().startswith(PNG)
