"""
What reading the first prompt costs, in a fresh process.

Ours and `importlib.resources` take turns, so that a busy machine slows both.  The
clock runs inside the process, from before the import of the package until the text is
there: what bare Python does not do.  "empty" is what Python itself takes to import an
empty package from the same place; in a zip, that is reading its directory and, where
there are no `.pyc` files, waking the compiler.

Filling the run-time variables of a text of 4 KB is measured in one process, where the
first call has prepared it: one that only has placeholders, and one with run-time logic,
twenty variables and a loop of twenty turns.  For that, the import of the interpreter is
measured, too, without `.pyc` files: of its core, which every prompt with run-time logic
needs, and of all that this prompt needs.

The limit of 4 ms is for the best run, which a busy machine disturbs least, that of 1/7
for the medians.  They hold for an installed wheel with `.pyc` files: exits with 1 where
one is exceeded there.  The other figures are only printed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from hatch_agpm import render_manifest
from hatch_agpm.bundle.bundle import build_bundle
from hatch_agpm.model.rendering import Input, InputNode, RenderedResource, Rendering
from hatch_agpm.model.runtime import RuntimeVariable

MANY = 1000
LIMIT_MS = 4.0
LIMIT_RATIO = 1 / 7
LIMIT_FILL_US = 5.0
LIMIT_LOGIC_US = {"_tera": 60, "_jinja": 90}
LIMIT_CORE_MS = 6.0
OVER = "  over the limit"
FRONTMATTER = "---\nname: p\ndescription: A prompt\nmodel: some\n---\n"
TEXT = "You are a careful reader of other people's code.\n" * 85

CLOCK = """\
import sys, time
sys.path.insert(0, sys.argv[1])
start = time.perf_counter()
{code}
stop = time.perf_counter()
print((stop - start) * 1000)
"""
READ = "from ours import prompts; text = prompts.agents.prompt_7"
OURS = CLOCK.format(code=READ)
EMPTY = CLOCK.format(code="import ours")
FILL = """\
import sys, timeit
sys.path.insert(0, sys.argv[1])
from ours import prompts
prompt = prompts.agents.prompt_0
call = lambda: prompt(user_name="Ada", limit=3)
assert call() == prompt.replace("{{ user_name }}", "Ada").replace("{{ limit }}", "3")
print(min(timeit.repeat(call, number=2000, repeat=20)) / 2000 * 1e6)
"""
NAMES = [f"name_{number}" for number in range(18)]
LOGIC_TEMPLATE = (
    "---\nagpm:\n  templating: LANGUAGE\n  runtime:\n    user: str\n"
    "    limit: {type: int, default: 5}\n    steps: [{title: str, done: bool}]\n"
    + "".join(f"    {name}: str\n" for name in NAMES)
    + "---\n"
    + "".join(f"{TEXT[:174]}Here is {{{{ {name} }}}}, and so on.\n" for name in NAMES)
    + "{% if limit > 3 %}At most {{ limit }} sentences.\n{% endif %}"
    "{% for step in steps %}{{ loop.index }}. {% if step.done %}done: {% endif %}"
    "{{ step.title }}\n{% endfor %}{{ user }}"
)
FILL_LOGIC = f"""\
import sys, timeit
sys.path.insert(0, sys.argv[1])
from ours import prompts
prompt = prompts.agents.logic
values = {{name: "value of " + name for name in {NAMES!r}}}
steps = [{{"title": f"Step {{i}}", "done": i % 2 == 0}} for i in range(20)]
call = lambda: prompt(**values, user="Ada", limit=7, steps=steps)
text = call()
assert text.endswith("20. Step 19\\nAda") and 4_000 < len(text) <= 4_096, len(text)
print(min(timeit.repeat(call, number=50, repeat=400)) / 50 * 1e6)
"""
IMPORT_CORE = """\
import sys, time
sys.path.insert(0, sys.argv[1])
from ours.prompts import _reader
import json, importlib
start = time.perf_counter()
for name in sys.argv[2:]:
    importlib.import_module(name)
print((time.perf_counter() - start) * 1000)
"""
FILL_ONCE = """\
import sys
sys.path.insert(0, sys.argv[1])
from ours import prompts
values = dict.fromkeys(sys.argv[3:], "x")
prompts.agents.logic(**values, steps=[{"title": "x", "done": True}])
print(*(name for name in sys.modules if f".{sys.argv[2]}." in name))
"""
PEER = CLOCK.format(
    code="from importlib.resources import files;"
    " text = files('plain').joinpath('agents/prompt-7.md').read_text('utf-8')"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One way of installing a package with prompts."""

    resources: int
    """How many."""

    cached: bool
    """Whether the package's `.pyc` files are there."""

    zipped: bool
    """Whether the package is in a zip."""

    @property
    def label(self) -> str:
        """What the table calls it."""
        how = ".pyc" if self.cached else "no .pyc"
        return f"{self.resources:>4} resources, {'zip, ' * self.zipped}{how}"

    @property
    def bound(self) -> bool:
        """Whether the limits hold for it: 1,000 resources only show the slope."""
        return self.cached and not self.zipped and self.resources < MANY


CASES = [
    Case(resources=count, cached=cached, zipped=zipped)
    for count in (10, 124, MANY)
    for zipped in (False, True)
    for cached in (True, False)
]


def resource(number: int) -> RenderedResource:
    """Return one of the prompts of the benchmark; the first has two variables."""
    path = f"agents/prompt-{number}.md"
    text = FRONTMATTER + TEXT + f"Number {number}.\n"
    runtime = []
    for name, kind in (("user_name", "str"), ("limit", "int")) if number == 0 else ():
        end = len(f"{text}{{{{ {name} }}}}")
        place = len(text), end
        text += f"{{{{ {name} }}}}, and so on.\n"
        runtime.append(
            RuntimeVariable(name=name, kind=kind, default=None, spans=(place,))
        )
    return RenderedResource(
        type="agent",
        name=f"agents/prompt-{number}",
        alias=f"prompt-{number}",
        tool="claude-code",
        install=None,
        install_path=f".claude/agents/agpm/prompt-{number}.md",
        variables={},
        text=text,
        body=len(FRONTMATTER),
        metadata={"name": "p", "description": "A prompt", "model": "some"},
        source_path=path,
        runtime=tuple(runtime),
        template=InputNode(file=Input(path=path, sha256="0" * 64)),
    )


def write_packages(directory: Path, count: int) -> None:
    """Write a package with a bundle, and one with the same files and no code."""
    resources = tuple(resource(number) for number in range(count))
    rendering = Rendering(resources=resources)
    bundle = build_bundle(
        rendering, output="ours/prompts", distribution="ours", version="1.0"
    )
    files = {f"ours/prompts/{path}": file.data for path, file in bundle.files.items()}
    files |= {
        f"plain/agents/prompt-{number}.md": item.document
        for number, item in enumerate(resources)
    }
    files |= {"ours/__init__.py": b"", "plain/__init__.py": b""}
    for path, data in files.items():
        # A site of its own for each: a zip's directory is read as a whole.
        target = directory / path.split("/")[0] / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def write_logic(directory: Path, language: str) -> None:
    """Write a package with a prompt that has run-time logic."""
    (directory / "agpm.toml").write_text('[agents]\nlogic = "logic.md"\n')
    text = LOGIC_TEMPLATE.replace("LANGUAGE", language)
    (directory / "logic.md").write_text(text)
    rendering = Rendering(resources=render_manifest(directory / "agpm.toml"))
    bundle = build_bundle(
        rendering, output="ours/prompts", distribution="ours", version="1.0"
    )
    for path, file in bundle.files.items():
        target = directory / "ours/prompts" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
    (directory / "ours/__init__.py").touch()


def measure_logic(directory: Path, python: str, language: str) -> bool:
    """Print what a prompt with run-time logic costs; return whether that is little."""
    directory.mkdir()
    write_logic(directory, language)
    package = "_jinja" if language == "jinja2" else "_tera"
    core = [f"ours.prompts.{package}.template"]
    needed = run(python, FILL_ONCE, directory, package, *NAMES, "user").split()
    both = [
        [measure(python, IMPORT_CORE, directory, *names) for names in (core, needed)]
        for _ in range(20)
    ]
    least, most = (min(times) for times in zip(*both, strict=True))
    fill = measure(python, FILL_LOGIC, directory)
    over, late = fill > LIMIT_LOGIC_US[package], least > LIMIT_CORE_MS
    what = f"filling 4 KB with twenty places and a loop of twenty, {package[1:]}"
    print(f"{what}: {fill:.1f} us{OVER * over}")
    what = "importing without .pyc files the core of the interpreter"
    print(f"{what}: {least:.2f} ms{OVER * late}; all that this needs: {most:.2f} ms")
    return not (over or late)


def install(case: Case, directory: Path, python: str) -> tuple[Path, Path]:
    """Write the packages of `case`; return what goes on sys.path for each."""
    shutil.rmtree(directory, ignore_errors=True)
    write_packages(directory, case.resources)
    if case.cached:
        # zipimport looks for them beside the sources.
        beside = ["-b"] if case.zipped else []
        compile_all = [python, "-m", "compileall", "-q", *beside, str(directory)]
        subprocess.run(compile_all, check=True)
    sites = (directory / "ours", directory / "plain")
    return (zipped(sites[0]), zipped(sites[1])) if case.zipped else sites


def zipped(site: Path) -> Path:
    """Return a zip with the files of `site`."""
    archive = site.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(site.rglob("*.*")):
            file.write(path, path.relative_to(site).as_posix())
    return archive


def measure(python: str, code: str, place: Path, *more: str) -> float:
    """Return the milliseconds that `code` takes in a fresh interpreter."""
    return float(run(python, code, place, *more))


def run(python: str, code: str, place: Path, *more: str) -> str:
    """Return what `code` prints in a fresh interpreter."""
    # -B keeps a run without .pyc files from leaving some to the next; with -I and -S,
    # nothing that is installed there has loaded half the standard library before.
    command = [python, "-I", "-S", "-B", "-c", code, str(place), *more]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def in_turn(
    runs: int, python: str, measured: list[tuple[str, Path]]
) -> list[list[float]]:
    """Return the times of each, measured in turn; the first round warms the disk."""
    rounds = [
        [measure(python, code, place) for code, place in measured]
        for _ in range(runs + 1)
    ]
    return [list(times) for times in zip(*rounds[1:], strict=True)]


def report(
    case: Case, empty: list[float], ours: list[float], peer: list[float]
) -> bool:
    """Print the line of `case`; return whether it keeps the limits it has to."""
    medians = [statistics.median(times) for times in (ours, empty, peer)]
    ratio = medians[0] / medians[2]
    cells = [f"{milliseconds:.2f} ms" for milliseconds in (min(ours), *medians)]
    over = min(ours) > LIMIT_MS or ratio > LIMIT_RATIO
    row = "".join(f"{cell:>12}" for cell in [*cells, f"1/{1 / ratio:.1f}"])
    mark = OVER * (over and case.bound)
    print(f"{case.label:30}{row}{mark}")
    return not (over and case.bound)


def main(runs: int, python: str) -> int:
    """Measure every case, print the table, return the exit code."""
    print(f"import and first prompt, fresh process, {runs} runs of {python}")
    names = ["best", "median", "empty", "importlib*", "ratio"]
    print(f"{'':30}{''.join(f'{name:>12}' for name in names)}")
    kept = []
    with tempfile.TemporaryDirectory() as name:
        for case in CASES:
            site, plain = install(case, Path(name) / "sites", python)
            turns = [(EMPTY, site), (OURS, site), (PEER, plain)]
            kept.append(report(case, *in_turn(runs, python, turns)))
        fill = measure(python, FILL, site)
        for language in ("true", "jinja2"):
            logic = Path(name) / language
            kept.append(measure_logic(logic, python, language))
    over = fill > LIMIT_FILL_US
    kept.append(not over)
    print(f"filling two variables of {len(TEXT):,} bytes: {fill:.2f} us{OVER * over}")
    print("* importlib.resources; the ratio is of the medians, the limit of the best")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--python", default=sys.executable, help="what is measured")
    options = parser.parse_args()
    sys.exit(main(options.runs, options.python))
