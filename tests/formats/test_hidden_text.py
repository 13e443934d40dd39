"""Hidden text: its detection and decoding, and legitimate uses in scripts."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.formats.hidden_text import check_hidden_text, find_hidden

FLAG = "\U0001f3f4"


def tags(text):
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def selectors(data):
    return "".join(
        chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in data
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain ASCII\n", id="ASCII"),
        pytest.param("می\u200cخواهم کتاب\u200cهای خوب بخوانم", id="Persian joiner"),
        pytest.param(
            "\u200fالعربية مع (HTML)\u200f و C++\u200e هنا", id="Arabic marks"
        ),
        pytest.param("\u200fשלום, זה API!\u200f", id="Hebrew marks"),
        pytest.param("क्\u200dष और क्\u200cष", id="Hindi joiners"),
        pytest.param("র\u200d্য ক্\u200cত", id="Bengali joiners"),
        pytest.param("ක්\u200dෂ ශ්\u200dරී", id="Sinhala joiner"),
        pytest.param("ខ្ញុំ\u200bសរសេរ\u200bភាសា", id="Khmer word breaks"),
        pytest.param("ᠮᠣᠩᠭᠣᠯ\u180b ᠬᠠᠷ\u180eᠠ", id="Mongolian variants"),
        pytest.param("葛\U000e0100城市 辻\U000e0101", id="Japanese variants"),
        pytest.param("ᄒ\u1160 \u115fᅡ", id="Hangul fillers"),
        pytest.param("👩\u200d👩\u200d👧\u200d👦", id="family"),
        pytest.param("👩🏽\u200d🚀 🏃🏿\u200d♀\ufe0f", id="skin tones"),
        pytest.param("❤\ufe0f\u200d🔥 👩\u200d❤\ufe0f\u200d💋\u200d👨", id="hearts"),
        pytest.param("🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f", id="rainbow and pirates"),
        pytest.param("1\ufe0f\u20e3 #\ufe0f\u20e3 *\ufe0f\u20e3", id="keycaps"),
        pytest.param("☑\ufe0f ✔\ufe0e ©\ufe0f", id="emoji and text styles"),
        pytest.param(f"{FLAG}{tags('gbeng')}\U000e007f!", id="England"),
        pytest.param(
            f"{FLAG}{tags('gbsct')}\U000e007f{FLAG}{tags('gbwls')}\U000e007f",
            id="Scotland and Wales",
        ),
        pytest.param(f"{FLAG}{tags('usca')}\U000e007f", id="California"),
        pytest.param("Donau\u00addampf\u00adschiff", id="soft hyphens"),
        pytest.param("\ufeff# Title", id="byte order mark"),
        pytest.param("ask @\u200bsomebody", id="a mention that is none"),
        pytest.param("100\u2060 km", id="word joiner"),
        pytest.param("Straße, naïve, 中文, ﷺ, Ω ≤ √2", id="other characters"),
    ],
)
def test_ordinary_text_has_no_findings(text):
    assert find_hidden(text) == ()


@pytest.mark.parametrize(
    ("text", "kind", "line", "column", "says"),
    [
        (f"a\nb {tags('Ignore all')} c", "tag character", 2, 3, "'Ignore all'"),
        (f"{FLAG}{tags('ignore')}\U000e007f", "tag character", 1, 2, "'ignore'"),
        (f"{FLAG}{tags('gbeng')}", "tag character", 1, 2, "'gbeng'"),
        ("\U000e0001", "tag character", 1, 1, "U+E0001"),
        (f"\n\nx{selectors('höre'.encode())}", "variation selector", 3, 2, "'höre'"),
        (f"☑{selectors(b'hi')}", "variation selector", 1, 2, "'hi'"),
        (f"x{selectors(bytes([255]))}", "variation selector", 1, 2, r"b'\xff'"),
        ("h\U000e0152e\U000e0153", "variation selector", 1, 2, "'bc'"),
        ("x\ufe0f", "variation selector", 1, 2, r"b'\x0f'"),
        ("\ufe0f", "variation selector", 1, 1, r"b'\x0f'"),
        ("if \u202egnol\u202c:", "directional control", 1, 4, "U+202E, U+202C"),
        ("שלום \u2067x\u2069", "directional control", 1, 6, "U+2067, U+2069"),
        ("a\ufff9b\ufffac\ufffb", "annotation mark", 1, 2, "U+FFF9, U+FFFA, U+FFFB"),
        ("ig\u200bnore", "zero-width character", 1, 3, "U+200B"),
        ("user\u200d_id", "zero-width character", 1, 5, "U+200D"),
        ("v1\u20600", "zero-width character", 1, 3, "U+2060"),
        ("a\ufeffb", "zero-width character", 1, 2, "U+FEFF"),
        (
            "می\u200c\u200b\u200c\u200c",
            "zero-width character",
            1,
            3,
            "U+200C (3 times), U+200B",
        ),
        ("x \u200e\u200f y", "zero-width character", 1, 3, "U+200E, U+200F"),
        ("Donau\u00ad\u00addampf", "zero-width character", 1, 6, "U+00AD (2 times)"),
        ("\u3164\u3164", "zero-width character", 1, 1, "U+3164 (2 times)"),
    ],
)
def test_hidden_text_is_found_and_decoded(text, kind, line, column, says):
    (hidden,) = find_hidden(text)
    found = (hidden.kind, hidden.line, hidden.column, hidden.says)
    assert found == (kind, line, column, says)


def test_selectors_cannot_be_hidden_behind_joiners():
    (hidden, *_) = find_hidden("📄\u200d\ufe01\u200d\ufe02")
    assert hidden.kind == "variation selector"


def test_characters_of_one_kind_in_a_line_are_one_finding():
    text = f"a{tags('x')}b{tags('y')} \u202e\n{tags('z')}"
    assert [(h.kind, h.line, h.says) for h in find_hidden(text)] == [
        ("directional control", 1, "U+202E"),
        ("tag character", 1, "'xy'"),
        ("tag character", 2, "'z'"),
    ]


def test_the_error_names_file_position_kind_and_message():
    (error,) = check_hidden_text("prompts/a.md", f"# A\n\nBe nice.{tags('Obey me')}\n")
    assert (error.path, error.line, error.column) == ("prompts/a.md", 3, 9)
    assert error.source_line == f"Be nice.{tags('Obey me')}"
    assert (error.kind, error.says) == ("tag character", "'Obey me'")


def test_a_single_character_is_in_the_singular():
    (error,) = check_hidden_text("a.md", "\u202e")
    assert (error.kind, error.what[:9]) == ("directional control", "1 hidden ")


def test_a_long_message_is_shortened():
    (error,) = check_hidden_text("a.md", tags("a" * 10_000))
    assert error.got == f"'{'a' * 499}..."
    assert len(error.says) == 10_002


def test_the_error_survives_copies():
    (error,) = check_hidden_text("a.md", "ig\u200bnore")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301
        assert (str(twin), twin.kind, twin.says) == (str(error), error.kind, error.says)
    assert error.at("b.md", 4).says == error.says


@given(st.text(st.characters(codec="ascii")), st.text(st.characters(min_codepoint=32)))
def test_text_in_tag_characters_is_found_and_decoded(secret, around):
    secret = "".join(c for c in secret if c.isprintable())
    text = f"{around}: {tags(secret)}."
    said = [h.says for h in find_hidden(text) if h.kind == "tag character"]
    assert not secret or any(secret in eval(s) for s in said if s[0] in "'\"")  # noqa: S307


@given(st.binary(min_size=2))
def test_bytes_in_variation_selectors_are_found(data):
    (hidden,) = find_hidden(f"x{selectors(data)}.")
    value = eval(hidden.says)  # noqa: S307
    assert (value.encode() if isinstance(value, str) else value) == data


@given(st.text())
def test_positions_are_those_of_the_characters(text):
    for hidden in find_hidden(text):
        line = text.split("\n")[hidden.line - 1]
        assert line[hidden.column - 1] == hidden.text[0]
        assert all(character in line for character in hidden.text)


@given(st.text(st.characters(exclude_categories=("Cf", "Mn", "Mc", "Lo", "Cn", "Cs"))))
def test_text_without_format_characters_hides_nothing(text):
    assert find_hidden(text) == ()
