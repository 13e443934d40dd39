from __future__ import annotations

import json

import pytest

from hatch_agpm.config.metadata import project_metadata
from hatch_agpm.errors import ConfigError

STATIC = {
    "name": "Demo.Pkg",
    "version": "2026.08.01-RC1",
    "description": "Over\ntwo lines",
    "requires-python": ">=3.9, <4",
    "license": "MIT",
    "authors": [{"name": "Zoë", "email": "z@example.org"}, {"name": "Ada"}],
    "maintainers": [{"email": "m@example.org"}],
    "keywords": ["b", "a", "b"],
    "classifiers": ["Topic :: Utilities", "Framework :: Hatch"],
    "urls": {"Source": "https://example.org/s", "Home": "https://example.org/a,b"},
    "dependencies": [
        "Zope.Interface >= 5",
        'requests[Socks,a]!=2.5,>=2 ; python_version<"4"',
        "tool @ https://example.org/tool.zip ; os_name == 'nt'",
    ],
    "optional-dependencies": {"Dev_Tools": ["pytest"], "all": ["demo.pkg[dev-tools]"]},
    "scripts": {"b": "demo:b", "a": "demo:a"},
}

HATCHLING_TEXT = """\
Metadata-Version: 2.5
Name: Demo.Pkg
Version: 2026.08.01-RC1
Summary: Over two lines
Project-URL: Source, https://example.org/s
Project-URL: Home, https://example.org/a,b
Author: Ada
Author-email: Zoë <z@example.org>
Maintainer-email: m@example.org
License-Expression: MIT
Keywords: a,b
Classifier: Framework :: Hatch
Classifier: Topic :: Utilities
Requires-Python: <4,>=3.9
Requires-Dist: requests[a,socks]!=2.5,>=2; python_version < '4'
Requires-Dist: tool@ https://example.org/tool.zip ; os_name == 'nt'
Requires-Dist: zope-interface>=5
Provides-Extra: dev-tools
Requires-Dist: pytest; extra == 'dev-tools'

# The readme
Keywords: not these
"""

SETUPTOOLS_TEXT = """\
Metadata-Version: 2.4
Name: Demo.Pkg
Version: 2026.8.1rc1
Summary: Over two lines
Author: Ada
Author-email: Zoë <z@example.org>
Maintainer-email: m@example.org
License-Expression: MIT
Project-URL: Home, https://example.org/a,b
Project-URL: Source, https://example.org/s
Keywords: b,a,b
Classifier: Topic :: Utilities
Classifier: Framework :: Hatch
Requires-Python: <4,>=3.9
Description-Content-Type: text/markdown
Requires-Dist: Zope.Interface>=5
Requires-Dist: requests[Socks,a]!=2.5,>=2; python_version < "4"
Requires-Dist: tool@ https://example.org/tool.zip ; os_name == "nt"
Provides-Extra: dev-tools
Requires-Dist: pytest; extra == "dev-tools"
Dynamic: license-file

# The readme
"""

EXPECTED = {
    "name": "Demo.Pkg",
    "version": "2026.8.1rc1",
    "description": "Over two lines",
    "requires_python": "<4,>=3.9",
    "license": "MIT",
    "authors": [{"name": "Zoë", "email": "z@example.org"}, {"name": "Ada"}],
    "maintainers": [{"email": "m@example.org"}],
    "keywords": ["a", "b"],
    "classifiers": ["Framework :: Hatch", "Topic :: Utilities"],
    "urls": {"Home": "https://example.org/a,b", "Source": "https://example.org/s"},
    "dependencies": [
        'requests[a,socks]!=2.5,>=2; python_version < "4"',
        'tool @ https://example.org/tool.zip ; os_name == "nt"',
        "zope-interface>=5",
    ],
    "optional_dependencies": {"all": ["demo-pkg[dev-tools]"], "dev-tools": ["pytest"]},
    "scripts": {"a": "demo:a", "b": "demo:b"},
    "language": "python",
}


@pytest.mark.parametrize("text", ["", HATCHLING_TEXT, SETUPTOOLS_TEXT])
def test_a_static_table_gives_the_same_values_with_every_backend(text):
    values = project_metadata(STATIC, core_metadata=text)

    assert values == EXPECTED
    assert list(values) == list(EXPECTED)
    assert json.loads(json.dumps(values)) == values


@pytest.mark.parametrize("text", [HATCHLING_TEXT, SETUPTOOLS_TEXT])
def test_dynamic_fields_come_canonical_from_either_backends_text(text):
    project = {"name": "Demo.Pkg", "scripts": STATIC["scripts"]}

    values = project_metadata(project, core_metadata=text)

    # Core metadata writes people without an address first, and no reference to
    # the project's own extras.
    assert values == {
        **EXPECTED,
        "authors": [{"name": "Ada"}, {"name": "Zoë", "email": "z@example.org"}],
        "optional_dependencies": {"dev-tools": ["pytest"]},
    }


def test_markers_beside_an_extra_keep_their_meaning():
    text = (
        "Name: x\nProvides-Extra: empty\n"
        "Requires-Dist: a; (os_name == 'nt' or os_name == 'x') and extra == 'T'\n"
        "Requires-Dist: b @ https://example.org/b.zip ; extra == 't'\n"
    )

    values = project_metadata({}, core_metadata=text)

    assert values["optional_dependencies"] == {
        "empty": [],
        "t": ['a; os_name == "nt" or os_name == "x"', "b @ https://example.org/b.zip"],
    }


@pytest.mark.parametrize(
    ("project", "text", "expected"),
    [
        ({"license": {"file": "LICENSE"}}, "License: One\n        \n         two", 0),
        ({"license": {"text": "One\n\n two\n"}}, "", 0),
        ({"license": "mit"}, "License-Expression: MIT\nLicense: old", "MIT"),
        ({"license": "Apache-2.0"}, "", "Apache-2.0"),
    ],
)
def test_the_license_is_the_expression_or_else_the_text(project, text, expected):
    values = project_metadata(project, core_metadata=f"Name: x\n{text}\n\nreadme")

    assert values["license"] == (expected or "One\n\n two")


def test_a_missing_text_is_absent_and_a_missing_list_is_empty():
    assert project_metadata({"name": "bare"}) == {
        "name": "bare",
        "authors": [],
        "maintainers": [],
        "keywords": [],
        "classifiers": [],
        "urls": {},
        "dependencies": [],
        "optional_dependencies": {},
        "scripts": {},
        "language": "python",
    }


@pytest.mark.parametrize(
    ("project", "key"),
    [
        ({"name": 3}, "project.name"),
        ({"version": "one"}, "project.version"),
        ({"requires-python": "3.9"}, "project.requires-python"),
        ({"license": 1}, "project.license"),
        ({"authors": "Ada"}, "project.authors"),
        ({"maintainers": [{"name": "Ada"}, {"name": 1}]}, "project.maintainers[1]"),
        ({"keywords": "a, b"}, "project.keywords"),
        ({"classifiers": [1]}, "project.classifiers"),
        ({"urls": ["x"]}, "project.urls"),
        ({"dependencies": ["ok", "not ok"]}, "project.dependencies[1]"),
        ({"optional-dependencies": []}, "project.optional-dependencies"),
        (
            {"optional-dependencies": {"dev": ["a b"]}},
            "project.optional-dependencies.dev[0]",
        ),
        ({"scripts": {"a": 1}}, "project.scripts"),
    ],
)
def test_a_malformed_field_is_named(project, key):
    with pytest.raises(ConfigError) as caught:
        project_metadata(project)

    assert caught.value.key == key
