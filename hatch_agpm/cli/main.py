"""
The command `hatch-agpm`: shows prompts as a build would render them.

The core, the messages and the verification are those of a build.  Only `add`, `init`
with `--write`, `install`, `preview`, `render` with a directory, `stub`, `uninstall`
and `vendor` write files.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hatch_agpm._version import __version__
from hatch_agpm.cli.install.options import install_options, uninstall_options
from hatch_agpm.cli.output import count_of, print_text, write_directory
from hatch_agpm.cli.preview.options import preview_options
from hatch_agpm.cli.vendor.options import vendor_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hatch_agpm.build import Plan
    from hatch_agpm.model.rendering import FileContent, RenderedResource

__all__ = ["main", "make_parser"]


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command and return its exit code.

    0 for success, 1 where a build would fail, 2 for a wrong command line.
    """
    arguments = make_parser().parse_args(argv)
    from hatch_agpm.errors import AgpmError

    if sys.stdout is None:
        print("hatch-agpm: standard output is closed", file=sys.stderr)
        return 1
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again at exit, and would report the closed pipe.
        _close_output()
        return 1
    except KeyboardInterrupt:
        print_text("hatch-agpm: interrupted", to_errors=True)
        return 130
    except (AgpmError, OSError) as error:
        print_text(f"hatch-agpm: {error}", to_errors=True)
        return 1
    return code


class _CommandParser(argparse.ArgumentParser):
    """A parser whose errors, which repeat arguments, do not control the terminal."""

    def error(self, message: str) -> NoReturn:
        from hatch_agpm.errors import printable

        super().error(printable(message, ""))


def _close_output() -> None:
    """Let what is still written to standard output go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _CommandParser(
        prog="hatch-agpm", description="Show prompts as a build would render them."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    in_project = _project_option()

    def command(
        run: Callable[[argparse.Namespace], int],
        summary: str,
        *parents: _CommandParser,
    ) -> argparse.ArgumentParser:
        name = run.__name__.removeprefix("_")
        added = commands.add_parser(
            name, help=summary, description=f"{summary}.", parents=parents
        )
        added.set_defaults(run=run)
        return added

    _init_options(command(_init, "print the lines for a new project", in_project))
    _json_option(command(_list, "list the prompts of the wheel", in_project))
    _check_options(command(_check, "render all, and report what to fix", in_project))
    what = "write the stubs by which editors and type checkers know the prompts"
    _stub_options(command(_stub, what, in_project))
    what = "compare wheels and installed distributions with their indexes"
    _verify_options(command(_verify, what))
    vendor_options(command(_vendor, "copy used files of other sources", in_project))
    what = "write one prompt to standard output, or all to files"
    _render_options(command(_render, what, in_project))
    _show_options(command(_show, "show one prompt, and what it is made of", in_project))
    _tree_options(command(_tree, "show the files of each prompt", in_project))
    _diff_options(command(_diff, "show which texts changed, and why", in_project))
    preview_options(command(_preview, "write a page of all prompts", in_project))
    added = command(_add, "put the prompts into wheels that exist", in_project)
    _wheels_option(added, "a wheel to change")
    install_options(command(_install, "install what packages ship", in_project))
    uninstall_options(command(_uninstall, "remove what was installed", in_project))
    return parser


def _verify_options(verify: argparse.ArgumentParser) -> None:
    what = "a wheel to read"
    verify.add_argument("wheels", metavar="WHEEL", nargs="*", type=Path, help=what)
    what = "distributions of the environment that hatch-agpm runs in"
    verify.add_argument(
        "--installed",
        metavar="DIST",
        nargs="+",
        action="extend",
        default=[],
        help=what,
    )
    _json_option(verify)


def _wheels_option(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("wheels", metavar="WHEEL", nargs="+", type=Path, help=what)


def _init_options(init: argparse.ArgumentParser) -> None:
    what = "insert the lines into pyproject.toml"
    init.add_argument("--write", action="store_true", help=what)


def _stub_options(stub: argparse.ArgumentParser) -> None:
    what = "write nothing; fail if a stub is not up to date"
    stub.add_argument("--check", action="store_true", help=what)


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _check_options(check: argparse.ArgumentParser) -> None:
    what = "fail on notes, too"
    check.add_argument("--strict", action="store_true", help=what)
    format_ = check.add_mutually_exclusive_group()
    what = "text, json, annotations of GitHub Actions, or SARIF 2.1.0 (default: text)"
    choices = ("text", "json", "github", "sarif")
    format_.add_argument("--format", choices=choices, default="text", help=what)
    what = "print JSON"
    format_.add_argument(
        "--json", action="store_const", const="json", dest="format", help=what
    )


def _show_options(show: argparse.ArgumentParser) -> None:
    show.add_argument("name", metavar="NAME", help="a name that `list` prints")
    what = "a wheel, or an installed distribution (default: the project)"
    show.add_argument("place", metavar="PLACE", nargs="?", help=what)
    chosen = show.add_mutually_exclusive_group()
    what = "print the template instead, as it is in the project"
    chosen.add_argument("--source", action="store_true", help=what)
    what = "print the whole file instead, as it is in the wheel"
    chosen.add_argument("--document", action="store_true", help=what)
    chosen.add_argument("--json", action="store_true", help="print JSON")


def _tree_options(tree: argparse.ArgumentParser) -> None:
    what = "a name that `list` prints, with --invert a file (default: all)"
    tree.add_argument("name", metavar="NAME", nargs="?", help=what)
    what = "a wheel, or an installed distribution (default: the project)"
    tree.add_argument("place", metavar="PLACE", nargs="?", help=what)
    what = "show for each file what uses it"
    tree.add_argument("--invert", action="store_true", help=what)


def _diff_options(diff: argparse.ArgumentParser) -> None:
    what = "the old and the new one, by default the project: wheels, directories of "
    what += "projects, or installed distributions"
    diff.add_argument("places", metavar="PLACE", nargs="*", help=what)
    what = "a revision of the project's Git repository; a second one is the new one"
    diff.add_argument("--git", metavar="REVISION", action="append", help=what)
    what = "exit with 1 where there are differences"
    diff.add_argument("--exit-code", action="store_true", help=what)
    chosen = diff.add_mutually_exclusive_group()
    what = "print Markdown, for a comment on a pull request"
    chosen.add_argument("--markdown", action="store_true", help=what)
    chosen.add_argument("--json", action="store_true", help="print JSON")


def _render_options(render: argparse.ArgumentParser) -> None:
    chosen = render.add_mutually_exclusive_group(required=True)
    chosen.add_argument(
        "name", metavar="NAME", nargs="?", help="a name that `list` prints"
    )
    what = "the value of a run-time variable, as JSON or text; several may be given"
    setting = "NAME=VALUE"
    render.add_argument("--set", metavar=setting, action="append", help=what)
    what = "leave out the frontmatter"
    render.add_argument("--body", action="store_true", help=what)
    what = "write all prompts into a new directory"
    chosen.add_argument("--output", metavar="DIR", type=Path, help=what)
    what = "write the whole package of prompts into a new directory"
    chosen.add_argument("--bundle", metavar="DIR", type=Path, help=what)


def _project_option() -> _CommandParser:
    """Return the options of all commands that read a project."""
    parent = _CommandParser(add_help=False)
    parent.add_argument(
        "--project",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="where pyproject.toml is (default: the current directory)",
    )
    return parent


def _init(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.init import initialise

    print_text("\n".join(initialise(arguments.project, write=arguments.write)))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.project import open_project
    from hatch_agpm.cli.viewing import list_text

    plan = open_project(arguments.project).plan()
    print_text(list_text(plan, as_json=arguments.json))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.report import check_project, written

    report = check_project(arguments.project, strict=arguments.strict)
    if arguments.format != "text":
        print_text(written(report, arguments.format).removesuffix("\n"))
    else:
        if report.summary:
            print_text(report.summary)
        for note in report.notes:
            print_text(f"note: {note}")
        for problem in report.problems:
            print_text(f"hatch-agpm: {problem}", to_errors=True)
    return 1 if report.problems else 0


def _stub(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.project import open_project
    from hatch_agpm.cli.stub import check_stubs, write_stubs

    plan = open_project(arguments.project).plan()
    if arguments.check:
        check_stubs(plan)
    else:
        print_text("\n".join(write_stubs(plan)))
    return 0


def _vendor(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.vendor.command import run_vendor

    for line in run_vendor(arguments):
        print_text(line)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.verify import run_verify

    return run_verify(arguments)


def _add(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.add import add_prompts

    for wheel in arguments.wheels:
        print_text(f"{wheel.name}: {add_prompts(arguments.project, wheel)}")
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.preview.command import preview

    return preview(arguments)


def _install(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.install.command import run_install

    return run_install(arguments)


def _uninstall(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.install.command import run_uninstall

    return run_uninstall(arguments)


def _render(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.project import open_project
    from hatch_agpm.cli.viewing import find
    from hatch_agpm.errors import ConfigError

    if arguments.name is None and (arguments.set or arguments.body):
        option = "--set" if arguments.set else "--body"
        raise ConfigError(option, "needs the NAME of one prompt")
    plan = open_project(arguments.project).plan()
    bundle = plan.bundle
    if arguments.bundle is not None:
        whole = bundle.in_one()
        write_directory(arguments.bundle, whole)
        print_text(f"{count_of(whole)} in {arguments.bundle}")
    elif arguments.output is not None:
        files = _texts_of(plan)
        write_directory(arguments.output, files)
        print_text(f"{count_of(files)} in {arguments.output}")
    else:
        # Bytes: standard output must not translate line ends or characters.
        found = find(arguments.name, plan)
        sys.stdout.buffer.write(_document(found, arguments.set, body=arguments.body))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.viewing.show import shown

    place = arguments.place or arguments.project
    forms = ("source", "document", "json")
    form = next((each for each in forms if getattr(arguments, each)), "text")
    output = shown(arguments.name, str(place), form)
    if form == "text":
        print_text(output.decode().removesuffix("\n"))
    else:
        # Bytes: standard output must not translate line ends or characters.
        sys.stdout.buffer.write(output)
    return 0


def _tree(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.viewing.tree import tree

    place = str(arguments.place or arguments.project)
    print_text(tree(arguments.name, place, invert=arguments.invert))
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from hatch_agpm.cli.diff import as_json, as_markdown, as_text
    from hatch_agpm.cli.snapshots import two_snapshots
    from hatch_agpm.review import compare

    old, new = two_snapshots(arguments.places, arguments.git or [], arguments.project)
    comparison = compare(old, new)
    if arguments.json or arguments.markdown:
        write = as_json if arguments.json else as_markdown
        sys.stdout.buffer.write(write(comparison).encode())
    else:
        print_text(as_text(comparison))
    return 1 if arguments.exit_code and comparison.changes else 0


def _document(resource: RenderedResource, values: list[str], *, body: bool) -> bytes:
    """Return the document with the values given, or only what is below its head."""
    document = resource.document
    if values:
        from hatch_agpm.bundle.filling import filled_document

        document = filled_document(resource, values)
    return document[resource.body :] if body else document


def _texts_of(plan: Plan) -> dict[str, FileContent]:
    """Return the files of the prompts and those for coding agents, by path."""
    from hatch_agpm.bundle.layout import lay_out

    files: dict[str, FileContent] = {}
    for item in lay_out(plan.rendering.resources):
        files |= item.files
    for path, file in plan.bundle.in_one().items():
        if path not in plan.bundle.files:
            files[path] = file
    return files
