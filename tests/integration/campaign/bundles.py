"""A bundle with damaged files, read in every way that its users have."""

import importlib
import sys

from archives import mutate_file
from samples import BUNDLE, wheel_files, write_files

VALUES = {"vip": True, "steps": [{"title": "a", "done": False}], "n": 1}


def reader(scratch):
    """Return what tries a bundle with one damaged or missing file."""
    site = scratch / "site"
    files = wheel_files(scratch / "project")
    write_files(site, files)
    sys.path.insert(0, str(site))
    data_files = [
        path
        for path in files
        if path.startswith(f"{BUNDLE}/") and not path.endswith((".py", ".pyi"))
    ]
    code = [
        path
        for path in files
        if path.startswith(f"{BUNDLE}/_") and path.endswith(".py")
    ]
    index = f"{BUNDLE}/index.json"
    accessor = importlib.import_module("pkg.prompts._accessor")
    errors = importlib.import_module("pkg.prompts._errors")
    known = (
        errors.DamagedWheelError,
        errors.UnknownPromptError,
        errors.VariableError,
    )
    del accessor

    def attempt(chance):
        is_code = chance.random() < 0.02
        path = chance.choice(code if is_code else [*data_files, *[index] * 8])
        file = site / path
        try:
            if is_code or chance.random() < 0.04:
                file.unlink()
            else:
                file.write_bytes(mutate_file(path, files[path], chance))
            return _read(known, chance)
        finally:
            file.write_bytes(files[path])

    return attempt


def _read(known, chance):
    """Read all prompts in all ways; return whether nothing was refused."""
    prompts = sys.modules.get("pkg.prompts") or importlib.import_module("pkg.prompts")
    prompts = importlib.reload(prompts)
    good = True
    for name in prompts.names():
        for use in (_text, _details, _filled, _files):
            try:
                use(prompts, name, chance)
            except known as error:
                good = good and not isinstance(error, OSError)
    return good


def _text(prompts, name, _):
    prompt = prompts.load(name)
    assert prompt.document


def _details(prompts, name, _):
    prompt = prompts.load(name)
    details = (prompt.metadata, prompt.tool, prompt.install_path, prompt.sha256)
    assert isinstance(details[0], dict)


def _filled(prompts, name, chance):
    prompt = prompts.load(name)
    if isinstance(prompt, str):
        given = dict(VALUES)
        if chance.random() < 0.2:
            given[chance.choice([*VALUES])] = chance.choice([None, "x", [{}], -1, b""])
        prompt(**given)
        prompt.parts(**given)


def _files(prompts, name, _):
    prompt = prompts.load(name)
    for file in prompt.files:
        prompt.read(file)
