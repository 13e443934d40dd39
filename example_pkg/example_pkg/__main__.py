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
    match sys.argv[1:]:
        case []:
            print("\n".join(prompts.names()))
        case [name]:
            print(prompts.load(name), end="")
        case _:
            sys.exit("usage: python -m example_pkg [NAME]")


if __name__ == "__main__":
    main()
