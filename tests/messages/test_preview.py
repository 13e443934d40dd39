"""The texts of `preview --serve`."""

import http.client

import pytest
from commands import HEAD
from served_preview import serving

from hatch_agpm.cli.preview.serving import load
from hatch_agpm.preview import Preview
from hatch_agpm.preview.live import LivePreview

JSON = {"Content-Type": "application/json"}
GREETING = (
    "---\nagpm: {templating: true, runtime: {user: str}}\n---\nHello {{ user }}!\n"
)
FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/greeting.md": GREETING,
    "prompts/tone.md": "Be kind.\n",
}


@pytest.fixture
def live(write_files):
    root = write_files(FILES)
    empty = Preview(title="", counted_by="", files=(), prompts=())
    return LivePreview(
        lambda: load(str(root), None), empty=empty, may_fail=False, report=print
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "says"),
    [
        ("GET", "/x", {}, "", "there is no such page\n"),
        ("GET", "/", {"Host": "a.example"}, "", "ask for http://127.0.0.1:{}/\n"),
        ("GET", "/", {"Origin": "null"}, "", "this is not for other sites\n"),
        ("POST", "{}/fill", {}, "", "send application/json\n"),
        ("POST", "{}/fill", JSON, "[]", "the body must be a JSON object\n"),
        (
            *("POST", "{}/fill", JSON, "{}"),
            "the body needs a 'name' and 'values', which are texts by name\n",
        ),
        (
            *("POST", "{}/fill", {**JSON, "Content-Length": "many"}, ""),
            "send Content-Length\n",
        ),
        (
            *("POST", "{}/fill", {**JSON, "Content-Length": "99999999"}, ""),
            "the body may have 8388608 bytes\n",
        ),
    ],
)
def test_what_is_refused_over_http(live, method, path, headers, body, says):
    with serving(live) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request(method, path.format(server.path), body, headers)
        text = connection.getresponse().read().decode()
        connection.close()

    assert text == says.format(server.server_port)


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("tone", {}, "there is no such prompt now"),
        ("greeting", {}, "user is missing, a str"),
        ("greeting", {"user": "a", "x": "b"}, "there is no variable 'x'"),
    ],
)
def test_values_that_are_wrong(live, name, values, says):
    assert live.fill(name, values) == {"problem": says}
