"""Large pages stay usable; `bench/bench_preview.py` measures how long they take."""

import shutil
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LIBRARY = Path(__file__).parents[4] / "shared" / "corpus" / "agpm-resources"
MANY = 1000
TABLE = """\
[project]
name = "acme"
version = "1.0"

[tool.hatch.build.hooks.agpm]

[tool.hatch-agpm]
output = "acme"
"""
HEAD = "---\nagpm: {templating: true, runtime: {user: str}}\n---\n"
LINE = "Read the whole change before you say the first word about it.\n"
PAINTED = "requestAnimationFrame(() => setTimeout(arguments[arguments.length - 1]));"
SEARCH = (
    "const field = document.getElementById('search'); field.value = arguments[0];"
    f"field.dispatchEvent(new Event('input')); {PAINTED}"
)


@pytest.fixture
def write_prompts(tmp_path):
    """Write a project with these prompts."""

    def write(texts):
        for name, text in texts.items():
            path = tmp_path / f"prompts/{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        (tmp_path / "pyproject.toml").write_text(f'{TABLE}prompts = "prompts"\n')
        return tmp_path

    return write


@pytest.fixture
def measured(browser, capsys):
    """Open a page and search it, and print what that takes."""

    def measure(page, *searches):
        started = time.perf_counter()
        browser.open(page)
        browser.driver.execute_async_script(PAINTED)
        opened = time.perf_counter() - started
        took = []
        for text in searches:
            started = time.perf_counter()
            browser.driver.execute_async_script(SEARCH, text)
            took.append(time.perf_counter() - started)
        size, slowest = page.stat().st_size / 1e6, max(took)
        with capsys.disabled():
            sys.stdout.write(
                f"\n{size:.2f} MB, opened in {opened * 1000:.0f} ms,"
                f" searched in {slowest * 1000:.0f} ms at most\n"
            )

    return measure


def count(browser):
    return browser.run(
        "return document.querySelectorAll('#list li:not([hidden])').length"
    )


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="the library is not here")
def test_a_real_library_is_opened_and_searched(tmp_path, write_page, measured, browser):
    root = tmp_path / "library"
    shutil.copytree(LIBRARY, root, copy_function=shutil.copyfile)
    for folder in (root, *root.rglob("*/")):
        folder.chmod(0o755)
    manifest = 'manifest = "examples/local/agpm.toml"\n'
    (root / "pyproject.toml").write_text(TABLE + manifest)

    measured(write_page(root), "rust", "backend engineer", "no text has this", "")

    assert count(browser) > 100
    for number in (0, 50, 100):
        browser.run(
            "document.querySelectorAll('#list a')[arguments[0]].click()", number
        )
        browser.until(lambda: browser.one("#heading"), "nothing is shown")
    assert browser.messages() == []
    assert browser.hosts() == {"file"}


def test_a_thousand_prompts_stay_usable(write_prompts, write_page, measured, browser):
    text = f"{HEAD}Hi {{{{ user }}}}.\n{LINE * 50}"
    texts = {f"topic-{n % 20}/number-{n}": f"{text}{n}\n" for n in range(MANY)}

    measured(write_page(write_prompts(texts)), "number-77", "change", "nothing", "")

    assert count(browser) == MANY
    browser.find("#search").send_keys("number-777")
    assert count(browser) == 1
    browser.find("#list a").click()
    browser.find("#tab-fill").click()
    browser.find("#value-user").send_keys("Ada")
    assert "Hi Ada." in browser.find("#panel").text
    assert browser.messages() == []


def test_a_prompt_of_a_megabyte_stays_usable(
    write_prompts, write_page, measured, browser
):
    long = f"{HEAD}Hi {{{{ user }}}}.\n{LINE * (1_000_000 // len(LINE))}The end.\n"
    wide = "word " * 200_000 + "\n"
    texts = {"long": long, "short": "Short.\n", "wide": wide}

    measured(write_page(write_prompts(texts)), "the end", "short", "")

    for name in ("wide", "long"):
        browser.find(f'#list a[href="#prompt-{name}"]').click()
        for tab in ("fill", "details", "text"):
            if button := browser.one(f"#tab-{tab}"):
                button.click()
    browser.find("#tab-fill").click()
    browser.find("#value-user").send_keys("Ada")
    filled = "return document.getElementById('panel').textContent"
    text = browser.until(lambda: browser.run(filled), "nothing is shown")
    assert "Hi Ada." in text
    assert "The end." in text
    assert browser.messages() == []
