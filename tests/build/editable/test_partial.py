"""Rendering what changed gives, byte for byte, what rendering the whole does."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from editable_project import bundle_of

from hatch_agpm.build.editable.record import RenderingRecord, rendering_record
from hatch_agpm.build.editable.wheel import snapshot
from hatch_agpm.build.plan import plan_refresh
from hatch_agpm.errors import AgpmError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.runtime.editable.freshness import Snapshot

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
HELP = "prompts/skills/net/help.txt"
PARTS = [f"docs/parts/{name}" for name in ("one.md", "two.md", "two.txt", "net/x.md")]
TEMPLATES = [*AGENTS, *SNIPPETS, COMMAND, SKILL, *PARTS]
EMBEDDED = ["docs/rules.md", "docs/more.md"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/hatch-agpm"


class Author:
    """Writes random templates, most of them right."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def template(self, path):
        choose = self.random.random
        if choose() < 0.05 and path != SKILL:
            return f"Plain {self.random.randint(1, 3)}.\n"
        lines = ["---"]
        if path == SKILL:
            lines += ["name: net", "description: Nets."]
        lines.append("agpm:")
        lines.append(f"  templating: {'true' if choose() < 0.9 else 'false'}")
        if choose() < 0.15 and path != SKILL:
            kind = self.random.choice(["str", "str", "int", "[{name: str}]"])
            default = self.random.choice(["", ", default: 3"]) if kind == "int" else ""
            lines += ["  runtime:", f"    who: {{type: {kind}{default}}}"]
        if choose() < 0.1:
            lines.append(f"mode: {self.random.randint(1, 3)}")
        if choose() < 0.1 and path != SKILL:
            about = self.random.choice(["Kind 1.", "2026-01-01", "5", "''", "[a]"])
            lines.append(f"description: {about}")
        used = self.used(path)
        if used:
            lines.append("dependencies:")
            for section in sorted({section for section, *_ in used}):
                lines.append(f"  {section}:")
                for of, key, to in used:
                    item = f"path: {self.shown(path, to)}, name: {key}{self.options()}"
                    lines += [f"    - {{{item}}}"] if of == section else []
        lines.append("---")
        has_variable = "who:" in "\n".join(lines)
        lines += self.body(path, used, has_variable)
        return "\n".join(lines) + "\n"

    def options(self):
        return self.random.choice(
            ["", "", "", ", install: false", ", install: true", ", tool: opencode"]
        )

    def shown(self, path, to):
        """A path as a template has it; those of a skill start beside its directory."""
        return "../" * (path.count("/") - (path == SKILL)) + to

    def used(self, path):
        """Files use later ones only, most of the time, so that there are no cycles."""
        files = [*SNIPPETS, *PARTS]
        first = files.index(path) + 1 if path in files else 0
        if self.random.random() < 0.02:
            first = 0
        sections = ["snippets", "snippets", "snippets", "commands", "agents"]
        return [
            (self.random.choice(sections), f"n{number}", files[number])
            for number in range(first, len(files))
            if self.random.random() < 0.25
        ]

    def body(self, path, used, has_variable):
        texts = [f"Text {self.random.randint(1, 4)}."]
        texts += [
            f"{{{{ agpm.deps.{section}.{name}.content }}}}"
            for section, name, _ in used
            if self.random.random() < 0.8
        ]
        if self.random.random() < 0.1:
            texts += [
                f"{{{{ agpm.deps.{section}.{name}.install_path }}}}"
                for section, name, _ in used
            ]
        if self.random.random() < 0.2:
            texts.append(f"{{{{ '{self.random.choice(EMBEDDED)}' | content }}}}")
        if has_variable and path not in PARTS:
            texts.append("{% if who == 'me' %}I{% else %}{{ who }}{% endif %}")
        if self.random.random() < 0.03:
            texts.append("{{ missing.name }}")
        return texts

    def edited(self, text, path):
        """A template with another body, or another template."""
        if self.random.random() < 0.6:
            return f"{text}More {self.random.randint(1, 9)}.\n"
        return self.template(path)

    def edit(self, root):
        """Change, add or remove one or two files of a project."""
        for _ in range(self.random.choice([1, 1, 1, 2])):
            path = self.random.choice([*TEMPLATES, *TEMPLATES, *EMBEDDED, HELP])
            file = root / path
            if path not in TEMPLATES:
                text = f"Rules {self.random.randint(1, 9)}.\n"
            elif file.exists():
                text = self.edited(file.read_text("utf-8"), path)
            else:
                text = self.template(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if self.random.random() < 0.3:
            self.add_or_remove(root)

    def add_or_remove(self, root):
        """Write a file that was not there, or remove one that was."""
        number = self.random.randint(1, 6)
        path = self.random.choice(
            [
                f"prompts/agents/new{number}.md",
                f"prompts/agents/other{number}.txt",
                f"prompts/agents/team/new{number}.md",
                f"prompts/agents/more{number}/new.md",
                f"prompts/commands/new{number}.md",
                f"prompts/new{number}.md",
                f"prompts/skills/more{number}/SKILL.md",
                f"prompts/agents/new{number}/SKILL.md",
                "prompts/skills/net/new.txt",
                "prompts/snippets/part.md",
                f"prompts/snippets/a.{self.random.choice(['txt', 'md.j2'])}",
                "prompts/README.md",
                "docs/more.md",
                "prompts/agents/other1-.md",
                *PARTS,
                *SNIPPETS,
            ]
        )
        file = root / path
        if file.exists():
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            text = f"---\nname: more{number}\ndescription: New.\n---\nNew.\n"
            text = self.template(path) if path in TEMPLATES else text
            file.write_text(text, encoding="utf-8")


def new_project(project, seed):
    author = Author(seed)
    author.random.seed(0)
    while True:
        files = {path: author.template(path) for path in TEMPLATES}
        files |= dict.fromkeys(EMBEDDED, "Rules.\n")
        files |= {f"prompts/agents/other{n}.md": f"Other {n}.\n" for n in range(20)}
        files |= {HELP: "Help.\n"}
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


def sources_of(root):
    files = [*(root / "prompts").rglob("*"), *(root / "docs").rglob("*")]
    files.append(root / COMMAND)
    return {file: file.read_bytes() for file in files if file.is_file()}


def restore(root, before):
    """Give a project the sources that it had before."""
    for file in sources_of(root).keys() - before.keys():
        file.unlink()
    for file, data in before.items():
        # As it was, it must not look changed.
        if not file.exists() or file.read_bytes() != data:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def assert_same(record, expected):
    """A record is what a rendering of the whole project leaves."""
    assert record.graph == expected.graph
    assert list(record.names.texts) == list(expected.names.texts)
    assert record.names.all() == expected.names.all()
    assert record.inputs == expected.inputs
    assert sorted(record.generated) == sorted(expected.generated)
    assert list(record.files.items()) == list(expected.files.items())
    assert record.sources == expected.sources


def check_edits(project, develop, seed, edits):
    root, author = new_project(project, seed)
    install = develop(root)
    partial = errors = 0
    for _ in range(edits):
        before = sources_of(root)
        author.edit(root)
        found = compared(root, install)
        if found is None:
            errors += 1
            # Some mistakes are corrected at once, others when something else changes.
            if author.random.random() < 0.7:
                restore(root, before)
            continue
        bundle, plan = found
        if bundle == Path(install.bundle):
            continue
        partial += is_partial(bundle)
        record = RenderingRecord.read(bundle.with_suffix(".record"))
        seen = Snapshot.read(f"{bundle.parent}.snapshot")
        if record is None:
            assert plan.bundle.shares_files
            continue
        assert_same(record, rendering_record(plan, seen))
        watched = {source.split(" ", 3)[3] for source in seen.sources}
        now = snapshot(plan.context, plan.rendering)
        assert watched >= {source.split(" ", 3)[3] for source in now.sources}
    return partial, errors


def test_random_edits_give_what_rendering_everything_does(project, develop):
    partial, errors = check_edits(project, develop, seed=1, edits=40)

    # Of the kinds that this is about, some have to be there.
    assert partial > 10
    assert errors > 2


def test_a_damaged_index_is_not_carried_over(project, develop):
    root, _ = new_project(project, 1)
    install = develop(root)
    for text in ("No dots.\n", "No dashes.\n"):
        (root / "docs/rules.md").write_text(text, encoding="utf-8")
        bundle, _ = compared(root, install)
        index = bundle / "index.json"
        changed = index.read_bytes().replace(b'"pkg"', b'"pgk"')
        assert changed != index.read_bytes()
        index.write_bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_random_edits_do_so_too(project, develop, seed):
    check_edits(project, develop, seed, edits=100)
