"""
Write the pages of the documentation site into `.site/pages/`, for `make docs`.

They are those of `docs/` and of the root, where links lead to files.  Links
between the two are changed to lead within the site, and those to other files of the
repository become text.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ROOT / ".site/pages"
ROOT_PAGES = {
    "README.md": "overview.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "example_pkg/README.md": "example.md",
}
"""Pages outside of `docs/`, and their paths in the site."""

_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
_TITLE = re.compile(r"^( *```\w+) ([\w./-]+)$", re.MULTILINE)


def site_pages() -> dict[str, str]:
    """Return the text of each page, by its path in the site."""
    sources = {
        path.relative_to(ROOT).as_posix(): path.relative_to(ROOT / "docs").as_posix()
        for path in sorted((ROOT / "docs").rglob("*.md"))
    }
    return {
        target: page(source, target, (ROOT / source).read_text("utf-8"))
        for source, target in (sources | ROOT_PAGES).items()
    }


def page(source: str, target: str, text: str) -> str:
    """Return a page of the site, made of the text of a file of the repository."""

    def changed(link: re.Match[str]) -> str:
        label, path, anchor = link[1], link[2], link[3] or ""
        if "://" in path:
            return link[0]
        found = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if found in ROOT_PAGES:
            there = ROOT_PAGES[found]
        elif found.startswith("docs/"):
            there = found.removeprefix("docs/")
        else:
            # A missing file stays a link, which the strict build reports.
            return label if (ROOT / found).exists() else link[0]
        relative = posixpath.relpath(there, posixpath.dirname(target) or ".")
        return f"[{label}]({relative}{anchor})"

    return _TITLE.sub(r'\1 title="\2"', _LINK.sub(changed, text))


def main() -> None:
    """Write the pages, and copy the other files of `docs/`."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    for path, text in site_pages().items():
        PAGES.joinpath(path).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
