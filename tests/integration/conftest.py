"""What several tests of this directory share."""

import pytest
from readers import Readers


@pytest.fixture(scope="session")
def readers(tmp_path_factory):
    """Install the tools that read exported files once for all tests of a session."""
    return Readers(tmp_path_factory.mktemp("readers"))
