"""Damaged distributions of the environment: as a source, in discover, load, verify."""

import importlib
import os
import sys

from archives import mutate_file
from samples import BUNDLE, INFO, remove, wheel_files, write_files

import hatch_agpm
from hatch_agpm.cli.snapshots import open_place
from hatch_agpm.cli.verify import audit_installed
from hatch_agpm.errors import AgpmError
from hatch_agpm.installed.discovery import discover
from hatch_agpm.sources.distributions import Required, installed_package

GOOD = "Agpm-Version: 1\nName: good\nVersion: 1\nModule: good.prompts\nPrompt: a\n"


def installed(scratch):
    """Return what tries an installed distribution with one or two damaged files."""
    site = scratch / "site"
    files = wheel_files(scratch / "project")
    write_files(site, files)
    write_files(site, {"good-1.dist-info/agpm-prompts.txt": GOOD.encode()})
    sys.path.insert(0, str(site))
    stated = [
        *(path for path in files if path.startswith(INFO)),
        f"{BUNDLE}/index.json",
    ]
    data_files = [path for path in files if not path.endswith(".py")]

    def attempt(chance):
        paths = {
            chance.choice(stated if chance.random() < 0.8 else data_files)
            for _ in range(chance.choice((1, 1, 2)))
        }
        try:
            for path in sorted(paths):
                _damage(site / path, path, files[path], chance)
            return _used(site, chance)
        finally:
            for path in paths:
                remove(site / path)
                write_files(site, {path: files[path]})

    return attempt


def _damage(file, path, data, chance):
    kind = chance.random()
    if kind < 0.9:
        file.write_bytes(mutate_file(path, data, chance))
        return
    remove(file)
    if kind < 0.92:
        os.mkfifo(file)
    elif kind < 0.94:
        file.mkdir()
    elif kind < 0.96:
        file.symlink_to(chance.choice([".", "/dev/zero", "nothing", file.name]))
    elif kind < 0.98:
        file.write_bytes(b"")
        os.truncate(file, 1 << 40)


def _used(site, chance):
    """Use the distribution in one way; return whether it was accepted."""
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.partition(".")[0] == "pkg"]:
        del sys.modules[name]
    uses = [
        lambda: installed_package(Required(distribution="pkg", version=">=1")),
        lambda: hatch_agpm.load("pkg"),
        lambda: hatch_agpm.load("pkg.prompts"),
        lambda: open_place("pkg"),
        lambda: not audit_installed("pkg").problems,
    ]
    # One of them, so that more damage can be tried in the same time.
    use = chance.choice(uses)
    assert "good" in {bundle.distribution for bundle in discover(site)}
    try:
        return bool(use())
    except AgpmError as error:
        return not str(error)
