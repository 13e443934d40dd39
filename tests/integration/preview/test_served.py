"""The page of `preview --serve` in a browser: it follows the files."""

import pytest
from preview_project import REPLY, SUMMARY, TONE, write_project
from served_preview import serving

from hatch_agpm.cli.preview.serving import load
from hatch_agpm.preview import Preview
from hatch_agpm.preview.live import LivePreview

pytestmark = pytest.mark.slow

REPLY_PATH = "prompts/support/reply.md"
SUMMARY_PATH = "prompts/support/summary.md"
TONE_PATH = "prompts/snippets/tone.md"
REPLY_LINK = '#list a[href="#prompt-reply"]'
SUMMARY_LINK = '#list a[href="#prompt-summary"]'
MESSAGES = '[{"author": "Ada", "text": "Hi <b>"}, {"author": "Bob", "text": "Bye"}]'


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path)


def live(project):
    """Load a project, as the command does."""
    empty = Preview(title="acme", counted_by="", files=(), prompts=())
    return LivePreview(
        lambda: load(str(project), None), empty=empty, may_fail=True, report=print
    )


@pytest.fixture
def server(project):
    with serving(live(project)) as started:
        yield started


@pytest.fixture
def opened(server, browser):
    """The page, closed again before the server ends."""
    yield browser.open(server.url)
    browser.driver.get("about:blank")


def shown(browser):
    """Return the text of the view, with all its lines."""
    return browser.run("return document.getElementById('panel').textContent")


def problems(browser):
    found = browser.one("#problems")
    return found.text if found else ""


def write(field, text):
    field.clear()
    field.send_keys(text)


def test_logic_runs_with_the_values_of_the_form(opened, server):
    opened.find(SUMMARY_LINK).click()
    opened.find("#tab-fill").click()

    write(opened.find("#value-messages"), MESSAGES)
    opened.find("#value-is_urgent").send_keys("true")

    opened.until(lambda: "Sum up 2 messages at once" in shown(opened), "not filled in")
    opened.until(lambda: "- Ada: Hi <b>" in shown(opened), "not filled in")
    assert opened.hosts() == {server.url.split("/")[2]}
    assert opened.messages() == []


def test_wrong_values_are_reported_as_the_reader_does(opened):
    opened.find(SUMMARY_LINK).click()
    opened.find("#tab-fill").click()

    write(opened.find("#value-messages"), '[{"author": 1}]')

    opened.until(
        lambda: "messages[0].author must be a str" in shown(opened), "no error"
    )
    assert opened.messages() == []


def test_a_changed_file_is_shown_by_itself(opened, project):
    opened.find(REPLY_LINK).click()

    (project / TONE_PATH).write_text(TONE.replace("brief", "short"))

    opened.until(lambda: "Be friendly, and short." in shown(opened), "it is not shown")
    assert opened.messages() == []


def test_what_one_has_written_and_chosen_is_kept(opened, project):
    opened.find("#only-values").click()
    write(opened.find("#search"), "dear")
    opened.find(REPLY_LINK).click()
    opened.find("#tab-fill").click()
    write(opened.find("#value-customer"), "Ada")

    (project / TONE_PATH).write_text(TONE.replace("brief", "short"))

    opened.until(lambda: "Be friendly, and short." in shown(opened), "it is not shown")
    opened.until(lambda: "Dear Ada," in shown(opened), "the value is lost")
    assert opened.find("#search").get_attribute("value") == "dear"
    assert opened.find("#only-values").get_attribute("aria-pressed") == "true"
    assert opened.focused.get_attribute("id") == "value-customer"


def test_broken_templates_leave_the_page_usable_and_it_recovers(opened, project):
    opened.find(REPLY_LINK).click()

    (project / REPLY_PATH).write_text(REPLY + "{{ nothing }}\n")
    (project / SUMMARY_PATH).write_text(SUMMARY + "{% if %}\n")

    opened.until(lambda: "nothing" in problems(opened), "no problem is shown")
    assert "summary.md" in problems(opened)
    opened.find("#tab-fill").click()
    write(opened.find("#value-customer"), "Ada")
    assert "Dear Ada," in shown(opened)

    (project / REPLY_PATH).write_text(f"{REPLY}Good-bye.\n")
    (project / SUMMARY_PATH).write_text(SUMMARY)

    opened.until(lambda: "Good-bye." in shown(opened), "it is not shown")
    assert problems(opened) == ""
    assert opened.messages() == []


def test_problems_are_accessible(opened, project, axe):
    (project / REPLY_PATH).write_text(REPLY + "{{ nothing }}\n")
    opened.until(lambda: problems(opened), "no problem is shown")

    for scheme in ("light", "dark"):
        opened.prefer(prefers_color_scheme=scheme)
        assert opened.accessibility(axe) == []
    opened.prefer()


def test_messages_with_text_of_templates_do_nothing(opened, project):
    hostile = "<img src=x onerror=alert(1)></script>"
    (project / REPLY_PATH).write_text(f"{REPLY}{{{{ '{hostile}' | nofilter }}}}\n")

    opened.until(lambda: hostile in problems(opened), "no problem is shown")

    assert opened.messages() == []


def test_a_project_that_is_broken_at_the_start_is_shown_once_it_is_not(
    project, browser
):
    (project / REPLY_PATH).write_text(REPLY + "{{ nothing }}\n")
    with serving(live(project)) as server:
        browser.open(server.url)
        browser.until(lambda: "nothing" in problems(browser), "no problem is shown")

        (project / REPLY_PATH).write_text(REPLY)

        browser.until(lambda: browser.one(REPLY_LINK), "it is not shown")
        browser.driver.get("about:blank")


def test_the_end_of_the_command_is_reported(project, browser):
    with serving(live(project)) as server:
        browser.open(server.url)

    browser.until(lambda: "does not answer" in problems(browser), "nothing is shown")
    browser.find(SUMMARY_LINK).click()
    browser.find("#tab-fill").click()
    write(browser.find("#value-messages"), MESSAGES)
    browser.until(lambda: "does not answer" in shown(browser), "nothing is shown")
