"""
Random templates with random types and values, through whole bundles.

The judge is the real engine that gets the values; the copied reader has to give its
text.  Many prompts are in one bundle, because a bundle takes long to build.
"""

import json
import os
import random
import re
import shutil
import types
from collections import Counter
from pathlib import Path

import pytest
from grammar import templates
from hypothesis import HealthCheck, Phase, given, seed, settings
from oracle import Oracle
from random_bundles import filled, inline, module_of, plain, rendered

from hatch_agpm.tera import TemplateError, render

DATA = Path(__file__).parents[2] / "data"
CONTEXT = json.loads((DATA / "tera_context.json").read_text())
SEED = int(os.environ.get("TERA_FUZZ_SEED", "22"))
LATER = "for run time"
SCALARS = ["str", "int", "float", "bool"]
TEXTS = ["", "a", "World", "two\nlines", "x\r\n", "é", "{{ n }}", "<b>", "5", "\t y "]
INTEGERS = [0, 1, -1, 2, 7, 2**31, -(2**63), 2**63, 2**64 - 1]
FLOATS = [0.0, -0.5, 1.5, 2.0, 1e21, 1e-7, 0.1, 3]
PER_BUNDLE = 100
CALLS = 2


# --- types and values -----------------------------------------------------------------


def kind_of(value, chance):
    """Return a type that has this value, or now and then another one; None without."""
    if isinstance(value, list):
        kinds = [kind_of(each, chance) for each in value[:1]] or ["str"]
        return None if None in kinds or not is_uniform(value) else kinds
    if isinstance(value, dict):
        fields = {name: kind_of(each, chance) for name, each in value.items()}
        is_record = fields and all(map(str.isidentifier, fields))
        return fields if is_record and None not in fields.values() else None
    name = "str" if value is None else type(value).__name__
    name = chance.choice(SCALARS) if chance.random() < 0.1 else name
    is_optional = value is None or chance.random() < 0.1
    return f"{name} | None" if is_optional else name


def is_uniform(items):
    """Tell whether one type fits all items, but for None in the fields of records."""
    if all(isinstance(each, dict) for each in items):
        return len({tuple(each) for each in items}) <= 1
    return len({type(each) for each in items}) <= 1


def value_of(kind, chance):
    """Return a value of a type, as a caller gives it."""
    if isinstance(kind, list):
        items = [value_of(kind[0], chance) for _ in range(chance.choice([0, 1, 2, 3]))]
        return tuple(items) if chance.random() < 0.2 else items
    if isinstance(kind, dict):
        fields = {name: value_of(each, chance) for name, each in kind.items()}
        return types.SimpleNamespace(**fields) if chance.random() < 0.2 else fields
    name, _, optional = kind.partition(" | ")
    if optional and chance.random() < 0.5:
        return None
    values = {"str": TEXTS, "int": INTEGERS, "float": FLOATS, "bool": [True, False]}
    return chance.choice(values[name])


class Sample:
    """A template with the types of its run-time variables and what else it has."""

    def __init__(self, number, body, chance):
        self.name = f"p{number}"
        # Files have other line ends; a text that ends in a tag may be trimmed.
        self.body = f"x{body}x".replace("\r\n", "\n")
        self.kinds, self.known, self.defaults = {}, {}, {}
        for name, value in CONTEXT.items():
            if name == "agpm" or not re.search(rf"\b{name}\b", body):
                continue
            kind = kind_of(value, chance)
            if kind is not None and chance.random() < 0.8:
                self.kinds[name] = kind
                if (
                    isinstance(kind, str)
                    and "None" not in kind
                    and chance.random() < 0.2
                ):
                    default = value_of(kind, chance)
                    # The frontmatter is a template, too.
                    self.defaults[name] = "a" if default == "{{ n }}" else default
            elif inline(value) is not None:
                self.known[name] = value
        self.calls = [
            {
                name: value_of(kind, chance)
                for name, kind in self.kinds.items()
                if name not in self.defaults or chance.random() < 0.5
            }
            for _ in range(CALLS)
        ]

    @property
    def text(self):
        declared = {
            name: {"type": kind, "default": self.defaults[name]}
            if name in self.defaults
            else {"type": kind}
            for name, kind in self.kinds.items()
        }
        runtime = f"  runtime: {json.dumps(declared)}\n" if declared else ""
        return f"---\nagpm:\n  templating: true\n{runtime}---\n{self.body}"

    @property
    def entry(self):
        known = inline(self.known)
        return f'{self.name} = {{ path = "{self.name}.md", template_vars = {known} }}\n'

    def context(self, values):
        return plain({**self.known, **self.defaults, **values})


# --- building and comparing -----------------------------------------------------------


def judged(engines, sample, values):
    """Return the texts that the engines give, which differ in rare floats."""
    context = sample.context(values)
    return {each.render(sample.body, context) for each in engines} - {None}


def compare(root, engines, samples, counts):
    root.mkdir()
    for sample in samples:
        (root / f"{sample.name}.md").write_text(sample.text, "utf-8", newline="")
    resources, refused = rendered(root, samples)
    module = module_of(root, resources)
    programs = {each.alias for each in resources if each.program}
    for sample in samples:
        expected = [judged(engines, sample, values) for values in sample.calls]
        if sample.name in refused:
            kind = "later" if LATER in refused[sample.name] else "refused"
            counts[kind if all(expected) else "fails"] += 1
            if kind == "refused" and all(expected):
                counts[refused[sample.name]] += 1
            continue
        prompt = module.agents[sample.name]
        for values, texts in zip(sample.calls, expected, strict=True):
            text = filled(prompt, values)
            if not texts:
                assert text is None, (sample.text, values)
                counts["fails"] += 1
                continue
            if text is None:
                # What a build with the values refuses as well, by a rule of ours.
                with pytest.raises(TemplateError):
                    render(sample.body, sample.context(values))
                counts["refused calls"] += 1
                continue
            assert text in texts, (sample.text, values)
            assert "".join(part for part, _ in prompt.parts(**values)) == text
            counts["same"] += 1
            counts["programs"] += sample.name in programs


def compared(root, engines, examples):
    drawn = []

    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(templates)
    def draw(source):
        if "agpm" not in source:
            drawn.append(source)

    draw()
    chance = random.Random(SEED)
    samples = [Sample(i, body, chance) for i, body in enumerate(drawn)]
    counts = Counter()
    for start in range(0, len(samples), PER_BUNDLE):
        batch = samples[start : start + PER_BUNDLE]
        compare(root / f"bundle{start}", engines, batch, counts)
        shutil.rmtree(root / f"bundle{start}")
    return counts


@pytest.fixture(scope="module")
def engines():
    made = [Oracle("teraplate"), Oracle("pytera")]
    yield made
    for each in made:
        each.close()


def test_random_prompts_of_a_bundle_are_what_the_engine_renders(tmp_path, engines):
    counts = compared(tmp_path, engines, 60)
    assert counts["same"] > 10
    assert counts["programs"] > 5


@pytest.mark.slow
def test_many_random_prompts_are_what_the_engine_renders(tmp_path, engines):
    # 5,000 are compared in test_folding.py; each of these is in a bundle and read back.
    examples = int(os.environ.get("TERA_FUZZ_EXAMPLES", "1000"))
    counts = compared(tmp_path, engines, examples)
    refused = counts["refused"] + counts["refused calls"] / CALLS
    share = refused / (counts["same"] / CALLS + counts["later"] + refused)
    print(f"{share:.1%} refused", dict(counts))  # noqa: T201 - the share is of interest
    assert counts["programs"] > examples / 5
    assert share <= 0.05
