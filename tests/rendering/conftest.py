"""Bundles of rendered files, as the code of a package imports them."""

import importlib
import sys

import pytest
from templates import AGENT

from hatch_agpm.build.writing import write_files
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import Rendering


@pytest.fixture
def prompts_of(render_files, tmp_path, monkeypatch):
    """Render files, and return the module of their bundle."""

    def prompts(files, manifest=AGENT):
        rendering = Rendering(resources=render_files(files, manifest))
        bundle = build_bundle(
            rendering, output="x/prompts", distribution="x", version="1"
        )
        name = f"logic_{tmp_path.name}_{len(sys.modules)}".replace("-", "_")
        write_files(tmp_path / "site" / name, bundle.files)
        monkeypatch.syspath_prepend(tmp_path / "site")
        return importlib.import_module(name)

    return prompts
