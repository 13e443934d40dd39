"""Portable frontmatter: its text, and that every parser reads the same values."""

import json
import re

import strictyaml
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hatch_agpm.export.profile import (
    AGENT_KEYS,
    COMMAND_KEYS,
    SKILL_KEYS,
    as_written,
    portable_frontmatter,
)
from hatch_agpm.formats.yaml import load

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
"""Texts of all characters that UTF-8 can encode, including control characters."""

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16)
FIELDS = st.dictionaries(
    st.sampled_from([*SKILL_KEYS, *AGENT_KEYS, *COMMAND_KEYS]).filter(
        "metadata".__ne__
    ),
    TEXTS,
    min_size=1,
)
TRICKY = st.text(st.sampled_from("-\n\r\t \"'\\:#[]{}&*!|>%@`\x00\x85\u2028\ufeff🎣é"))


def frontmatter_of(block):
    """The text between the rules, extracted as strictly as by any reader."""
    return re.fullmatch(r"---\n((?:.*\n)*?)---\n", block)[1]


def test_a_skill_is_written_in_the_order_of_the_specification():
    fields = {
        "allowed-tools": ["Read", "Bash(git add *)"],
        "metadata": {
            "version": 1.5,
            "stable": True,
            "yes": "no",
            "a b": "c",
            "x": None,
        },
        "license": "MIT",
        "description": 'Mends nets "knots": # { [ & * @ ` % |\n🎣',
        "compatibility": None,
        "name": "mx-nets",
    }
    assert portable_frontmatter(fields) == (
        "---\n"
        'name: "mx-nets"\n'
        'description: "Mends nets \\"knots\\": # { [ & * @ ` % |\\n🎣"\n'
        'license: "MIT"\n'
        "metadata:\n"
        '  version: "1.5"\n'
        '  stable: "true"\n'
        '  "yes": "no"\n'
        '  "a b": "c"\n'
        'allowed-tools: "Read Bash(git add *)"\n'
        "---\n"
    )


def test_an_agent_keeps_its_tools_and_permissions():
    fields = {
        "model": "opus",
        "tools": ["Read", "Grep"],
        "description": "d",
        "name": "a",
    }
    assert portable_frontmatter(fields) == (
        '---\nname: "a"\ndescription: "d"\ntools: "Read, Grep"\nmodel: "opus"\n---\n'
    )


def test_an_empty_field_is_not_written():
    assert portable_frontmatter({"metadata": {}, "license": None}) == "---\n---\n"


def test_scalars_keep_their_spelling():
    document = load("a: 1.10\nb:\n  c: TRUE\n  d: [0x1]\ne: [007, x]\nf:\ng: ~\nh: yes")
    assert as_written(document) == {
        "a": "1.10",
        "b": {"c": "TRUE", "d": [1]},
        "e": ["007", "x"],
        "f": None,
        "g": None,
        "h": "yes",
    }
    assert as_written(load("a sentence")) == {}


@given(FIELDS)
def test_every_parser_reads_the_same_texts(fields):
    assert_read_back(fields)


@given(st.dictionaries(KEYS, TEXTS, min_size=1), TRICKY)
def test_every_parser_reads_the_same_metadata(metadata, text):
    assert_read_back({"description": text, "metadata": metadata})


def assert_read_back(fields):
    block = portable_frontmatter(fields)
    block.encode()
    text = frontmatter_of(block)
    assert "---" not in text
    assert load(text).value == fields
    assert yaml.load(text, yaml.SafeLoader) == fields
    assert yaml.load(text, yaml.CSafeLoader) == fields
    assert strictyaml.load(text).data == fields
    # A reader that parses single lines finds one for each scalar.
    texts = [text for text in fields.values() if isinstance(text, str)]
    texts += fields.get("metadata", {}).values()
    lines = [value_of(line) for line in text.split("\n")[:-1]]
    assert sorted(json.loads(value) for value in lines if value) == sorted(texts)


def value_of(line):
    line = line.removeprefix("  ")
    quoted = line.startswith('"')
    end = json.JSONDecoder().raw_decode(line)[1] if quoted else line.index(":")
    assert line[end] == ":"
    return line[end + 1 :].removeprefix(" ")
