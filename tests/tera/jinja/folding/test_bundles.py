"""
Random templates of Jinja2 with declared variables and with undeclared ones, in bundles.

The judge is Jinja2 with the values; the copied reader has to give its text.
"""

import inspect
import json
import os
import random
import shutil
from collections import Counter

import pytest
from jinja_grammar import KINDS, case, value_of
from random_bundles import filled, inline, module_of, rendered

from hatch_agpm.tera import TemplateError, TeraEnvironment

SEED = int(os.environ.get("JINJA_FUZZ_SEED", "0"))
LATER = "for run time"
ENVIRONMENT = TeraEnvironment()
PER_BUNDLE = 100


class Sample:
    """A template, which of its variables are known, and the values of two calls."""

    def __init__(self, seed):
        source, context = case(seed)
        chance = random.Random(seed)
        self.name = f"p{seed}"
        # Files have other line ends; Jinja2 removes a last one.
        self.body = f"x{source}x".replace("\r\n", "\n")
        self.is_declared = chance.random() < 0.7
        share = chance.choice([0.5, 0.8, 1])
        self.known = {
            name: value
            for name, value in context.items()
            if inline(value) is not None and chance.random() > share
        }
        others = {
            name: value_of(kind, chance)
            for name, kind in KINDS.items()
            if name in context
        }
        open_names = context.keys() - self.known.keys()
        self.calls = [
            {name: values[name] for name in sorted(open_names)}
            for values in (context, others)
        ]

    @property
    def text(self):
        if not self.is_declared:
            return self.body
        declared = {name: {"type": KINDS[name]} for name in self.calls[0]}
        runtime = f"  runtime: {json.dumps(declared)}\n" if declared else ""
        return f"---\nagpm:\n  templating: jinja2\n{runtime}---\n{self.body}"

    @property
    def entry(self):
        known = inline(self.known)
        options = f'path = "{self.name}.md", template_vars = {known}'
        if not self.is_declared:
            options += ', templating = "jinja2", runtime = "undeclared"'
        return f"{self.name} = {{ {options} }}\n"

    def judged(self, values):
        """Return what Jinja2 gives for the values of a call, None where it fails."""
        try:
            template = ENVIRONMENT.template(self.body, dialect="jinja2")
            return template.render({**self.known, **values})
        except TemplateError:
            return None


def compare(root, samples, counts):
    root.mkdir()
    for sample in samples:
        (root / f"{sample.name}.md").write_text(sample.text, "utf-8", newline="")
    resources, refused = rendered(root, samples, "pyproject.toml")
    module = module_of(root, resources)
    programs = {each.alias for each in resources if each.program}
    for sample in samples:
        expected = [sample.judged(values) for values in sample.calls]
        if sample.name in refused:
            kind = "later" if LATER in refused[sample.name] else "refused"
            counts[kind if None not in expected else "fails"] += 1
            continue
        prompt = module.agents[sample.name]
        # A file without declarations and without names is a text.
        takes_values = bool(inspect.signature(prompt).parameters)
        for call, text in zip(sample.calls, expected, strict=True):
            values = call if takes_values else {}
            if text is not None and " at 0x" in text:
                continue
            assert filled(prompt, values) == text, (sample.text, sample.known, values)
            counts["same" if text is not None else "fails"] += 1
            counts["programs"] += text is not None and sample.name in programs
            if text is not None:
                assert "".join(part for part, _ in prompt.parts(**values)) == text
    return counts


def compared(root, examples):
    counts = Counter()
    for start in range(SEED, SEED + examples, PER_BUNDLE):
        samples = [
            Sample(seed)
            for seed in range(start, min(start + PER_BUNDLE, SEED + examples))
        ]
        compare(root / f"bundle{start}", samples, counts)
        shutil.rmtree(root / f"bundle{start}")
    return counts


def test_random_prompts_of_a_bundle_are_what_jinja2_renders(tmp_path):
    counts = compared(tmp_path, 40)
    assert counts["same"] > 20
    assert counts["programs"] > 10


@pytest.mark.slow
def test_many_random_prompts_are_what_jinja2_renders(tmp_path):
    examples = int(os.environ.get("JINJA_FUZZ_EXAMPLES", "1000"))
    counts = compared(tmp_path, examples)
    print(dict(counts))  # noqa: T201 - the share that is refused is of interest
    assert counts["programs"] > examples / 5
    assert counts["refused"] <= (counts["same"] / 2 + counts["refused"]) / 20
