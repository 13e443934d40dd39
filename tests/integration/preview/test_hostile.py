"""Prompts that are made to break the page do nothing in a browser."""

import json

import pytest
from preview_project import PYPROJECT, write_project

pytestmark = pytest.mark.slow

MARKUP = (
    "</script><script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title = 'broken'\">",
    "<!-- <script> -->]]>&lt;b&gt; &#60; &amp;amp; &nbsp;",
    "<style>body{display:none}</style><base href=https://example.invalid/>",
    "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "<iframe srcdoc='<script>top.document.title=1</script>'></iframe>",
    '" autofocus onfocus="document.title = 1" x="',
    "javascript:alert(1) ${alert(1)} `${document.title = 1}`",
    "[link](javascript:alert(1)) ![image](https://example.invalid/pixel.png)",
    "{{ not_rendered }} {% if %} {# comment #}",
    "\\u003cscript\\u003e \\x3c \\n \\\\",
)
SIGNS = (
    "\u202eright to left\u202c \u2066isolated\u2069 \u200fmark\u200e",
    "\u2028line\u2029paragraph\u0085next",
    "bell \x07 escape \x1b[31mred\x1b[0m delete \x7f",
    "zero\u200bwidth\u2060joiner\ufeff",
    "not characters \ufffe\uffff \U0001fffe",
    "e\u0301\u0302\u0303\u0304 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0e01\u0e33",
)
TEXT = "\n".join([*MARKUP, *SIGNS, ""])
NAMES = (
    "a&amp;b",
    "it's",
    "two words",
    "\u00fcber",
    "100%",
    "__proto__",
    "constructor",
)
PATHS = [f"prompts/support/{name}.txt" for name in NAMES]
FILES = {
    "acme_support/__init__.py": "",
    "pyproject.toml": PYPROJECT.format(version="1.0").replace(
        'hidden-text = ["',
        'verbatim = ["prompts/support/*.txt"]\n'
        f'hidden-text = {json.dumps(PATHS, ensure_ascii=False)[:-1]}, "',
    ),
    **dict.fromkeys(PATHS, TEXT),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory, write_page):
    changed = dict.fromkeys(PATHS, f"{TEXT}\nNew.\n")
    old = write_project(tmp_path_factory.mktemp("old"), FILES)
    new = write_project(tmp_path_factory.mktemp("new"), FILES, changed)
    return write_page(new, "--against", old)


def shown(browser):
    return browser.run("return document.getElementById('panel').textContent")


def test_names_and_texts_are_shown_as_they_are(page, browser):
    browser.open(page)
    links = browser.all("#list a")
    assert len(links) >= len(NAMES)

    for number in range(len(links)):
        browser.all("#list a")[number].click()
        for tab in browser.all("[role=tab]"):
            tab.click()

    assert browser.run("return document.title").endswith("acme-support 1.0")
    assert browser.messages() == []
    assert browser.hosts() == {"file"}


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_opened_by_its_name(page, browser, name):
    browser.open(page)
    link = next(each for each in browser.all("#list a") if name in each.text)
    link.click()
    address = browser.run("return location.href")
    browser.open(address)

    assert browser.find("#heading").text == name
    browser.find("#tab-text").click()
    for line in MARKUP:
        assert line in shown(browser)


def test_characters_that_control_the_display_are_shown_by_their_numbers(page, browser):
    browser.open(page)
    browser.all("#list a")[0].click()
    browser.find("#tab-text").click()

    controls = [c for c in TEXT if c in "\u202e\u2066\u200f\u2028\x07\x1b\x7f\u200b"]
    text = shown(browser)
    for character in controls:
        assert f"U+{ord(character):04X}" in text
        assert character not in text


def test_hostile_texts_are_found(page, browser):
    browser.open(page)

    browser.find("#search").send_keys("</script><script>document.title")

    assert len(browser.all("#list a")) >= len(NAMES)
    assert browser.messages() == []


def test_a_search_is_not_a_pattern(page, browser):
    browser.open(page)

    browser.find("#search").send_keys("(.*[")

    assert browser.all("#list a") == []
    assert browser.messages() == []


@pytest.mark.parametrize(
    "value", [TEXT.replace("\x07", "").replace("\x1b", ""), "$&$1"]
)
def test_values_do_nothing(tmp_path, write_page, browser, value):
    page = write_page(write_project(tmp_path))
    browser.open(page, "prompt-reply")
    browser.find("#tab-fill").click()

    browser.run(
        "const field = document.getElementById('value-customer');"
        "field.value = arguments[0]; field.dispatchEvent(new Event('input'));",
        value,
    )

    for line in value.split("\n")[: len(MARKUP)]:
        assert line in shown(browser)
    assert browser.messages() == []
    assert browser.hosts() == {"file"}
