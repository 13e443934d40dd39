"""A skill and an agent that are exported, and the plan of a build that exports."""

import tomllib

from hatch_agpm.build.plan import plan_build
from hatch_agpm.model.build import BuildContext

SKILL = """\
---
name: mend-nets
description: >
  Mends nets. Use when a net of {{ agpm.project.name }} {{ agpm.project.version }}
  is torn.
allowed-tools: [Read, "Bash(ls *)"]
metadata: {depth: 1.10}
agpm:
  templating: true
---

Mend nets with {{ agpm.project.version }}; see [the knots](references/knots.md).
"""
AGENT = "---\nname: sailor\ndescription: Sails. Use at sea.\nmodel: opus\n---\nSail.\n"


def plan_of(root, tables, metadata=None):
    """Plan the build of a project with these tables, version 1.5 of `p`."""
    facts = {"name": "p", "version": "1.5", "requires_python": ">=3.9"}
    return plan_build(
        BuildContext(
            root,
            tomllib.loads(tables),
            metadata={**facts, **(metadata or {})},
            distribution="p",
        )
    )
