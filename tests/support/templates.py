"""Texts of templates: with variables, with dependencies."""

TEMPLATE = "---\nagpm:\n  templating: true\n---\n"
AGENT = '[agents]\na = "agents/a.md"\n'


def template(runtime, body, templating="true", dependencies=""):
    return (
        f"---\nagpm:\n  templating: {templating}\n  runtime: {runtime}\n"
        f"{dependencies}---\n{body}"
    )


def embeds(path, body, runtime="", templating="true"):
    declared = f"  runtime: {runtime}\n" if runtime else ""
    return (
        f"---\nagpm:\n  templating: {templating}\n{declared}  dependencies:\n"
        f"    snippets: [{{path: {path}, name: s}}]\n---\n{body}"
    )


def depends(path, section="snippets", body=""):
    return (
        "---\nagpm:\n  templating: true\n  dependencies:\n"
        f"    {section}:\n      - path: {path}\n---\n{body}"
    )
