"""The messages about sources that are installed distributions."""

import tomllib

import pytest
from template_packages import (
    ACME,
    BASE,
    BOTH_MIDS,
    BOTH_SIDES,
    EXPORTED,
    change_index,
    install_diamond,
    plain,
    render,
    template,
)

from hatch_agpm import load
from hatch_agpm.config.project import read_built_project
from hatch_agpm.errors import AgpmError, BundleError
from hatch_agpm.model.build import BuildContext
from hatch_agpm.rendering.renderer import render_project


def failure(make_package, table=ACME):
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tone.md, source: acme")},
        table + 'agents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    return str(caught.value)


ADD = (
    'add "acme-prompts>=1.2" to `requires` in [build-system]; a command needs it '
    "installed, too"
)


def test_a_source_name_of_the_project_has_no_meaning_in_other_distributions(
    install_package, make_package
):
    install_diamond(install_package)
    table = BOTH_SIDES + 'sources.Base-Prompts = "prompts"\n'
    app = make_package("app", {"prompts/a.md": BOTH_MIDS}, table)
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value).splitlines()[0] == (
        "left-prompts:mid.md:6: the dependency 'leaf.md': the source 'base-prompts' of "
        "left-prompts has the name of another source; give yours another name"
    )


def test_incompatible_versions_are_reported(install_package, make_package):
    install_diamond(install_package)
    install_package("base-prompts", BASE, 'templates = "lib"', version="0.9")
    table = BOTH_SIDES + 'sources.ours = { distribution = "base-prompts" }\n'
    app = make_package("app", {"prompts/a.md": BOTH_MIDS}, table)
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value).splitlines()[0] == (
        "left-prompts:mid.md:6: the dependency 'leaf.md': left-prompts needs "
        "base-prompts>=1, and base-prompts is 0.9; install versions that fit each other"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            plain("{{ 'secret.txt' | content }}"),
            "the file 'secret.txt' does not exist",
        ),
        (
            plain("{{ '../secret.txt' | content }}"),
            "'../secret.txt' is outside of the manifest's directory; ",
        ),
        (plain("{{ '/etc/passwd' | content }}"), "the path '/etc/passwd' is absolute"),
        (plain("{{ get_env(name='HOME') }}"), "HOME"),
        (
            template("path: ../../secret.txt"),
            "the dependency '../../secret.txt': '../../secret.txt' leads out of the "
            "source 'acme'",
        ),
        (
            template("path: /etc/passwd"),
            "the path '/etc/passwd' must be relative to the source 'acme'",
        ),
        (
            template("path: prompts/a.md, source: app"),
            "the source 'app' is not one of acme-prompts",
        ),
        (
            template("path: x.md, source: near"),
            "the source 'near' of acme-prompts is a directory, and not shipped",
        ),
    ],
)
def test_a_template_reads_only_its_own_distribution(
    text, message, install_package, make_package
):
    table = 'templates = "lib"\nsources.near = "lib"'
    install_package("acme-prompts", {"lib/t.md": text, "lib/x.md": "X"}, table)
    app = make_package(
        "app",
        {
            "prompts/a.md": template("path: t.md, source: acme"),
            "secret.txt": "secret",
        },
        ACME + 'env = ["HOME"]\nagents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert "acme-prompts:t.md" in str(caught.value)
    assert message.removesuffix("; ") in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "../__init__.py",
        "../../other/secret.md",
        "/etc/passwd",
        "snippets/../../x",
        "C:/x",
        "",
    ],
)
def test_an_index_that_names_other_files_is_refused(
    path, site, install_package, make_package
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    change_index(site, lambda index: index["templates"]["files"][0].update(path=path))
    assert failure(make_package) == (
        "prompts/a.md:6: the dependency 'snippets/tone.md': "
        f"tool.hatch-agpm.sources.acme: index.json of acme-prompts 1.2 lists the file "
        f"{path!r}, which is not below its own directory"
    )


def test_a_module_of_another_distribution_is_refused(
    site, install_package, make_package
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    install_package("evil", EXPORTED, 'templates = "lib"')
    (info,) = site.glob("evil-*.dist-info/agpm-prompts.txt")
    info.write_text(info.read_text().replace("Module: evil.", "Module: acme_prompts."))
    table = 'sources.acme = { distribution = "evil" }\n'
    assert failure(make_package, table).endswith(
        "evil 1.2 has no files in its module acme_prompts.prompts; install it from a "
        "wheel, not in place"
    )


def test_a_file_that_record_does_not_have_is_refused(
    site, install_package, make_package
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    (record,) = site.glob("acme_prompts-*.dist-info/RECORD")
    lines = record.read_text().splitlines()
    record.write_text("\n".join(line for line in lines if "tone.md" not in line))
    assert failure(make_package).endswith(
        "acme-prompts 1.2 lists '_templates/snippets/tone.md', which is not "
        "one of its files; ask its authors"
    )


def test_a_link_instead_of_a_file_is_refused(
    site, install_package, make_package, tmp_path
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    file = site / "acme_prompts/prompts/_templates/snippets/tone.md"
    file.rename(tmp_path / "tone.md")
    file.symlink_to(tmp_path / "tone.md")
    assert failure(make_package) == (
        "acme-prompts:snippets/tone.md: is a link, not a file; install acme-prompts "
        "again"
    )


def test_a_file_that_differs_is_refused(site, install_package, make_package):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    (site / "acme_prompts/prompts/_templates/snippets/tone.md").write_text("Other")
    assert failure(make_package).startswith(
        "acme-prompts:snippets/tone.md: has changed: its sha256 is "
    )


def test_a_missing_file_is_reported(site, install_package, make_package):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    (site / "acme_prompts/prompts/_templates/snippets/tone.md").unlink()
    assert failure(make_package) == (
        "acme-prompts:snippets/tone.md: is missing; install acme-prompts again"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda index: index.update(schema=9),
            "unsupported index schema 9 (supported: 1, 2)",
        ),
        (lambda index: index.update(resources=3), "is damaged: TypeError(3)"),
        (lambda index: index.pop("resources"), "is damaged: KeyError('resources')"),
        (
            lambda index: index["templates"].update(sources=3),
            "is damaged: its sources are not a table",
        ),
        (
            lambda index: index["templates"]["files"][0].update(sha256="x"),
            "lists a value that is not a sha256",
        ),
    ],
)
def test_an_index_that_cannot_be_read_is_reported(
    change, message, site, install_package, make_package
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    change_index(site, change)
    assert f"index.json of acme-prompts 1.2 {message}" in failure(make_package)


def test_a_distribution_that_is_not_installed_is_reported_with_the_line_to_add(
    make_package, site
):
    del site
    assert failure(make_package) == (
        "prompts/a.md:6: the dependency 'snippets/tone.md': "
        "tool.hatch-agpm.sources.acme: the distribution 'acme-prompts' is not "
        f"installed; {ADD}"
    )


def test_another_version_is_reported_with_the_line_to_add(
    make_package, install_package
):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"', version="1.1")
    assert failure(make_package).endswith(
        f"acme-prompts 1.1 is installed, not acme-prompts>=1.2; {ADD}"
    )


def test_entries_of_a_distribution_that_is_missing_are_one_problem(make_package, site):
    del site
    app = make_package(
        "app",
        {},
        ACME + 'agents.a = { source = "acme", path = "a.md" }\n'
        'agents.b = { source = "acme", path = "b.md" }\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == (
        "tool.hatch-agpm.sources.acme: the distribution 'acme-prompts' is not "
        f"installed; {ADD}"
    )


def test_a_distribution_without_prompts_is_reported(make_package, site):
    info = site / "acme_prompts-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme-prompts\nVersion: 1.2\n")
    (info / "RECORD").write_text("acme_prompts-1.2.dist-info/METADATA,,\n")
    assert failure(make_package).endswith(
        "acme-prompts 1.2 ships no prompts of hatch-agpm; it has to be built with "
        "hatch-agpm itself"
    )
    (info / "RECORD").unlink()
    assert failure(make_package).endswith(
        "acme-prompts 1.2 has no list of its files (RECORD); install it from a wheel"
    )


def test_a_misspelt_path_is_reported_with_the_nearest(install_package, make_package):
    install_package("acme-prompts", EXPORTED, 'templates = "lib"')
    app = make_package(
        "app",
        {"prompts/a.md": template("path: snippets/tome.md, source: acme")},
        ACME + 'agents.a = "prompts/a.md"\n',
    )
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == (
        "prompts/a.md:6: the dependency 'snippets/tome.md': there is no file "
        "'snippets/tome.md' in the source 'acme'; did you mean 'snippets/tone.md'?"
    )


def test_a_text_with_run_time_variables_cannot_be_embedded_elsewhere(
    install_package, make_package
):
    text = "---\nagpm:\n  runtime: {user: str}\n---\nHello {{ user }}.\n"
    install_package("acme-prompts", {"prompts/snippets/tone.md": text})
    assert failure(make_package) == (
        "acme-prompts:snippets/tone.md: cannot be embedded: it has the run-time "
        "variable 'user'; ask its authors to export the template: see `templates`"
    )


def test_a_link_among_exported_templates_is_reported(make_package):
    project = make_package("acme-prompts", EXPORTED, 'templates = "lib"')
    (project / "lib/alias.md").symlink_to("rules.txt")
    tables = tomllib.loads((project / "pyproject.toml").read_text())
    context = BuildContext(project, tables, metadata={}, distribution="acme-prompts")
    with pytest.raises(AgpmError, match=r"lib/alias\.md: is not a regular file"):
        render_project(read_built_project(context), context)


def test_jinja2_of_another_distribution_is_reported(install_package, make_package):
    jinja = "---\nagpm:\n  templating: jinja2\n---\nx\n"
    install_package("acme-prompts", {"lib/j.md": jinja}, 'templates = "lib"')
    entry = 'agents.a = { path = "j.md", source = "acme" }\n'
    app = make_package("app", {}, ACME.replace(">=1.2", "") + entry)
    with pytest.raises(AgpmError) as caught:
        render(app)
    assert str(caught.value) == (
        "acme-prompts:j.md:1: is a template of Jinja2, whose time and memory have no "
        "limit; "
        "write jinja2 = true in the table of the source 'acme' if you trust its authors"
    )


def test_a_damaged_index_is_reported_when_prompts_are_loaded(site):
    info = site / "torn-1.dist-info"
    info.mkdir()
    (info / "agpm-prompts.txt").write_text(
        "Agpm-Version: 1\nName: torn\nVersion: 1\nModule: torn.prompts\n"
    )
    with pytest.raises(BundleError) as caught:
        load("torn")
    what = "has no index that can be read in its module torn.prompts"
    assert str(caught.value) == f"torn: {what}; install it again"
