"""
Serves a page to browsers on this machine, for `preview --serve`.

Answers three requests: `GET /` with the page; below a path that only this page knows,
`GET state` with what the page asks for again and again, and `POST fill` with the text
of a prompt for given values.  Listens on the loopback address alone.  A page of another
site, which a browser may have open beside this one, can neither read an answer nor
cause anything: it does not know the path, and the host and the origin of a request must
be those of the page.
"""

from __future__ import annotations

import json
import secrets
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Protocol

from hatch_agpm._version import __version__
from hatch_agpm.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    _Answer = Callable[[], tuple[str, str]]
    """Returns the type and the text of an answer."""

__all__ = ["MOST_BYTES", "PreviewServer", "Site"]

ADDRESS: Final = "127.0.0.1"
MOST_BYTES: Final = 1 << 23
"""The size of the largest body of a request."""

_HTML: Final = "text/html; charset=utf-8"
_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Site(Protocol):
    """What is served; its methods are called by several threads."""

    def page(self, path: str) -> str:
        """Return the page, which sends its requests to `path` and below."""

    def state(self) -> Mapping[str, object]:
        """Return what the page has to know of the files as they are now."""

    def fill(self, name: str, values: Mapping[str, str]) -> Mapping[str, object]:
        """Return the text of a prompt with some values, or what is wrong with them."""


class PreviewServer(ThreadingHTTPServer):
    """Serves a site at `url`, until `shutdown` or an interruption."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, site: Site) -> None:
        self.site = site
        self.path = f"/{secrets.token_urlsafe(32)}"
        try:
            super().__init__((ADDRESS, 0), _Handler)
        except OSError as error:
            what = f"cannot listen on {ADDRESS}: {error.strerror}"
            hint = "write the page into a file: preview --output FILE"
            raise BundleError("preview --serve", what, hint) from None

    def server_bind(self) -> None:
        """Bind without the base class's look-up of a host name, which can take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> set[str]:
        """The names by which a browser may ask for the page."""
        return {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what failed, but not a client that hung up."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _RefusedError(Exception):
    """A request that is not answered."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; the connection is closed after it."""

    server: PreviewServer
    timeout = 30

    def do_GET(self) -> None:
        self._answer({"/": self._page, f"{self.server.path}/state": self._state})

    def do_POST(self) -> None:
        self._answer({f"{self.server.path}/fill": self._fill})

    def version_string(self) -> str:
        """Return the name of the server, without the version of Python."""
        return f"hatch-agpm/{__version__}"

    def log_message(self, *_: object) -> None:
        """Log nothing: the page asks for its state every second."""

    def _answer(self, paths: Mapping[str, _Answer]) -> None:
        try:
            self._check_host()
            self._check_origin()
            kind, text = paths.get(self.path, _nothing)()
        except _RefusedError as refusal:
            self._send(refusal.status, _TEXT, f"{refusal}\n")
        else:
            self._send(HTTPStatus.OK, kind, text)

    def _check_host(self) -> None:
        """Refuse the names of other machines, which may lead to this one by DNS."""
        named = self.headers.get_all("Host", [])
        if len(named) != 1 or named[0].lower() not in self.server.hosts:
            raise _RefusedError(HTTPStatus.FORBIDDEN, f"ask for {self.server.url}")

    def _page(self) -> tuple[str, str]:
        return _HTML, self.server.site.page(self.server.path)

    def _state(self) -> tuple[str, str]:
        return _JSON, json.dumps(self.server.site.state())

    def _fill(self) -> tuple[str, str]:
        request = self._body()
        name, values = request.get("name"), _texts(request.get("values"))
        if not isinstance(name, str) or values is None:
            reason = "the body needs a 'name' and 'values', which are texts by name"
            raise _RefusedError(HTTPStatus.BAD_REQUEST, reason)
        return _JSON, json.dumps(self.server.site.fill(name, values))

    def _check_origin(self) -> None:
        """Refuse what the page of another site sends."""
        origin = self.headers.get("Origin", "")
        if origin and origin.lower() not in {
            f"http://{host}" for host in self.server.hosts
        }:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "this is not for other sites")

    def _body(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object."""
        if self.headers.get_content_type() != _JSON:
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {_JSON}")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "send Content-Length")
        if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
            reason = f"the body may have {MOST_BYTES} bytes"
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
        try:
            document = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise _RefusedError(
                HTTPStatus.BAD_REQUEST, "the body must be a JSON object"
            )
        return document

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        # A lone surrogate of a prompt cannot be encoded.
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _nothing() -> tuple[str, str]:
    raise _RefusedError(HTTPStatus.NOT_FOUND, "there is no such page")


def _texts(values: object) -> dict[str, str] | None:
    """Return texts by name, None for something else."""
    if not isinstance(values, dict):
        return None
    texts = {str(name): value for name, value in values.items()}
    return texts if all(isinstance(each, str) for each in texts.values()) else None
