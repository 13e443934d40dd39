"""Editable installs with damaged files: of the install, the cache and the sources."""

import contextlib
import os
import shutil
import warnings

from archives import mutate_file
from editable_project import FILES, LISTED, TABLE, install_editable
from samples import remove, write_files

from hatch_agpm.errors import AgpmError
from hatch_agpm.runtime.editable.freshness import _Refusal


def editable(scratch):
    """Return what tries an import after changes of the files of an editable install."""
    warnings.simplefilter("ignore")
    root, site = scratch / "project", scratch / "site"
    cache = scratch / "cache"
    cache.mkdir(0o700)
    os.environ["XDG_CACHE_HOME"] = str(cache)
    write_files(root, {path: text.encode() for path, text in FILES.items()})
    write_files(root, {"pyproject.toml": f"{TABLE}{LISTED}".encode()})
    install = install_editable(root, site)
    source = root / "prompts/agents/tone.md"

    def attempt(chance):
        if chance.random() < 0.2 or not any(cache.rglob("index.json")):
            # What is in the cache is made of these sources.
            source.write_text(f"Kind {chance.random()}.\n", encoding="utf-8")
            shutil.rmtree(cache / "hatch-agpm", ignore_errors=True)
            install.loader()
        places = [site, cache] if chance.random() < 0.9 else [root]
        files = [file for each in places for file in each.rglob("*") if file.is_file()]
        stated = [file for file in files if file.suffix in {".snapshot", ".json"}]
        file = chance.choice(stated if stated and chance.random() < 0.7 else files)
        before = file.read_bytes()
        try:
            _damage(file, before, chance)
            if source.is_file() and file != source and chance.random() < 0.5:
                source.write_text(f"Kind {chance.random()}.\n", encoding="utf-8")
            loader = install.loader()
            if isinstance(loader, _Refusal):
                assert isinstance(loader._error, AgpmError)  # noqa: SLF001 - raised later
                assert str(loader._error)  # noqa: SLF001 - the same
                return False
            _read(loader)
            return True
        finally:
            remove(file)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(before)
            # A directory may have been removed with all that is in it.
            gone = {path for path in FILES if not (root / path).is_file()}
            write_files(root, {path: FILES[path].encode() for path in gone})

    return attempt


def _read(loader):
    """Read the code that would be run; what is missing is an error of the import."""
    with contextlib.suppress(FileNotFoundError):
        loader.get_data(loader.path)


def _damage(file, before, chance):
    kind = chance.random()
    if kind < 0.9:
        file.write_bytes(mutate_file(file.name, before, chance))
        return
    file.unlink()
    if kind < 0.92:
        os.mkfifo(file)
    elif kind < 0.94:
        file.mkdir()
    elif kind < 0.96:
        file.symlink_to(chance.choice([".", "nothing", "/etc/passwd"]))
    elif kind < 0.97:
        shutil.rmtree(file.parent, ignore_errors=True)
