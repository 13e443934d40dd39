"""Rendering what changed gives, byte for byte, what rendering the whole does."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from editable_project import bundle_of

from hatch_agpm.build.editable.record import RenderingRecord, input_records
from hatch_agpm.build.plan import plan_refresh
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext

TABLE = """
[project]
name = "pkg"
version = "1.0"
[tool.hatch-agpm]
output = "pkg/prompts"
[tool.hatch-agpm.commands]
deploy = "tasks/deploy.md"
"""
AGENTS = [f"prompts/agents/{name}.md" for name in ("lead", "team/one", "team/two")]
SNIPPETS = [f"prompts/snippets/{name}.md" for name in ("a", "b", "c")]
COMMAND = "tasks/deploy.md"
SKILL = "prompts/skills/net/SKILL.md"
TEMPLATES = [*AGENTS, *SNIPPETS, COMMAND, SKILL]
EMBEDDED = ["docs/rules.md", "docs/more.md"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/hatch-agpm"


class Author:
    """Writes random templates, most of them right."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - repeatable

    def template(self, path):
        choose = self.random.random
        lines = ["---"]
        if path == SKILL:
            lines += ["name: net", "description: Nets."]
        lines.append("agpm:")
        lines.append("  templating: true")
        if choose() < 0.15 and path != SKILL:
            lines += ["  runtime:", "    who: str"]
        if choose() < 0.1:
            lines.append(f"mode: {self.random.randint(1, 3)}")
        if choose() < 0.1 and path != SKILL:
            lines.append(f"description: Kind {self.random.randint(1, 2)}.")
        used = self.used(path)
        if used:
            lines += ["dependencies:", "  snippets:"]
            option = ", install: false" if choose() < 0.2 else ""
            lines += [f"    - {{path: {each}, name: n{i}{option}}}" for i, each in used]
        lines.append("---")
        lines += self.body([i for i, _ in used], "who: str" in "\n".join(lines))
        return "\n".join(lines) + "\n"

    def used(self, path):
        """Snippets use later ones only, so that there are no cycles."""
        first = SNIPPETS.index(path) + 1 if path in SNIPPETS else 0
        # The paths of a skill start beside its directory.
        up = "../" * (path.count("/") - (path == SKILL))
        return [
            (number, up + SNIPPETS[number])
            for number in range(first, len(SNIPPETS))
            if self.random.random() < 0.5
        ]

    def body(self, numbers, has_variable):
        texts = [f"Text {self.random.randint(1, 4)}."]
        texts += [f"{{{{ agpm.deps.snippets.n{i}.content }}}}" for i in numbers]
        if self.random.random() < 0.2:
            texts.append(f"{{{{ '{self.random.choice(EMBEDDED)}' | content }}}}")
        if has_variable:
            texts.append("{% if who == 'me' %}I{% else %}{{ who }}{% endif %}")
        if self.random.random() < 0.05:
            texts.append("{{ missing.name }}")
        return texts

    def edited(self, text, path):
        """A template with another body, or another template."""
        if self.random.random() < 0.6:
            return f"{text}More {self.random.randint(1, 9)}.\n"
        return self.template(path)

    def edit(self, root):
        """Change one or two files of a project."""
        for _ in range(self.random.choice([1, 1, 1, 2])):
            path = self.random.choice([*TEMPLATES, *TEMPLATES, *EMBEDDED])
            file = root / path
            if path in TEMPLATES:
                text = self.edited(file.read_text("utf-8"), path)
            else:
                text = f"Rules {self.random.randint(1, 9)}.\n"
            file.write_text(text, encoding="utf-8")
        if self.random.random() < 0.05:
            file = root / f"prompts/agents/new{self.random.randint(1, 9)}.md"
            file.write_text("New.\n", encoding="utf-8")


def new_project(project, seed):
    author = Author(seed)
    author.random.seed(0)
    while True:
        files = {path: author.template(path) for path in TEMPLATES}
        files |= dict.fromkeys(EMBEDDED, "Rules.\n")
        files |= {f"prompts/agents/other{n}.md": f"Other {n}.\n" for n in range(20)}
        files |= {"prompts/skills/net/help.txt": "Help.\n"}
        root = project(TABLE, files)
        try:
            whole_plan(root)
        except AgpmError:
            continue
        author.random.seed(seed)
        return root, author


def whole_plan(root):
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    metadata = {"name": "pkg", "version": "1.0"}
    return plan_refresh(
        BuildContext(root, pyproject, metadata=metadata, distribution="pkg")
    )


def files_in(directory):
    return {
        path.relative_to(directory).as_posix(): (path.read_bytes(), mode_of(path))
        for path in directory.rglob("*")
        if path.is_file()
    }


def mode_of(path):
    return path.stat().st_mode & 0o777


def is_partial(bundle):
    """Whether a bundle has the unchanged files of another one."""
    return (bundle / "_reader.py").stat().st_nlink > 1


def result_of(function, argument):
    """What a function returns, or the error that it raises."""
    try:
        return function(argument)
    except AgpmError as error:
        return error


def compared(root, install):
    """Import and render the whole; return the directory, None for equal errors."""
    plan = result_of(whole_plan, root)
    if isinstance(plan, AgpmError):
        assert str(result_of(bundle_of, install)) == str(plan)
        return None
    bundle = bundle_of(install)
    expected = {
        path: (file.data, 0o755 if file.executable else 0o644)
        for path, file in plan.bundle.in_one().items()
    }
    assert files_in(bundle) == expected
    return bundle, plan


def check_edits(project, develop, seed, edits):
    root, author = new_project(project, seed)
    install = develop(root)
    partial = errors = 0
    for _ in range(edits):
        before = {path: (root / path).read_bytes() for path in TEMPLATES}
        author.edit(root)
        found = compared(root, install)
        if found is None:
            errors += 1
            # Some mistakes are corrected at once, others when something else changes.
            for path in before if author.random.random() < 0.7 else ():
                (root / path).write_bytes(before[path])
            continue
        bundle, plan = found
        if bundle == Path(install.bundle):
            continue
        partial += is_partial(bundle)
        record = RenderingRecord.read(bundle.with_suffix(".record"))
        assert record.inputs == input_records(plan.rendering.resources)
    return partial, errors


def test_random_edits_give_what_rendering_everything_does(project, develop):
    partial, errors = check_edits(project, develop, seed=1, edits=60)

    # Of the kinds that this is about, some have to be there.
    assert partial > 10
    assert errors > 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_random_edits_do_so_too(project, develop, seed):
    check_edits(project, develop, seed, edits=100)
