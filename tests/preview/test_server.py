"""What is answered over HTTP, and what is refused."""

import http.client
import json
import socket
import struct

import pytest
from served_preview import serving

from hatch_agpm.preview.server import MOST_BYTES, PreviewServer


class EchoSite:
    """Answers with what it is asked for."""

    def __init__(self):
        self.filled = []

    def page(self, path):
        return f"<title>Prompts é \ud800</title>{path}"

    def state(self):
        return {"version": 1, "problems": []}

    def fill(self, name, values):
        self.filled.append(name)
        return {"name": name, "values": values}


@pytest.fixture
def server():
    with serving(EchoSite()) as started:
        yield started


@pytest.fixture
def ask(server):
    """Send one request, and return status, headers and text of the answer."""

    def send(method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return found

    return send


@pytest.fixture
def fill(server, ask):
    """Send values as the page does, with other headers if they are given."""

    def send(body='{"name": "a", "values": {"b": "[1]"}}', **headers):
        known = {"Content_Type": "application/json", **headers}
        return ask("POST", f"{server.path}/fill", body, **known)

    return send


def test_the_page_is_html_in_utf_8_that_is_not_kept(server, ask):
    status, headers, text = ask("GET", "/")

    assert status == 200
    assert text == f"<title>Prompts é ?</title>{server.path}"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"


def test_no_other_site_can_embed_or_read_the_page(ask):
    _, headers, _ = ask("GET", "/")

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers


def test_the_state_is_json(server, ask):
    status, headers, text = ask("GET", f"{server.path}/state")

    assert (status, json.loads(text)) == (200, {"version": 1, "problems": []})
    assert headers["Content-Type"] == "application/json"


def test_it_listens_on_the_loopback_address_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    assert server.url == f"http://127.0.0.1:{server.server_port}/"


def test_two_servers_have_different_ports_and_tokens(server):
    with PreviewServer(EchoSite()) as other:
        assert other.server_port != server.server_port
        assert other.path != server.path


@pytest.mark.parametrize(
    "path",
    [
        *("/index.html", "/..", "/../pyproject.toml", "/%2e%2e/etc/passwd", "/?x"),
        *("/state", "/x/state", "{}", "{}/", "{}/fill", "{}/state?x", "{}/../state"),
    ],
)
def test_no_other_path_is_known(server, ask, path):
    assert ask("GET", path.format(server.path))[0] == 404


@pytest.mark.parametrize("path", ["/", "/fill", "/x/fill", "{}/state"])
def test_nothing_else_can_be_sent_to(server, ask, path):
    assert ask("POST", path.format(server.path), "{}")[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
def test_no_other_method_is_known(ask, method):
    assert ask(method, "/")[0] == 501


@pytest.mark.parametrize(
    "host",
    ["evil.example:{}", "127.0.0.1", "127.0.0.1.evil.example:{}", "[::1]:{}", ""],
)
def test_another_host_is_refused(server, ask, host):
    for method, path in [("GET", "/"), ("GET", "{}/state"), ("POST", "{}/fill")]:
        named = host.format(server.server_port)
        status, _, text = ask(method, path.format(server.path), Host=named)

        assert status == 403
        assert "Prompts" not in text


def test_two_hosts_are_refused(server):
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\n"

    assert exchange(server, f"{request}Host: evil.example\r\n\r\n") == 403


def test_localhost_is_a_name_of_this_machine(server, ask):
    assert ask("GET", "/", Host=f"LocalHost:{server.server_port}")[0] == 200


def test_a_prompt_is_filled_in(fill):
    status, headers, text = fill()

    assert (status, json.loads(text)) == (200, {"name": "a", "values": {"b": "[1]"}})
    assert headers["Content-Type"] == "application/json"


def test_the_page_itself_may_send(server, fill):
    for host in ("127.0.0.1", "localhost"):
        assert fill(Origin=f"http://{host}:{server.server_port}")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Length": "many"}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "²"}, 411),
        ({"Content_Length": str(MOST_BYTES + 1)}, 413),
        ({"Content_Length": "9" * 5000}, 413),
    ],
    ids=repr,
)
def test_what_the_page_does_not_send_is_refused(server, fill, headers, status):
    assert fill(**headers)[0] == status
    assert server.site.filled == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "1",
        "{}",
        '{"name": 1, "values": {}}',
        '{"name": "a"}',
        '{"name": "a", "values": {"b": 1}}',
        "[" * 9999,
    ],
)
def test_a_body_of_another_form_is_refused(server, fill, body):
    assert fill(body)[0] == 400
    assert server.site.filled == []


def test_a_client_that_hangs_up_is_not_reported(server, ask, capfd):
    for data in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        with socket.create_connection(server.server_address) as client:
            # Closes with an error at the other side.
            linger = struct.pack("ii", 1, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.sendall(data)

    assert ask("GET", "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_line_that_is_too_long_is_refused(server):
    assert exchange(server, f"GET /{'a' * 70_000} HTTP/1.1\r\n\r\n") == 414


def exchange(server, request):
    """Send the bytes of a request, and return the status of the answer."""
    with socket.create_connection(server.server_address) as client:
        client.sendall(request.encode())
        answer = client.makefile("rb").readline()
    return int(answer.split()[1])
