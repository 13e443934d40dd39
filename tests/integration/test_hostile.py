"""Hostile manifests and trees: nothing escapes, nothing hangs, no traceback."""

import os

import pytest

from hatch_agpm.config.project import read_project
from hatch_agpm.errors import AgpmError
from hatch_agpm.rendering.renderer import render_manifest

TEMPLATE = "---\nagpm:\n  templating: true\n---\n"
AGENT = '[agents]\na = "agents/a.md"\n'
SECRET = "the secret"  # noqa: S105 - what must not be read


@pytest.fixture
def outside(tmp_path_factory):
    """A directory beside the project, with a secret in it."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret.md").write_text(SECRET)
    (folder / "agpm.toml").write_text(AGENT)
    (folder / "skill").mkdir()
    (folder / "skill/SKILL.md").write_text("---\nname: s\ndescription: d\n---\n")
    return folder


def refused(root, manifest):
    (root / "agpm.toml").write_text(manifest)
    with pytest.raises(AgpmError) as caught:
        render_manifest(root / "agpm.toml")
    assert SECRET not in str(caught.value)
    return str(caught.value)


def depends(path, section="snippets"):
    return (
        f"---\nagpm:\n  templating: true\n  dependencies:\n    {section}:\n"
        f"      - path: {path}\n---\n{{{{ agpm.deps }}}}"
    )


def test_a_linked_template_must_be_in_the_project(write_files, outside):
    root = write_files({"agents/b.md": ""})
    (root / "agents/a.md").symlink_to(outside / "secret.md")
    assert "through a link" in refused(root, AGENT)


def test_a_linked_directory_must_be_in_the_project(write_files, outside):
    root = write_files({"x": ""})
    (root / "agents").symlink_to(outside)
    message = refused(root, '[agents]\na = "agents/secret.md"\n')
    assert "through a link" in message


def test_a_pattern_does_not_enter_a_linked_directory(write_files, outside):
    root = write_files({"agents/b.md": "b"})
    (root / "agents/link").symlink_to(outside)
    (root / "agpm.toml").write_text('[agents]\nall = "agents/**/*.md"\n')
    found = render_manifest(root / "agpm.toml")
    assert [resource.name for resource in found] == ["agents/b"]


def test_links_matched_by_a_pattern_must_be_in_the_project(write_files, outside):
    root = write_files({"agents/b.md": "b"})
    (root / "agents/link.md").symlink_to(outside / "secret.md")
    assert "leads out" in refused(root, '[agents]\nall = "agents/*.md"\n')


@pytest.mark.parametrize("path", ["../s/link.md", "../s/folder/secret.md"])
def test_a_linked_dependency_must_be_in_the_project(path, write_files, outside):
    root = write_files({"agents/a.md": depends(path), "s/x.md": ""})
    (root / "s/link.md").symlink_to(outside / "secret.md")
    (root / "s/folder").symlink_to(outside)
    assert "through a link" in refused(root, AGENT)


@pytest.mark.parametrize("path", ["link.md", "folder/secret.md", "a/../link.md"])
def test_a_linked_content_file_must_be_in_the_project(path, write_files, outside):
    body = f"{{{{ '{path}' | content }}}}"
    root = write_files({"agents/a.md": TEMPLATE + body, "a/x.md": ""})
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    assert "leads out" in refused(root, AGENT)


def test_a_skill_must_not_be_or_have_a_link_out_of_the_project(write_files, outside):
    files = {"skills/k/SKILL.md": "---\nname: k\ndescription: d\n---\n"}
    root = write_files(files)
    (root / "skills/k/data").symlink_to(outside)
    assert "link" in refused(root, '[skills]\nk = "skills/k"\n')
    (root / "skills/s").symlink_to(outside / "skill")
    assert "leads out" in refused(root, '[skills]\ns = "skills/s"\n')


def test_a_manifest_must_not_be_a_link_out_of_the_project(write_files, outside):
    root = write_files({"agents/a.md": ""})
    (root / "agpm.toml").symlink_to(outside / "agpm.toml")
    with pytest.raises(AgpmError, match="leads out of the project"):
        read_project(root, {"tool": {"hatch-agpm": {"manifest": "agpm.toml"}}})


def test_a_cycle_of_links_is_an_error(write_files):
    root = write_files({"agents/b.md": ""})
    (root / "agents/a.md").symlink_to("c.md")
    (root / "agents/c.md").symlink_to("a.md")
    assert refused(root, AGENT)


def test_a_linked_project_is_still_the_project(write_files, tmp_path_factory):
    root = write_files({"agpm.toml": AGENT, "agents/a.md": "text"})
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(root)
    assert render_manifest(link / "agpm.toml")[0].text == "text"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "agents/../../x",
        "a\\u0000b",
        "x" * 5000,
    ],
)
def test_a_wrong_path_is_reported(path, write_files):
    assert refused(write_files({"x": ""}), f'[agents]\na = "{path}"\n')


@pytest.mark.parametrize("name", ["FIFO", "directory"])
def test_special_files_are_not_read(name, write_files):
    root = write_files({"agents/b.md": ""})
    if name == "FIFO":
        os.mkfifo(root / "agents/a.md")
    else:
        (root / "agents/a.md").mkdir()
    assert "agents/a.md" in refused(root, AGENT)


@pytest.mark.parametrize(
    "manifest",
    [
        "agents = [1]",
        "agents.a = [[]]",
        "agents.a = { path = {} }",
        "agents.a = { path = 1979-05-27 }",
        "project = []",
        "[agents.a.path]\nx = 1",
        "[[agents]]\na = 1",
        "tools.x.resources = 3\ntools.x.path = 'x'",
        "agents.a = { path = 'x', template_vars = [] }",
    ],
)
def test_entries_of_wrong_types_are_reported(manifest, write_files):
    message = refused(write_files({"x": ""}), manifest)
    assert message.startswith("agpm.toml: ")


@pytest.mark.slow
def test_ten_thousand_resources_are_rendered(write_files):
    count = 10_000
    root = write_files({f"s/{n % 100}/n{n}.md": f"text {n}" for n in range(count)})
    (root / "agpm.toml").write_text('[snippets]\nall = "s/**/*.md"\n')
    assert len(render_manifest(root / "agpm.toml")) == count


def test_sixty_four_megabytes_of_text_are_rendered(write_files):
    text = "x" * 1023 + "\n"
    root = write_files(
        {
            "agents/a.md": depends("../s/big.md").replace(
                "{{ agpm.deps }}", "{{ agpm.deps.snippets.big.content }}"
            ),
            "s/big.md": text * 64_000,
        }
    )
    (root / "agpm.toml").write_text(AGENT)
    agent, _ = render_manifest(root / "agpm.toml")
    assert len(agent.document) > 65_000_000


def test_text_that_doubles_at_each_level_is_an_error(write_files):
    """Each file embeds the next one twice: a megabyte becomes two to the thirtieth."""
    files = {
        f"s/n{n}.md": depends(f"n{n + 1}.md").replace(
            "{{ agpm.deps }}",
            f"{{{{ agpm.deps.snippets.n{n + 1}.content }}}}" * 2,
        )
        for n in range(30)
    }
    root = write_files({**files, "s/n30.md": "x" * 1_000_000})
    message = refused(root, '[snippets]\na = "s/n0.md"\n')
    assert "limit" in message
