"""The SKILL.md of a skill, and its rendering."""

LISTED = '[skills]\nk = "skills/k"\n'


def text(**fields):
    fields = {"name": "k", "description": "d", **fields}
    lines = (f"{key.replace('_', '-')}: {value}\n" for key, value in fields.items())
    return f"---\n{''.join(lines)}---\nBody {{{{ raw }}}}\n"


def skill(render_files, text, **files):
    return render_files({"skills/k/SKILL.md": text, **files}, LISTED)[-1]
