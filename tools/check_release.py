"""
Build the release and check it, as `make release-check` and the workflow do.

Run as `python tools/check_release.py DIRECTORY [--tag TAG]`.  DIRECTORY gets the
sdist, the wheel that is built from it, and the notes of the release.  With `--tag`, the
tag has to be that of the version, which has its own section in CHANGELOG.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from hatch_agpm._version import __version__

ROOT = Path(__file__).parent.parent
PROJECT = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling", "hatch-agpm"]
build-backend = "hatchling.build"

[project]
name = "greeter"
version = "1.2.0"

[tool.hatch.build.hooks.agpm]
""",
    "src/greeter/__init__.py": "",
    "prompts/greeting.md": """\
---
agpm: {templating: true}
---
You are {{ agpm.project.name }} {{ agpm.project.version }}.
""",
}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command and return what it prints; exit with its output if it fails."""
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(  # noqa: S603 - our own commands
        [str(each) for each in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def require(condition: object, problem: str) -> None:
    """Exit with a problem unless a condition holds."""
    if not condition:
        sys.exit(problem)


def notes(changelog: str, tag: str | None) -> str:
    """
    Return the section of CHANGELOG.md that the release has.

    That is the one of the version; before it is cut, it is "Unreleased".
    """
    sections = {
        title: text.strip()
        for title, text in re.findall(
            r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE
        )
    }
    dated = [each for each in sections if re.fullmatch(r"\S+ - \d{4}-\d\d-\d\d", each)]
    own = [each for each in dated if each.split()[0] == __version__]
    if tag is None and not own:
        own = [each for each in sections if each == "Unreleased"]
    require(own, f"CHANGELOG.md has no section '## {__version__} - YYYY-MM-DD'")
    text = sections[own[0]]
    require(text, f"CHANGELOG.md: the section '{own[0]}' is empty")
    return text


def build(directory: Path) -> tuple[Path, Path]:
    """Return the sdist, and the wheel that was built from it."""
    run(sys.executable, "-m", "build", "--outdir", directory)
    (sdist,), (wheel,) = directory.glob("*.tar.gz"), directory.glob("*.whl")
    for file in (sdist, wheel):
        named = f"hatch_agpm-{__version__}"
        require(file.name.startswith(named), f"{file.name} is not of {__version__}")
    return sdist, wheel


def install(wheel: Path, directory: Path) -> Path:
    """Return the Python of a new environment with the wheel and what it requires."""
    venv.create(directory, clear=True, with_pip=True)
    scripts = directory / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    run(python, "-m", "pip", "install", "--quiet", wheel)
    run(python, "-m", "pip", "check")
    return python


def use(python: Path, directory: Path) -> None:
    """Build a project in the environment, verify its wheel, and read its prompt."""
    for name, text in PROJECT.items():
        path = directory / "greeter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    project, wheels = directory / "greeter", directory / "wheels"
    agpm = [python, "-m", "hatch_agpm"]
    version = run(*agpm, "--version", cwd=directory)
    require(version == __version__, f"the installed version is {version}")
    run(*agpm, "check", "--project", project, cwd=directory)
    pip = [python, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    run(*pip, "--no-build-isolation", "--wheel-dir", wheels, project, cwd=directory)
    (wheel,) = wheels.glob("*.whl")
    run(*agpm, "verify", wheel, cwd=directory)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, cwd=directory)
    shown = "from greeter import prompts; print(prompts.greeting)"
    text = run(python, "-I", "-c", shown, cwd=directory)
    require(text == "You are greeter 1.2.0.", f"the installed prompt is {text!r}")


def main() -> None:
    """Build and check the release."""
    parser = argparse.ArgumentParser(description="Build the release and check it.")
    parser.add_argument("directory", type=Path, help="gets the files of the release")
    parser.add_argument("--tag", help="the tag of the release: v1.2.0")
    arguments = parser.parse_args()
    directory: Path = arguments.directory.resolve()
    tag: str | None = arguments.tag
    require(
        tag in {None, f"v{__version__}"}, f"the version is {__version__}, not {tag}"
    )
    text = notes((ROOT / "CHANGELOG.md").read_text("utf-8"), tag)
    shutil.rmtree(directory, ignore_errors=True)
    sdist, wheel = build(directory / "dist")
    print(f"built {sdist.name} and {wheel.name}")
    run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    run(Path(sys.executable).with_name("check-wheel-contents"), wheel)
    print("checked by twine and check-wheel-contents")
    use(install(wheel, directory / "environment"), directory)
    print("installed in a new environment, where a project was built and read")
    (directory / "notes.md").write_text(f"{text}\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
