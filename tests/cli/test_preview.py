"""`preview` writes one page, and over nothing but such pages."""

from __future__ import annotations

import json
import os
import re

import pytest
from commands import HEAD
from git_repositories import GitRepository

from hatch_agpm.cli.main import main

FILES = {
    "pyproject.toml": HEAD,
    "acme/__init__.py": "",
    "prompts/tone.md": "Be kind.\n",
    "prompts/greeting.md": (
        "---\nagpm: {templating: true, runtime: {user: str}}\n---\nHello {{ user }}!\n"
    ),
}


@pytest.fixture
def project(write_files, monkeypatch, tmp_path):
    root = write_files(FILES)
    monkeypatch.chdir(tmp_path)
    return root


def data_of(path):
    page = path.read_text("ascii")
    (data,) = re.findall(r'<script [^>]*id="data">(.*)</script>', page)
    return json.loads(data)


def test_a_project_is_written_as_a_page_named_after_it(project, tmp_path, capsys):
    assert main(["preview", str(project)]) == 0

    (page,) = tmp_path.glob("*-preview.html")
    assert page.name in capsys.readouterr().out
    prompts = {each["name"]: each for each in data_of(page)["prompts"]}
    assert set(prompts) == {"greeting", "tone"}
    (variable,) = prompts["greeting"]["variables"]
    assert (variable["name"], variable["type"]) == ("user", "str")


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    pages = [tmp_path / "a.html", tmp_path / "b.html"]

    for page in pages:
        assert main(["preview", str(project), "--output", str(page)]) == 0

    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_page_replaces_an_older_one(project, tmp_path):
    page = tmp_path / "page.html"
    main(["preview", str(project), "--output", str(page)])
    (project / "prompts/tone.md").write_text("Be brief.\n")

    assert main(["preview", str(project), "--output", str(page)]) == 0

    assert "Be brief." in page.read_text()
    assert [each.name for each in tmp_path.glob("*page*")] == ["page.html"]


def test_another_file_than_a_page_is_kept(project, tmp_path):
    other = tmp_path / "index.html"
    other.write_text("<html>mine</html>")

    assert main(["preview", str(project), "--output", str(other)]) == 1

    assert other.read_text() == "<html>mine</html>"


def test_a_project_with_errors_gives_all_of_them_and_no_page(project, tmp_path, capsys):
    for name in ("one", "two"):
        text = "---\nagpm: {templating: true}\n---\n{{ missing }}\n"
        (project / f"prompts/{name}.md").write_text(text)

    assert main(["preview", str(project), "--output", str(tmp_path / "p.html")]) == 1

    errors = capsys.readouterr().err
    assert "one.md" in errors
    assert "two.md" in errors
    assert not (tmp_path / "p.html").exists()


def test_a_revision_is_compared_word_by_word_with_its_cause(tmp_path, capsys):
    repository = GitRepository(tmp_path / "project")
    repository.commit(FILES)
    repository.write({"prompts/tone.md": "Be brief.\n"})
    page = tmp_path / "page.html"

    arguments = ["preview", str(repository.path), "--against", "HEAD"]
    assert main([*arguments, "--output", str(page)]) == 0

    assert "1 changed" in capsys.readouterr().out
    data = data_of(page)
    assert data["comparison"]["causes"] == [["prompts/tone.md", "changed", 1]]
    first, second = data["prompts"]
    assert (first["name"], second["change"]) == ("tone", None)
    signs = {row["sign"]: row["pieces"] for row in first["change"]["rows"]}
    assert signs["-"] == [["Be ", False], ["kind", True], [".", False]]
    assert signs["+"] == [["Be ", False], ["brief", True], [".", False]]


def test_a_wheel_has_the_same_texts_and_values_without_templates(
    project, build, tmp_path
):
    wheel = build(project).artefact
    pages = [tmp_path / "project.html", tmp_path / "wheel.html"]

    for place, page in zip((project, wheel), pages, strict=True):
        assert main(["preview", str(place), "--output", str(page)]) == 0

    ours, theirs = map(data_of, pages)
    assert [each["text"] for each in theirs["files"]] == [None, None]
    for one, other in zip(ours["prompts"], theirs["prompts"], strict=True):
        for key in ("name", "variables", "filling", "tokens", "cached", "metadata"):
            assert one[key] == other[key]
    assert theirs["prompts"][1]["text"] == "Be kind.\n"


def test_another_file_than_a_wheel_is_an_error_without_a_page(tmp_path, capsys):
    broken = tmp_path / "acme-1.0-py3-none-any.whl"
    broken.write_bytes(b"PK\x03\x04 not a wheel")
    page = tmp_path / "page.html"

    assert main(["preview", str(broken), "--output", str(page)]) == 1

    assert broken.name in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device", "directory"])
def test_what_is_not_a_file_is_neither_opened_nor_replaced(kind, project, tmp_path):
    page = tmp_path / "page"
    if kind == "device":
        page.symlink_to("/dev/zero")
    elif kind == "directory":
        page.mkdir()
    else:
        os.mkfifo(tmp_path / "pipe")
        page.symlink_to("pipe")
    page = tmp_path / "pipe" if kind == "pipe" else page
    before = page.lstat()

    assert main(["preview", str(project), "--output", str(page)]) == 1

    assert os.path.samestat(page.lstat(), before)
