"""
Lists the prompts of this package, or shows one.

    python -m example_pkg
    python -m example_pkg agents/backend-engineer
"""

from __future__ import annotations

import sys

from example_pkg import prompts


def main() -> None:
    """Print all names, or the text of the prompt named on the command line."""
    names = sys.argv[1:]
    if not names:
        print("\n".join(prompts.names()))
    for name in names:
        print(prompts.load(name), end="")


if __name__ == "__main__":
    main()
