"""The page is one text that no prompt can leave, and that makes no request."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from hatch_agpm.preview import Preview, is_preview_page, render_page
from hatch_agpm.preview.model import PreviewFile, PreviewPrompt

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]>&lt;&#60;&amp;<\\/script>",
    "\u2028\u2029\x00\x1b[31m\x7f\x85\ufeff\ufffe",
    "\u202eevil\u2066 \U000e0041 caf\u00e9 \U0001f600",
    "{{ data }} {{ script }} \\u003c \\1 \\g<0>",
    '"><img src=x onerror=alert(1)>',
]


class Elements(HTMLParser):
    """Notes the elements of a page, and the texts of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.texts = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.found and self.found[-1][0] in {"script", "style"} and data.strip():
            self.texts.append((self.found[-1], data))


def preview_of(text, **options):
    prompt = PreviewPrompt(
        name=text,
        type="prompt",
        is_exported=False,
        size=1,
        text=text,
        metadata={text: [text]},
    )
    return Preview(
        title=text,
        counted_by="bytes/4",
        files=(PreviewFile(path=text, text=text),),
        prompts=(prompt,),
        **options,
    )


def data_of(page):
    (text,) = (
        text
        for (_, attributes), text in Elements(page).texts
        if attributes.get("id") == "data"
    )
    return json.loads(text)


def policy_of(page):
    (found,) = (
        attributes["content"]
        for tag, attributes in Elements(page).found
        if tag == "meta" and attributes.get("http-equiv")
    )
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_cannot_leave_the_data_of_the_page(text):
    page = render_page(preview_of(text))

    plain = Elements(render_page(preview_of("x")))
    assert [tag for tag, _ in Elements(page).found] == [tag for tag, _ in plain.found]
    data = data_of(page)
    assert data["title"] == data["prompts"][0]["text"] == data["files"][0]["text"]
    assert data["title"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_is_in_ascii_without_control_characters(text):
    page = render_page(preview_of(text))

    assert page.isascii()
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", page) == []


def test_lone_surrogates_in_metadata_are_kept_as_escapes():
    assert data_of(render_page(preview_of("\udc80")))["title"] == "\udc80"


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_no_request():
    page = render_page(preview_of("x"))

    policy = policy_of(page)
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    for (tag, attributes), text in Elements(page).texts:
        if attributes.get("id") != "data":
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy


def test_a_page_that_is_served_may_make_requests_to_its_own_origin():
    page = render_page(preview_of("x"), server="/live")

    assert "connect-src 'self'" in policy_of(page)
    assert data_of(page)["server"] == "/live"


def test_nothing_in_the_page_names_another_place():
    page = render_page(preview_of("x"))

    attributes = [each for _, found in Elements(page).found for each in found.items()]
    assert {"src", "srcset", "action"}.isdisjoint(dict(attributes))
    links = [value for name, value in attributes if name == "href"]
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"https?:|url\(|@import", page)


def script_of(page):
    (found,) = (
        text
        for (tag, attributes), text in Elements(page).texts
        if tag == "script" and not attributes
    )
    return found


@pytest.mark.parametrize("server", ["", "/live"])
def test_the_script_makes_no_html_of_texts(server):
    script = script_of(render_page(preview_of("x"), server=server))

    banned = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\("
    assert not re.search(banned, script)


@pytest.mark.parametrize("server", ["", "/live"])
def test_every_file_of_the_script_is_in_it_once(server):
    assets = files("hatch_agpm.preview") / "assets"
    script = script_of(render_page(preview_of("x"), server=server))

    written = {
        each.name: each.read_text("utf-8")
        for each in assets.iterdir()
        if each.name.endswith(".js")
    }
    assert {name: script.count(text) for name, text in written.items()} == {
        **dict.fromkeys(written, 1),
        "live.js": 1 if server else 0,
    }
    assert script.startswith('"use strict";\n')
    assert script.count('"use strict"') == 1


def test_equal_values_give_equal_pages():
    assert render_page(preview_of("x")) == render_page(preview_of("x"))


def test_a_page_of_the_command_is_known_by_its_beginning():
    assert is_preview_page(render_page(preview_of("x")))
    assert not is_preview_page("<html><body>hatch-agpm preview</body></html>")
