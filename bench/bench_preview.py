"""
What the page of `hatch-agpm preview` costs in a browser.

Run as `python bench/bench_preview.py [RUNS]`, with Chromium and its driver on PATH.
The goals for the library of 235 resources are 2 s to open the page and 50 ms to search.
A page is open when the list is drawn, and a search is done when its result is drawn.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
LIBRARY = Path(__file__).parents[2] / "shared" / "corpus" / "agpm-resources"
PROJECT = """\
[project]
name = "library"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "library"
"""
SENTENCE = "Read the whole change before you say the first word about it.\n"
SEARCHES = ("a", "agent", "rust", "nothing has this")
SEARCH = """
const [selector, text, done] = arguments;
const field = document.querySelector(selector);
const start = performance.now();
field.value = text;
field.dispatchEvent(new Event("input", {bubbles: true}));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
"""
DRAWN = """
const done = arguments[0];
requestAnimationFrame(() => setTimeout(() => done(performance.now())));
"""


def main() -> None:
    """Print the size of pages, and the milliseconds to write, open and search them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        print("preview: there is no Chromium with its driver here")
        return
    options = ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    projects = {"1,000 prompts": many, "prompt of 1 MB": large}
    if LIBRARY.is_dir():
        projects = {"real library": library, **projects}
    print(f"pages in a browser, median of {runs}")
    browser = Chrome(options, ChromeService(driver))
    try:
        for title, make in projects.items():
            measure(title, make, browser, runs)
    finally:
        browser.quit()


def measure(
    title: str, make: Callable[[Path], None], browser: Chrome, runs: int
) -> None:
    """Write the page of a project, and print what it costs."""
    with tempfile.TemporaryDirectory() as scratch:
        root, page = Path(scratch, "project"), Path(scratch, "page.html")
        make(root)
        command = ["-m", "hatch_agpm", "preview", str(root), "--output", str(page)]
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        writing = (time.perf_counter() - start) * 1000
        opening, searching = [], []
        for _ in range(runs):
            browser.get(page.as_uri())
            opening.append(float(browser.execute_async_script(DRAWN)))
            for text in SEARCHES:
                search = 'input[type="search"]'
                found = browser.execute_async_script(SEARCH, search, text)
                searching.append(float(found))
        print(
            f"{title:>15}: {page.stat().st_size / 1e6:.2f} MB,"
            f" written in {writing:.0f} ms, opened in {statistics.median(opening):.0f},"
            f" searched in {statistics.median(searching):.0f},"
            f" {max(searching):.0f} at most"
        )


def library(root: Path) -> None:
    """Copy the library, which has a manifest."""
    shutil.copytree(LIBRARY, root, copy_function=shutil.copyfile)
    for folder in (root, *root.rglob("*/")):
        folder.chmod(0o755)
    manifest = 'manifest = "examples/local/agpm.toml"\n'
    (root / "pyproject.toml").write_text(PROJECT + manifest)


def many(root: Path) -> None:
    """Write 1,000 prompts of 3 kB with a variable."""
    texts = {
        f"topic-{n % 20}/prompt-{n}": f"# {n}\n\nHi {{{{ user }}}}.\n{SENTENCE * 50}"
        for n in range(1000)
    }
    write(root, texts)


def large(root: Path) -> None:
    """Write a prompt of 1 MB with a variable, and a short one."""
    text = f"Hi {{{{ user }}}}.\n{SENTENCE * (1_000_000 // len(SENTENCE))}"
    write(root, {"large": text, "short": SENTENCE})


def write(root: Path, texts: dict[str, str]) -> None:
    """Write a project with prompts that have the variable `user`."""
    head = "---\nagpm:\n  templating: true\n  runtime:\n    user: str\n---\n"
    root.mkdir()
    (root / "pyproject.toml").write_text(f'{PROJECT}prompts = "prompts"\n')
    for name, text in texts.items():
        path = root / f"prompts/{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((head if "{{ user }}" in text else "") + text)


if __name__ == "__main__":
    main()
