"""
What it costs to list the bundles of an environment, in a fresh process.

`hatch_agpm.discover` and `importlib.metadata` take turns, over the same directories of
1, 100 and 1,000 distributions, of which every tenth ships prompts.  The clock runs
inside the process and counts the imports.  The peer does the least that finds the same
files: it asks each distribution for the text of one.

The limit of 6 ms is for the best run with 100 distributions, which a busy machine
disturbs least.  Exits with 1 where it is exceeded.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from hatch_agpm.installed.discovery import FILE_NAME, file_text

LIMIT_MS = 6.0
BOUND = 100
SHARE = 10
ROOT = Path(__file__).parent.parent

CLOCK = """\
import sys, time
sys.path.insert(0, {root!r})
start = time.perf_counter()
{code}
stop = time.perf_counter()
print((stop - start) * 1000, found)
"""
OURS = "import hatch_agpm; found = len(hatch_agpm.discover(sys.argv[1]))"
PEER = f"""\
import importlib.metadata as metadata
texts = [
    distribution.read_text("extra_metadata/{FILE_NAME}")
    for distribution in metadata.distributions(path=[sys.argv[1]])
]
found = sum(text is not None for text in texts)
"""


def write_site(site: Path, count: int) -> None:
    """Write the metadata of `count` distributions, every tenth with prompts."""
    for number in range(count):
        info = site / f"package_{number}-1.0.dist-info"
        (info / "extra_metadata").mkdir(parents=True)
        metadata = f"Metadata-Version: 2.4\nName: package-{number}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata)
        (site / f"package_{number}").mkdir()
        if number % SHARE == 0:
            text = file_text(
                distribution=f"package-{number}",
                version="1.0",
                module=f"package_{number}.prompts",
                names=[f"agents/prompt-{each}" for each in range(10)],
            )
            (info / "extra_metadata" / FILE_NAME).write_text(text)


def measure(python: str, code: str, site: Path) -> tuple[float, int]:
    """Return the milliseconds that `code` takes in bare Python, and its count."""
    command = [python, "-I", "-S", "-c", CLOCK.format(root=str(ROOT), code=code)]
    run = subprocess.run(
        [*command, str(site)], check=True, capture_output=True, text=True
    )
    milliseconds, found = run.stdout.split()
    return float(milliseconds), int(found)


def main(runs: int, python: str) -> int:
    """Measure every size, print the table, return the exit code."""
    print(f"all bundles of an environment, fresh process, {runs} runs of {python}")
    names = ["best", "median", "importlib*", "ratio", "found"]
    print(f"{'':22}{''.join(f'{name:>12}' for name in names)}")
    kept = True
    for count in (1, BOUND, 10 * BOUND):
        with tempfile.TemporaryDirectory() as name:
            write_site(Path(name), count)
            turns = [
                (measure(python, OURS, Path(name)), measure(python, PEER, Path(name)))
                for _ in range(runs + 1)
            ][1:]
        ours = [milliseconds for (milliseconds, _), _ in turns]
        peer = statistics.median(milliseconds for _, (milliseconds, _) in turns)
        (_, found), (_, expected) = turns[0]
        over = found != expected or (count == BOUND and min(ours) > LIMIT_MS)
        kept = kept and not over
        median = statistics.median(ours)
        cells = [f"{time:.2f} ms" for time in (min(ours), median, peer)]
        row = [*cells, f"1/{peer / median:.1f}", str(found)]
        label = f"{count:>5} distributions"
        mark = "  over the limit" if over else ""
        print(f"{label:22}{''.join(f'{cell:>12}' for cell in row)}{mark}")
    print("* importlib.metadata, which reads the same file of each distribution")
    return 0 if kept else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--python", default=sys.executable, help="what is measured")
    options = parser.parse_args()
    sys.exit(main(options.runs, options.python))
