"""What a first try used to lose, refuse or ship wrongly, each in several variants."""

import json
import tomllib
import unicodedata

import pytest

from hatch_agpm.build.session import BuildSession
from hatch_agpm.build.writing import write_files as write_bundle
from hatch_agpm.errors import AgpmError, ProblemsError
from hatch_agpm.formats.toml import toml_value
from hatch_agpm.model.build import BuildContext
from hatch_agpm.model.rendering import FileContent

AGPM = "---\nagpm:\n  templating: true\n---\n"
SKILL = "---\nname: net\ndescription: d\n---\nMend.\n"
EMBEDS = (
    "---\nagpm:\n  templating: true\n  dependencies:\n    {section}:\n"
    "      - path: {path}\n---\n{{{{ agpm.deps.{section}.{key}.content }}}}\n"
)


class Bundle:
    """The bundle of a project, as files by path in the wheel."""

    def __init__(self, root, pyproject):
        context = BuildContext(
            root=root,
            pyproject=pyproject,
            metadata={"name": "acme", "version": "1.0"},
            distribution="acme",
        )
        self.plan = BuildSession(context).plan
        self.files = self.plan.bundle.at("acme/prompts")
        self.index = json.loads(self.files["acme/prompts/index.json"].data)
        self.names = [each["full_name"] for each in self.index["resources"]]

    def text(self, name):
        """Return the text of a prompt without its frontmatter."""
        (entry,) = (e for e in self.index["resources"] if e["full_name"] == name)
        return (
            self.files[f"acme/prompts/{entry['path']}"].data[entry["body"] :].decode()
        )

    def metadata(self, name):
        (entry,) = (e for e in self.index["resources"] if e["full_name"] == name)
        return entry["metadata"]


@pytest.fixture
def bundle(write_files):
    """Build the bundle of files and a table."""

    def built(files, table=""):
        text = '[project]\nname = "acme"\nversion = "1.0"\n[tool.hatch-agpm]\n' + table
        package = {"acme/__init__.py": ""}
        root = write_files({**package, **files, "pyproject.toml": text})
        return Bundle(root, tomllib.loads(text))

    return built


@pytest.fixture
def problems(bundle):
    """Return what is wrong with files and a table."""

    def found(files, table=""):
        with pytest.raises(AgpmError) as caught:
            bundle(files, table)
        error = caught.value
        return list(error.problems) if isinstance(error, ProblemsError) else [error]

    return found


@pytest.fixture
def read(tmp_path_factory, run_python):
    """Run code that reads a bundle."""

    def run(built, code):
        site = tmp_path_factory.mktemp("site")
        write_bundle(site, {"acme/__init__.py": FileContent(data=b""), **built.files})
        return run_python(code, site)

    return run


# --- one listed type does not hide the others -----------------------------------------

CONVENTIONAL = {
    "prompts/greeting.md": "Hello.\n",
    "prompts/agents/a.md": "Agent.\n",
    "prompts/commands/team/c.md": "Command.\n",
    "prompts/snippets/tone.txt": "Kind.\n",
    "prompts/scripts/run.py": "print()\n",
    "prompts/skills/net/SKILL.md": SKILL,
}
NAMES = {
    "agents/a",
    "commands/team/c",
    "greeting",
    "scripts/run",
    "skills/net",
    "snippets/tone",
}


@pytest.mark.parametrize(
    ("table", "section"),
    [
        ('skills.other = { path = "more/skill", export = true }\n', "skills"),
        ('skills = "more"\n', "skills"),
        ('agents = ["more/b.md"]\n', "agents"),
        ('[[tool.hatch-agpm.commands]]\npath = "more/*.md"\n', "commands"),
        ('prompts = "more"\n', ""),
        ("snippets = []\n", "snippets"),
        ('[tool.hatch-agpm.scripts]\nb = "more/b.md"\n', "scripts"),
    ],
)
def test_a_listed_type_does_not_hide_the_other_types(table, section, bundle):
    more = {"more/skill/SKILL.md": SKILL.replace("net", "skill"), "more/b.md": "x"}
    names = set(bundle({**CONVENTIONAL, **more}, table).names)
    others = {
        name for name in NAMES if (name.split("/")[0] if "/" in name else "") != section
    }
    assert others <= names
    assert not NAMES - others & names


# --- frontmatter of any text file -----------------------------------------------------

FORMS = [
    "---\nagpm:\n  templating: true\n  runtime:\n    user: str\n---\n",
    "---\nagpm: {templating: true, runtime: {user: str}}\n---\n",
    '---\n"agpm": {"templating": true, "runtime": {"user": "str"}}\n---\n',
    "---\r\nagpm:\r\n  templating: true\r\n  runtime: {user: str}\r\n---\r\n",
    "---\n# a comment\ndescription: d\nagpm:\n  runtime: {user: str}\n---\n",
    "---  \nagpm:\n  templating: jinja2\n  runtime: {user: str}\n---\t\n",
    "---\n? agpm\n: {templating: true, runtime: {user: str}}\n---\n",
    "---\n{agpm: {templating: true, runtime: {user: str}}}\n---\n",
    "---\n\n\nagpm: &a {templating: true, runtime: {user: str}}\n---\n",
]
TEXTS = [
    *(".txt", ".j2", ".jinja", ".jinja2", ".tera", ".md.j2", ".yaml", ".yml"),
    *(".toml", ".mdc", ".prompt", ".xml", ".html", ".sh", ".TXT", ""),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("extension", TEXTS)
def test_a_template_is_rendered_whatever_its_extension(extension, form, bundle):
    path = f"prompts/agents/a{extension}"
    files = {path: f"{form}{{{{ agpm.project.name }}}}: {{{{ user }}}}."}
    built = bundle(files)
    (name,) = built.names
    assert built.text(name) == "acme: {{ user }}."
    assert "agpm" in built.metadata(name)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "file", ["r.md", "references/r.md", "r.txt", "a/b/r.j2", "r.yaml", "r.mdc"]
)
def test_a_template_in_a_skill_is_refused(file, form, problems):
    files = {"prompts/skills/net/SKILL.md": SKILL, f"prompts/skills/net/{file}": form}
    (problem,) = problems(files)
    assert problem.path == f"prompts/skills/net/{file}"


# --- names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "files", "names"),
    [
        ('agents.all = "prompts/agents/*.md"', {"prompts/agents/a.md": ""}, ["a"]),
        (
            'agents.all = "src/a/**/*.md"',
            {"src/a/b/c.md": "", "src/a/d.md": ""},
            ["b/c", "d"],
        ),
        ('agents = "deep/down/agents"', {"deep/down/agents/x/y.md": ""}, ["x/y"]),
        ('agents = ["other/*.md"]', {"other/a.md": "", "other/b.md": ""}, ["a", "b"]),
        ('agents = [{ path = "x/one.md.j2" }]', {"x/one.md.j2": ""}, ["one"]),
        (
            'agents.all = "./prompts/agents/[ab]*"',
            {"prompts/agents/a.md": "", "prompts/agents/b.txt": ""},
            ["a", "b"],
        ),
    ],
)
def test_a_name_is_the_path_below_the_listed_directory(table, files, names, bundle):
    found = bundle(files, f"{table}\n").names
    assert found == [f"agents/{name}" for name in names]


@pytest.mark.parametrize(
    ("path", "written", "name"),
    [
        ("prompts/snippets/tone.md", "../snippets/tone.md", "snippets/tone"),
        ("prompts/snippets/a/tone.j2", "../snippets/a/tone.j2", "snippets/a/tone"),
        ("prompts/agents/tone.txt", "./tone.txt", "snippets/agents/tone"),
        ("snippets/tone.md", "../../snippets/tone.md", "snippets/tone"),
        ("acme/texts/tone.md", "../../acme/texts/tone.md", "snippets/acme/texts/tone"),
        ("prompts/agents/b/tone.md", "./b/tone.md", "snippets/agents/b/tone"),
    ],
)
def test_a_dependency_has_the_name_of_its_path(path, written, name, bundle):
    embeds = EMBEDS.format(section="snippets", path=written, key="tone")
    files = {path: "Be kind.", "prompts/agents/a.md": embeds}
    table = 'agents.a = "prompts/agents/a.md"\nsnippets = []\n'
    built = bundle(files, table)
    assert built.names == ["agents/a", name]
    assert built.text("agents/a").strip() == "Be kind."


# --- templates where the bundle goes --------------------------------------------------


@pytest.mark.parametrize(
    ("table", "files"),
    [
        ('prompts = "acme/prompts"', {"acme/prompts/a.md": "A"}),
        (
            'agents = "acme/prompts"',
            {"acme/prompts/a.md": "A", "acme/prompts/b/c.txt": "C"},
        ),
        ('prompts.x = "acme/prompts/a.md"', {"acme/prompts/a.md": "A"}),
        ('prompts = ["acme/prompts/*.md"]', {"acme/prompts/a.md": "A"}),
        ('skills = "acme/prompts/skills"', {"acme/prompts/skills/net/SKILL.md": SKILL}),
        (
            'prompts = "acme/prompts"\nagents = "acme/prompts/agents"',
            {"acme/prompts/a.md": "A", "acme/prompts/agents/b.md": "B"},
        ),
    ],
)
def test_templates_may_be_where_the_bundle_goes(table, files, bundle):
    built = bundle(files, f"{table}\n")
    for path, text in files.items():
        assert built.files[path].data.decode() == text


@pytest.mark.parametrize(
    ("table", "files"),
    [
        ("", {"acme/prompts/a.md": "A", "prompts/b.md": "B"}),
        (
            "prompts.x = 'acme/prompts/a.md'\n",
            {"acme/prompts/a.md": "", "acme/prompts/b.md": ""},
        ),
        (
            'prompts = ["acme/prompts/*.md"]\n',
            {"acme/prompts/a.md": "", "acme/prompts/b.txt": ""},
        ),
        ("", {"acme/prompts.py": "x = 1\n", "prompts/b.md": "B"}),
        ("", {"acme/prompts/__init__.py": "x = 1\n", "prompts/b.md": "B"}),
        ("", {"acme/prompts": "a file", "prompts/b.md": "B"}),
    ],
)
def test_no_message_advises_to_delete_what_the_author_wrote(table, files, problems):
    for problem in problems(files, table):
        text = f"{problem} {problem.hint}".lower()
        assert "output" in text
        assert not any(word in text for word in ("delete", "remove", "rm "))


# --- variants -------------------------------------------------------------------------

MODELS = (
    "---\nagpm:\n  templating: {language}\n  runtime: {{user: str, steps: int}}\n---\n"
    "{{% if {condition} %}}{{{{ steps }}}} steps{{% else %}}quick{{% endif %}}, "
    "{{{{ user }}}}"
)


@pytest.mark.parametrize("language", ["true", "jinja2"])
@pytest.mark.parametrize(
    ("condition", "with_steps", "without"),
    [
        ("model == 'full'", {"model": "full"}, {"model": "flash"}),
        ("thinks", {"thinks": True}, {"thinks": False}),
        ("model.thinks", {"model": {"thinks": True}}, {"model": {"thinks": False}}),
        ("level > 1", {"level": 2}, {"level": 1}),
        ("thinks is defined", {"thinks": 1}, {"other": 1}),
        ("thinks is defined", {"thinks": 1}, {}),
    ],
)
def test_a_variant_may_leave_out_what_its_text_does_not_use(
    language, condition, with_steps, without, bundle, read
):
    table = "".join(
        f'[[tool.hatch-agpm.prompts]]\npath = "m/model.md"\nname = "{name}"\n'
        f"template_vars = {toml_value(values)}\n"
        for name, values in (("full", with_steps), ("flash", without))
    )
    text = MODELS.format(language=language, condition=condition)
    built = bundle({"m/model.md": text}, table)
    code = "from acme import prompts\nprint(prompts.full(user='Ada', steps=3))\n"
    code += "print(prompts.flash(user='Ada'), prompts.flash(user='Ada', steps=3))\n"
    code += "try: prompts.full(user='Ada')\nexcept prompts.VariableError as e: print(e)"
    full, flash, error = read(built, code).splitlines()
    assert (full, flash) == ("3 steps, Ada", "quick, Ada quick, Ada")
    assert "steps is missing" in error


def test_an_entry_of_many_files_declares_variables_of_some(bundle, read):
    table = (
        '[[tool.hatch-agpm.prompts]]\npath = "texts"\n'
        "runtime = { user = 'str', tools = 'str' }\n"
    )
    files = {
        "texts/a.txt": "{{ user }}",
        "texts/b.j2": "{{ tools }}!",
        "texts/c.md": "C",
    }
    code = "from acme import prompts\nprint(prompts.a(user='A'), prompts.b(tools='B'), "
    code += "prompts.c(), prompts.c(user='A', tools='B'))"
    assert read(bundle(files, table), code) == "A B! C C\n"


# --- frontmatter that is not recognised -----------------------------------------------

NOT_RECOGNISED = [
    "\ufeff---\ndescription: d\n---\nBody\n",
    "\n---\ndescription: d\n---\nBody\n",
    "\r\n---\r\ndescription: d\r\n---\r\nBody\r\n",
    " ---\ndescription: d\n---\nBody\n",
    "\t---\ndescription: d\n---\nBody\n",
    "\ufeff\n---\ndescription: d\n---\nBody\n",
    "\ufeff\ufeff---\ndescription: d\n---\nBody\n",
    "\u200b---\ndescription: d\n---\nBody\n",
    "\u00a0---\ndescription: d\n---\nBody\n",
    "---\ndescription: d\n...\nBody\n",
    "---\ndescription: d\n----\nBody\n",
    "---\ndescription: d\n ---\nBody\n",
    "---\ndescription: d\n--\nBody\n",
    "---\ndescription: d\n***\nBody\n",
    "---\ndescription: d\n\nBody\n",
    "----\ndescription: d\n----\nBody\n",
    "--\ndescription: d\n--\nBody\n",
    "\u2014\ndescription: d\n\u2014\nBody\n",
    "---\nagpm:\n\u00a0\u00a0templating: true\n---\n{{ project.name }}",
    "---\nagpm:\n\u2007templating: true\n---\n{{ project.name }}",
    "---\nagpm:\n\u3000\u3000templating: true\n---\nBody",
    "---\nagpm:\ntemplating: true\n---\nBody",
    "---\nagpm:\ntemplating: jinja2\nruntime: {user: str}\n---\nBody",
    "---\ntemplating: true\n---\nBody",
    "---\ndescription: d\ntemplating: 'true'\n---\nBody",
    "---\nagpm:\n\ttemplating: true\n---\nBody",
    "---\nagpm.templating: true\n---\nBody",
    "---\nAGPM:\n  templating: true\n---\nBody",
    "---\nagmp:\n  templating: true\n---\nBody",
    "---\nagpm:\n  Templating: true\n---\nBody",
    "---\nagpm:\n  template: true\n---\nBody",
    "---\nagpm: templating\n---\nBody",
    "---\nagpm:\n- templating: true\n---\nBody",
    "---\nagpm:\n  templating: yes\n---\nBody",
    "---\nagpm:\n  templating: 'true'\n---\nBody",
    "---\nagpm:\n  templating: tera\n---\nBody",
    "---\nmetadata:\n  agpm: {templating: true}\n---\n{{ agpm.project.name }}",
    "{{ agpm.project.name }}",
    "{{agpm.project['name']}}",
    "{{ project.version | upper }}",
    "{{ agpm['project'].name }}",
    "{% if agpm.project %}x{% endif %}",
    "{% for x in agpm.deps.snippets %}{% endfor %}",
    "{{- agpm.deps.snippets.tone.content -}}",
    "{{ 'x' ~ agpm.project.name }}",
]


@pytest.mark.parametrize("text", NOT_RECOGNISED)
@pytest.mark.parametrize(
    "path", ["agents/a.md", "skills/net/SKILL.md", "greeting.markdown", "snippets/a.md"]
)
def test_what_is_meant_as_frontmatter_or_template_is_not_shipped_raw(
    path, text, problems
):
    found = problems({f"prompts/{path}": text})
    assert {each.path for each in found} == {f"prompts/{path}"}


# --- names with composed letters ------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "re\u0301sume\u0301",
        "\u1112\u1161\u11ab",
        "a\u030angstro\u0308m",
        "\ufb01le",
        "\u212bx",
        "\uff21b",
        "nai\u0308ve/cafe\u0301",
    ],
)
def test_a_prompt_is_read_however_its_letters_are_composed(name, bundle, read):
    built = bundle({f"prompts/agents/{name}.md": "Body\n"})
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")} | {name}
    code = "from acme import prompts\nimport functools\n"
    for form in sorted(forms):
        parts = form.split("/")
        code += f"assert prompts.load('agents/{form}') == 'Body\\n'\n"
        code += f"assert prompts.agents['{form}'] == 'Body\\n'\n"
        code += f"assert '{form}' in prompts.agents\n"
        code += f"found = functools.reduce(getattr, {parts!r}, prompts.agents)\n"
        code += "assert found == 'Body\\n'\n"
        code += f"assert prompts.agents.{'.'.join(parts)} == 'Body\\n'\n"
    assert read(built, code) == ""


# --- numbers that JSON does not have --------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        (".Inf", ".inf"),
        ("+.INF", ".inf"),
        ("[1, .NaN]", [1, ".nan"]),
        ("{x: [.inf, {y: -.Inf}]}", {"x": [".inf", {"y": "-.inf"}]}),
        ("'.nan'", ".nan"),
        ("&a .nan", ".nan"),
    ],
)
@pytest.mark.parametrize("path", ["agents/a.md", "skills/net/SKILL.md"])
def test_a_number_that_json_does_not_have_is_text(path, written, value, bundle):
    text = f"---\nname: net\ndescription: d\nx: {written}\n---\nBody"
    built = bundle({f"prompts/{path}": text})
    (name,) = built.names
    assert built.metadata(name)["x"] == value
