"""What all tests of the page in a browser share."""

import pytest

from hatch_agpm.cli import main


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Start Chromium once for all tests of a process."""
    # Without Selenium, which few other tests need, the rest can run.
    support = pytest.importorskip("browser", exc_type=ImportError)
    started = support.start_or_skip(tmp_path_factory.mktemp("profile"))
    yield started
    started.driver.quit()


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """Return the script of axe-core."""
    support = pytest.importorskip("browser", exc_type=ImportError)
    return support.axe_or_skip(tmp_path_factory.mktemp("axe"))


@pytest.fixture(scope="session")
def write_page(tmp_path_factory):
    """Write the page of a project or wheel, and return its path."""

    def write(place, *options):
        page = tmp_path_factory.mktemp("page") / "preview.html"
        command = ["preview", str(place), "--output", str(page), *map(str, options)]
        assert main(command) == 0
        return page

    return write
