"""Inserting keys into the text of a TOML file."""

import tomllib

import pytest

from hatch_agpm.cli.toml_text import with_key
from hatch_agpm.formats.toml import toml_value

OURS = "hatch-agpm"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["a"]', '["a", "hatch-agpm"]'),
        ("['a']  # why", "['a', \"hatch-agpm\"]  # why"),
        ('["a", ]', '["a", "hatch-agpm" ]'),
        ("[]", '["hatch-agpm"]'),
        ('["a[x]>=1", "b;python_version<\'3\'"]', None),
        ('[\n  "a",\n]', '[\n  "a",\n  "hatch-agpm",\n]'),
        ('[\n  "a"\n]', '[\n  "a",\n  "hatch-agpm",\n]'),
        ('[\n    "a",  # old\n]', '[\n    "a",  # old\n    "hatch-agpm",\n]'),
        ('[\n    "a"  # old\n]', '[\n    "a",  # old\n    "hatch-agpm",\n]'),
        ('[\n    "a",\n    # "b",\n]', None),
        ('[  # ] "\n    "a#b",\n]', None),
        ('[\n\t"a", "b"]', '[\n\t"a", "b", "hatch-agpm"]'),
        ('["a",\n "b",\n]  # end', '["a",\n "b",\n "hatch-agpm",\n]  # end'),
        ('["hatch-agpm"]', '["hatch-agpm"]'),
    ],
)
@pytest.mark.parametrize("after", ["", 'z = 1\n\n[other]\nrequires = ["x"]\n'])
def test_an_array_gets_an_item_and_keeps_its_comments(old, new, after):
    text = f"# top\n[build-system]  # here\nrequires = {old}\n{after}"
    wanted = [*tomllib.loads(text)["build-system"]["requires"]]
    wanted += [OURS] * (OURS not in wanted)
    changed = with_key(text, "[build-system]", "requires", toml_value(wanted))
    assert tomllib.loads(changed)["build-system"]["requires"] == wanted
    if new is not None:
        assert changed == text.replace(old, new)
    for comment in ("# top", "# here", "# old", '# "b",', "# end", "# why"):
        assert (comment in text) == (comment in changed)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("", '[t]\nk = "v"\n\n'),
        ("[t]\nk = [1]\n", '[t]\nk = "v"\n'),
        ("[o]\na = 1\n", '[t]\nk = "v"\n\n[o]\na = 1\n'),
        ("[t]\na = 1\n\n[o]\n", '[t]\na = 1\nk = "v"\n\n[o]\n'),
        ("[t]\nk = 'x'  # c\n", '[t]\nk = "v"  # c\n'),
        ("[t]\nk = 'v'  # c\n", "[t]\nk = 'v'  # c\n"),
        ("[t]\nkk = 'x'\n# k = 1\n", "[t]\nkk = 'x'\n# k = 1\nk = \"v\"\n"),
    ],
)
def test_a_text_is_put_into_its_table(text, changed):
    assert with_key(text, "[t]", "k", '"v"', first=True) == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[{ file = "x" }]', '[{ file = "x" }, { file = "y" }]'),
        ('[{ a = "x", b = "," },]', '[{ a = "x", b = "," }, { file = "y" }]'),
        (
            '[\n  { file = "x" }, # why\n]',
            '[\n  { file = "x" }, # why\n  { file = "y" },\n]',
        ),
    ],
)
def test_an_array_of_tables_gets_one(old, new):
    wanted = [*tomllib.loads(f"x = {old}")["x"], {"file": "y"}]
    text = f"[tool.uv]\ncache-keys = {old}\n"
    changed = with_key(text, "[tool.uv]", "cache-keys", toml_value(wanted))
    assert changed == f"[tool.uv]\ncache-keys = {new}\n"
