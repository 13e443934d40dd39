"""The page of `preview` in a browser: what a reader does with it."""

import pytest
from preview_project import OLD, SAYS, write_project
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.slow

NAMES = {
    "notes",
    "reply",
    "summary",
    "snippets/tone",
    "exported:agents/reviewer.md",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("old"), OLD)


@pytest.fixture(scope="module")
def page(project, write_page):
    return write_page(project)


@pytest.fixture(scope="module")
def compared(project, old, write_page):
    return write_page(project, "--against", old)


@pytest.fixture
def opened(page, browser):
    """The page of the project, as it is when it is opened."""
    return browser.open(page)


def listed(browser):
    """Return the names of the prompts in the list."""
    return {
        each.get_attribute("href").partition("#prompt-")[2]
        for each in browser.all("#list a")
    }


def quiet(browser):
    """Tell whether the page has asked for nothing and said nothing."""
    return browser.messages() == [] and browser.hosts() == {"file"}


def filled(browser):
    """Return the text with the values of the form."""
    return browser.run(
        "return [...document.querySelectorAll('[aria-label=\"Filled in\"] .row .text')]"
        ".map(each => each.textContent).join('\\n')"
    )


def write(field, text):
    field.clear()
    field.send_keys(text)


# --- finding --------------------------------------------------------------------------


def test_all_prompts_are_listed(opened):
    assert listed(opened) >= {name.replace(":", "%3A") for name in NAMES}
    assert quiet(opened)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("summ", {"summary"}),
        ("REFUND", {"reply", "snippets/tone", "exported%3Aagents/reviewer.md"}),
        ("conversation sum", {"summary"}),
        ("<b>nothing has this", set()),
    ],
)
def test_names_and_texts_are_searched(opened, words, found):
    write(opened.find("#search"), words)

    assert listed(opened) == found
    number = str(len(found))
    assert opened.find("#count").text.startswith(number)
    assert quiet(opened)


def test_filters_and_search_are_applied_together(opened):
    opened.find("#only-values").click()
    assert listed(opened) == {"reply", "summary"}

    write(opened.find("#search"), "dear")
    assert listed(opened) == {"reply"}

    opened.find("#only-hidden").click()
    assert listed(opened) == set()


def test_prompts_are_filtered_by_type(opened):
    opened.find("#type option[value=snippet]").click()

    assert listed(opened) == {"snippets/tone"}


def test_prompts_are_ordered_by_length(opened):
    opened.find("#order option[value=shortest]").click()
    assert opened.all("#list a")[0].text.startswith("snippets/tone")

    opened.find("#order option[value=longest]").click()
    assert opened.all("#list a")[-1].text.startswith("snippets/tone")


# --- reading --------------------------------------------------------------------------


def test_a_prompt_is_opened_with_its_source_and_the_files_of_its_lines(opened):
    opened.find('#list a[href="#prompt-reply"]').click()

    text = opened.find("#panel").text
    assert "{{ agpm.project.name }}" in text
    assert "# Reply for acme-support" in text
    assert "prompts/snippets/tone.md:1" in text
    assert quiet(opened)


def test_a_line_leads_to_its_line_in_the_file(opened):
    opened.find('#list a[href="#prompt-reply"]').click()

    button = next(each for each in opened.all(".from button") if "tone" in each.text)
    button.click()

    source = opened.run("return document.querySelector('#panel .lines').textContent")
    assert "## Tone" in source
    assert "{{ agpm" not in source


def test_hidden_characters_are_decoded(opened):
    opened.find('#list a[href="#prompt-notes"]').click()

    assert SAYS in opened.find(".warning").text
    assert SAYS in opened.find("#panel").text.replace("\u00a0", " ")


def test_files_and_what_uses_them_are_linked(opened):
    opened.find('#list a[href="#prompt-reply"]').click()
    opened.find("#tab-files").click()

    opened.find('#panel a[href*="tone.md"]').click()

    users = {each.text for each in opened.all("main .files a")}
    assert {"reply", "snippets/tone", "exported:agents/reviewer.md"} <= users


@pytest.mark.parametrize(
    ("anchor", "heading"),
    [
        ("prompt-reply", "reply"),
        ("prompt-snippets/tone", "snippets/tone"),
        ("prompt-exported%3Aagents/reviewer.md", "exported:agents/reviewer.md"),
        ("prompt-exported:agents/reviewer.md", "exported:agents/reviewer.md"),
        ("file-prompts/snippets/tone.md", "prompts/snippets/tone.md"),
        ("file-prompts/snippets/tone.md:3", "prompts/snippets/tone.md"),
        ("prompt-gone", "Overview"),
        ("prompt-%", "Overview"),
    ],
)
def test_a_link_opens_what_it_names(page, browser, anchor, heading):
    browser.open(page, anchor)

    shown = browser.run("return document.getElementById('heading').textContent")
    assert shown == heading
    assert quiet(browser)


def test_back_leads_to_the_prompt_before(opened):
    opened.find('#list a[href="#prompt-reply"]').click()
    opened.find('#list a[href="#prompt-notes"]').click()

    opened.driver.back()

    opened.until(lambda: opened.find("#heading").text == "reply", "it is not shown")


# --- filling in -----------------------------------------------------------------------


def test_placeholders_are_filled_in_while_one_writes(opened):
    opened.find('#list a[href="#prompt-reply"]').click()
    opened.find("#tab-fill").click()

    write(opened.find("#value-customer"), "Ada & <b>Bob</b>")
    write(opened.find("#value-limit"), "7")

    assert "Dear Ada & <b>Bob</b>," in filled(opened)
    assert "at most 7 words" in filled(opened)
    assert "Rocket Skates" in filled(opened)
    assert quiet(opened)


def test_a_value_of_another_type_is_an_error_at_its_field(opened):
    opened.find('#list a[href="#prompt-reply"]').click()
    opened.find("#tab-fill").click()

    field = opened.find("#value-limit")
    write(field, "many")

    assert field.get_attribute("aria-invalid") == "true"
    assert opened.find("#value-limit-error").text


def test_logic_is_shown_with_samples_of_the_declared_types(opened):
    opened.find('#list a[href="#prompt-summary"]').click()
    opened.find("#tab-fill").click()

    assert "Sum up 1 messages" in filled(opened)
    assert opened.find("#value-messages").get_attribute("readonly")
    assert "--serve" in opened.find("#panel").text


# --- comparing ------------------------------------------------------------------------


def test_changed_prompts_come_first_with_the_cause_and_the_words(compared, browser):
    browser.open(compared)
    first = browser.all("#list ul")[0].text
    assert "reply" in first
    assert "summary" not in first

    browser.find('#list a[href="#prompt-reply"]').click()

    panel = browser.find("#panel")
    assert "prompts/snippets/tone.md" in panel.text
    words = browser.run(
        "return [...document.querySelectorAll('#panel del, #panel ins')]"
        ".map(each => each.textContent)"
    )
    assert {"polite", "brief"} <= set(words)
    assert quiet(browser)


# --- keyboard -------------------------------------------------------------------------


def test_everything_is_done_with_the_keyboard(opened):
    opened.press("/")
    opened.press("reply")
    assert listed(opened) == {"reply"}
    opened.press(Keys.ENTER)
    assert opened.focused.text == "reply"

    opened.press("2")
    opened.until(lambda: opened.one("#value-customer"), "the form is not shown")
    while opened.focused.get_attribute("id") != "value-customer":
        opened.press(Keys.TAB)
    opened.press("Ada")
    assert "Dear Ada," in filled(opened)

    opened.press(Keys.ESCAPE, Keys.ESCAPE)
    opened.until(lambda: "Overview" in title(opened), "the overview is not shown")
    assert quiet(opened)


def title(browser):
    return browser.run("return document.getElementById('heading').textContent")


def test_letters_lead_from_prompt_to_prompt(opened):
    opened.press("j")
    first = title(opened)
    opened.press("j")
    second = title(opened)
    opened.press("k")

    assert first != second
    assert title(opened) == first
    assert opened.focused.tag_name == "a"


def test_arrows_lead_from_view_to_view(opened):
    opened.find('#list a[href="#prompt-reply"]').click()
    opened.find("#tab-text").click()

    opened.press(Keys.ARROW_RIGHT)

    assert opened.focused.get_attribute("id") == "tab-fill"
    assert opened.focused.get_attribute("aria-selected") == "true"


def test_the_first_tab_stop_skips_the_list(opened):
    opened.press(Keys.TAB)
    assert opened.focused.get_attribute("href").endswith("#main")

    opened.press(Keys.ENTER)

    assert opened.focused.get_attribute("id") in {"main", "heading"}


# --- everybody ------------------------------------------------------------------------

VIEWS = ["", "prompt-reply", "prompt-notes", "file-prompts/snippets/tone.md:3"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("anchor", VIEWS)
def test_axe_finds_nothing_serious(compared, browser, axe, scheme, anchor):
    browser.prefer(prefers_color_scheme=scheme)
    browser.open(compared, anchor)

    found = []
    for tab in browser.all("[role=tab]") or [browser.find("main")]:
        tab.click()
        found += browser.accessibility(axe)

    browser.prefer()
    assert found == []


def test_narrow_windows_have_no_horizontal_scrolling(page, browser):
    browser.driver.set_window_size(500, 900)
    browser.open(page, "prompt-reply")

    wide = browser.run("return document.documentElement.scrollWidth - innerWidth")

    browser.driver.set_window_size(1280, 900)
    assert wide <= 0
