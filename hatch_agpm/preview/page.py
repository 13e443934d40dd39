"""The page as one text: HTML with its style, its script and its data."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from hatch_agpm._version import __version__
from hatch_agpm.errors import printable
from hatch_agpm.model.index import as_json

if TYPE_CHECKING:
    from hatch_agpm.preview.model import Preview, PreviewPrompt

__all__ = ["is_preview_page", "render_page"]

_GENERATOR: Final = "hatch-agpm preview"
_MARK: Final = f'<meta name="generator" content="{_GENERATOR}'
"""What pages of this command have near their beginning, and no others."""

_SCRIPTS: Final = (
    "elements.js",
    "texts.js",
    "list.js",
    "search.js",
    "lines.js",
    "values.js",
    "changes.js",
    "prompt.js",
    "overview.js",
    "navigation.js",
)
"""The files of the one script, in their order: the first has "use strict", the last
starts the page."""

_LIVE_SCRIPT: Final = "live.js"
"""What a page of `preview --serve` has after them."""

_BEGINNING: Final = 2_000
_SLOT: Final = re.compile(r"\{\{ (\w+) \}\}")


def render_page(preview: Preview, *, server: str = "", version: int = 0) -> str:
    """
    Return the page as HTML, in ASCII; equal values give equal texts.

    The page makes no request.  With `server`, the path at which `hatch-agpm preview
    --serve` answers, it may make requests to its own origin, and asks whether there is
    a newer one than `version`.
    """
    scripts = (*_SCRIPTS, _LIVE_SCRIPT) if server else _SCRIPTS
    style, script = _asset("page.css"), "\n".join(map(_asset, scripts))
    data = {
        "server": server,
        "version": version,
        **as_json(preview),
        "prompts": [_stored_once(each) for each in preview.prompts],
    }
    slots = {
        "policy": _policy(style, script, is_served=bool(server)),
        "generator": html.escape(f"{_GENERATOR} {__version__}"),
        "title": html.escape(printable(preview.title)),
        "style": style,
        "script": script,
        "data": _json(data),
    }
    page = _SLOT.sub(lambda match: slots[match[1]], _asset("page.html"))
    return page.encode("ascii", "xmlcharrefreplace").decode()


def is_preview_page(text: str) -> bool:
    """Tell whether a text is a page that this command has written."""
    return _MARK in text[:_BEGINNING]


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text("utf-8")


def _stored_once(prompt: PreviewPrompt) -> dict[str, Any]:
    """Return a prompt as JSON values, without the lines that files of the page have."""
    stored: dict[str, Any] = as_json(prompt)
    if prompt.text is not None and prompt.origins:
        lines = prompt.text.split("\n")
        stored["text"] = None
        stored["printed_lines"] = [
            line
            for each in prompt.origins
            if each.is_printed
            for line in lines[each.line - 1 : each.line - 1 + each.count]
        ]
    return stored


def _json(data: object) -> str:
    """Return data as JSON in ASCII, in which nothing can end a script element."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for character in "<>&\x7f":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(style: str, script: str, *, is_served: bool) -> str:
    """Return a Content-Security-Policy that allows these two texts, and no request."""
    requests = "'self'" if is_served else "'none'"
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            f"connect-src {requests}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
