"""A bundle with damaged files, read in every way that its users have."""

import copy
import importlib
import inspect
import os
import sys

from archives import mutate_file
from samples import BUNDLE, remove, wheel_files, write_files

VALUES = {"vip": True, "steps": [{"title": "a", "done": False}], "n": 1}
EARLY = ("__init__", "__main__", "_accessor", "_modules", "_prompt", "_errors")
"""Modules that are imported with the package: what Python raises for them is right."""


def reader(scratch):
    """Return what tries a bundle with one damaged or missing file."""
    site = scratch / "site"
    files = wheel_files(scratch / "project")
    write_files(site, files)
    sys.path.insert(0, str(site))
    sys.dont_write_bytecode = True
    inside = [path for path in files if path.startswith(f"{BUNDLE}/")]
    data_files = [path for path in inside if not path.endswith((".py", ".pyi"))]
    code = [
        path
        for path in inside
        if path.startswith(f"{BUNDLE}/_") and path.endswith(".py")
        if path.removeprefix(f"{BUNDLE}/").removesuffix(".py") not in EARLY
        if not path.startswith(f"{BUNDLE}/_pyinstaller/")
    ]
    index = f"{BUNDLE}/index.json"

    def attempt(chance):
        is_code = chance.random() < 0.1
        path = chance.choice(code if is_code else [*data_files, index, index])
        file = site / path
        # Importing all modules takes most of the time.
        _forget(modules=is_code or path.endswith(".txt"))
        try:
            if is_code:
                _damage_code(file, files[path], chance)
            else:
                _damage_data(file, path, files[path], chance)
            return _read(chance)
        finally:
            remove(file)
            file.write_bytes(files[path])
            _forget(modules=is_code)

    return attempt


def _damage_data(file, path, data, chance):
    kind = chance.random()
    if kind < 0.7:
        file.write_bytes(mutate_file(path, data, chance))
    elif kind < 0.8 and data:
        # With the same size.
        at = chance.randrange(len(data))
        part = bytes(chance.choices(range(256), k=chance.choice((1, 2, 50))))
        file.write_bytes((data[:at] + part + data[at + len(part) :])[: len(data)])
    elif kind < 0.85:
        _replace(file, chance)
    elif kind < 0.9:
        os.truncate(file, chance.choice((0, 1, 1 << 15, 1 << 40)))
    elif kind < 0.92:
        file.unlink()


def _damage_code(file, data, chance):
    garbage = [
        b"",
        bytes(len(data)),
        b"\xff" * 9,
        b"def ",
        b"(" * 999,
        b"nothing",
        None,
    ]
    code = chance.choice(garbage)
    if code is None:
        _replace(file, chance)
    else:
        file.write_bytes(code)


def _replace(file, chance):
    """Put what is not a file in place of a file, or a link to another."""
    file.unlink()
    kind = chance.randrange(4)
    if kind == 0:
        os.mkfifo(file)
    elif kind == 1:
        file.mkdir()
    elif kind == 2:
        links = [
            ".",
            "nothing",
            file.name,
            "/dev/zero",
            "/dev/stdin",
            "/proc/self/maps",
        ]
        file.symlink_to(chance.choice(links))


def _forget(*, modules):
    """Let the bundle be imported again, and its modules, if these may be damaged."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "pkg"]:
        if modules or not name.startswith("pkg.prompts._"):
            del sys.modules[name]


def _read(chance):
    """Read all prompts in all ways; return whether nothing was refused."""
    importlib.invalidate_caches()
    prompts = importlib.import_module("pkg.prompts")
    known = (
        prompts.DamagedWheelError,
        prompts.UnknownPromptError,
        prompts.VariableError,
    )
    errors = []
    for name in prompts.names():
        for use in (_text, _details, _filled, _files, _copied):
            try:
                use(prompts, name, chance)
            except known as error:
                errors.append(error)
    assert all(map(str, errors))
    return not any(isinstance(error, OSError) for error in errors)


def _text(prompts, name, _):
    prompt = prompts.load(name)
    assert prompt.document == prompt.document
    assert prompt.path.startswith(f"{BUNDLE}/")


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
        declared = inspect.signature(prompt).parameters
        prompt(**{name: given[name] for name in declared})
        prompt.parts(**given)


def _files(prompts, name, _):
    prompt = prompts.load(name)
    for file in prompt.files:
        prompt.read(file)
    prompt.read("nobody")


def _copied(prompts, name, _):
    prompt = prompts.load(name)
    assert copy.deepcopy(prompt) == prompt
    assert not hasattr(prompts, f"{name}x")
