"""`preview --serve` shows what the files are now, and what is wrong with them."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading

import pytest
from commands import HEAD, run
from served_preview import serving

from hatch_agpm.cli.main import main
from hatch_agpm.cli.preview.serving import load
from hatch_agpm.errors import AgpmError
from hatch_agpm.preview import Preview
from hatch_agpm.preview.live import LivePreview

EMPTY = Preview(title="empty", counted_by="", files=(), prompts=())
GREETING = (
    "---\nagpm: {templating: true, runtime: {user: str}}\n---\n"
    "{% if user %}Hello {{ user }}!{% endif %}\n"
)
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/greeting.md": GREETING,
    "prompts/tone.md": "Be kind.\n",
}
BROKEN = "---\nagpm: {templating: true}\n---\n{{ missing }}\n"


@pytest.fixture
def project(write_files):
    return write_files(FILES)


@pytest.fixture
def reports():
    return []


@pytest.fixture
def live(project, reports):
    """The page of the project, which is rendered here and now."""
    return follow(project, reports)


def follow(place, reports):
    return LivePreview(
        lambda: load(str(place), None),
        empty=EMPTY,
        may_fail=True,
        report=reports.append,
    )


def texts(live):
    """Return the texts on the page."""
    page = live.page("/path")
    (data,) = re.findall(r'<script [^>]*id="data">(.*)</script>', page)
    known = json.loads(data)
    assert known["server"] == "/path"
    assert known["version"] == live.state()["version"]
    return {each["name"]: each["size"] for each in known["prompts"]}


def test_the_page_has_all_prompts(live):
    assert texts(live) == {"greeting": len(GREETING), "tone": 9}


def test_nothing_changes_by_itself(live, reports):
    before = live.state()

    assert [live.state() for _ in range(3)] == [before] * 3
    assert reports == []


def test_a_changed_file_changes_the_page(project, live, reports):
    before = live.state()["version"]

    (project / "prompts/tone.md").write_text("Be brief, and kind.\n")

    assert live.state()["version"] > before
    assert texts(live)["tone"] == 20
    assert reports == ["prompts/tone.md changed"]


def test_a_new_file_changes_the_page(project, live):
    (project / "prompts/new.md").write_text("New.\n")

    live.state()

    assert texts(live)["new"] == 5


def test_changed_metadata_change_the_page(project, live):
    before = live.state()["version"]
    text = (project / "pyproject.toml").read_text("utf-8")

    (project / "pyproject.toml").write_text(text.replace('"1.0"', '"2.0"'))

    assert live.state()["version"] > before


def test_what_does_not_change_the_page_leaves_its_number(project, live):
    before = live.state()

    (project / "prompts/tone.md").write_text("Be kind.\n")
    with (project / "pyproject.toml").open("a") as opened:
        opened.write("# a comment\n")

    assert live.state() == before


def test_to_load_the_page_again_reads_everything_again(project, live):
    texts(live)
    (project / "prompts/tone.md").write_text("Be brief, and kind.\n")

    assert texts(live)["tone"] == 20


def test_errors_leave_the_page_as_it_was(project, live, reports):
    for name in ("one", "two"):
        (project / f"prompts/{name}.md").write_text(BROKEN)

    problems = live.state()["problems"]

    assert [problem.partition(":")[0] for problem in problems] == [
        "prompts/one.md",
        "prompts/two.md",
    ]
    assert set(texts(live)) == {"greeting", "tone"}
    assert len(reports) == 2


def test_a_project_recovers_from_errors(project, live):
    (project / "prompts/tone.md").write_text(BROKEN)
    assert live.state()["problems"]

    (project / "prompts/tone.md").write_text("Be brief, and kind.\n")
    live.page("/path")

    assert not live.state()["problems"]
    assert texts(live)["tone"] == 20


def test_a_file_that_was_missing_is_noticed(project, reports):
    depends = "agpm: {templating: true, dependencies: {snippets: [{path: new.md}]}}"
    (project / "prompts/tone.md").write_text(f"---\n{depends}\n---\nBe kind.\n")
    live = follow(project, reports)
    assert live.state()["problems"]
    assert texts(live) == {}

    (project / "prompts/new.md").write_text("New.\n")
    live.page("/path")

    assert not live.state()["problems"]
    assert "tone" in texts(live)


def test_a_project_without_a_table_is_shown_with_the_problem(project, reports):
    (project / "pyproject.toml").write_text("[project")

    live = follow(project, reports)

    assert "pyproject.toml" in live.state()["problems"][0]
    assert texts(live) == {}


def test_logic_is_run_with_the_given_values(live):
    assert live.fill("greeting", {"user": "Ada"}) == {"text": "Hello Ada!\n"}


@pytest.mark.parametrize("values", [{}, {"user": "a", "other": "b"}], ids=str)
def test_wrong_values_are_reported(live, values):
    assert set(live.fill("greeting", values)) == {"problem"}


def test_values_are_read_as_their_types(project):
    runtime = "{n: int, x: float, on: bool, words: [str]}"
    text = "{% if on %}{{ n }} {{ x }} {{ words | length }}{% endif %}\n"
    head = f"---\nagpm: {{templating: true, runtime: {runtime}}}\n---\n"
    (project / "prompts/greeting.md").write_text(head + text)
    values = {"n": str(2**53 + 1), "x": "2.5", "on": "true", "words": '["a"]'}

    filled = follow(project, []).fill("greeting", values)

    assert filled == {"text": "9007199254740993 2.5 1\n"}


@pytest.mark.parametrize("name", ["tone", "nothing", "__class__"])
def test_what_cannot_be_filled_in_is_reported(live, name):
    assert set(live.fill(name, {})) == {"problem"}


def test_many_requests_at_once_get_whole_answers(project, live):
    (project / "prompts/tone.md").write_text("Be brief, and kind.\n")
    answers = []
    with serving(live) as server:
        asking = [
            threading.Thread(target=lambda: answers.append(get(server.url)))
            for _ in range(8)
        ]
        for each in asking:
            each.start()
        for each in asking:
            each.join()

    assert len(answers) == 8
    assert len(set(answers)) == 1


@pytest.mark.parametrize("place", ["nowhere", "nowhere.whl", "acme"])
def test_what_is_not_there_is_not_served(project, place, capsys):
    assert main(["preview", str(project / place), "--serve"]) == 1

    captured = capsys.readouterr()
    assert captured.err
    assert "http" not in captured.out


def test_an_unknown_old_state_is_an_error(project, capsys):
    command = ["preview", str(project), "--serve", "--against", "nothing-like-this"]

    assert main(command) == 1
    assert "nothing-like-this" in capsys.readouterr().err


def test_a_page_is_served_or_written():
    done = run("preview", "--serve", "--output", "page.html")

    assert done.returncode == 2
    assert b"--output" in done.stderr


def test_a_wheel_is_not_served_if_it_is_damaged(tmp_path):
    wheel = tmp_path / "a-1-py3-none-any.whl"
    wheel.write_bytes(b"PK")

    with pytest.raises(AgpmError):
        load(str(wheel), None)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.slow
def test_the_command_serves_until_it_is_interrupted(project):
    command = [sys.executable, "-m", "hatch_agpm", "preview", project, "--serve"]
    # Commands in the background of a shell inherit that the signal is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/", line)
        assert "Be kind." in get(url)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 0
    assert errors == ""


def get(url):
    """Return the page at an address."""
    host = url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/")
    text = connection.getresponse().read().decode()
    connection.close()
    return text
