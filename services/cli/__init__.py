"""zicht: the commands, one module for each kind. What a user types, and what a user reads back.

Exit codes: 0 done, 1 a fault the user can mend (one message, no traceback), 2 wrong usage.

A command imports what it needs when it runs: pandas and pygeoapi take seconds, and `--help` must answer at once.
"""

import sys

import typer
from rich.markup import escape

from geo.errors import ZichtError
from services.cli.build import build
from services.cli.check import check
from services.cli.demo import demo
from services.cli.density import density
from services.cli.export import export
from services.cli.fetch import fetch
from services.cli.layers import layers
from services.cli.new import new
from services.cli.publish import publish
from services.cli.screen import complaints
from services.cli.series import series
from services.cli.serve import serve
from services.cli.tally import tally

ENVIRONMENT = """
Settings in the environment: ZICHT_HOME (folder of layers and releases, output/demo), ZICHT_DATA (a folder of real open
data, or testland), ZICHT_LAYERS (folders with themes, lenses and sources of your own, separated as in PATH),
ZICHT_CONFIG (the pygeoapi configuration, pygeoapi-config.yml), ZICHT_CACHE (where answers of services are kept; a
mirror is such a folder), ZICHT_GATEWAY (an address that all requests go through, the host as first part of the path),
ZICHT_POSTGIS (the URI of the database with a municipality's own records; the password in ~/.pgpass).
"""

app = typer.Typer(
    name="zicht",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Find kansrijke zoekgebieden and publish them as a map, an API and files.\n\n"
    "A first map, of the made-up country Testland: `zicht demo`\n\n" + ENVIRONMENT,
)
for command in (demo, fetch, new, check, build, publish, serve, export, layers, tally, series, density):
    app.command(command.__name__)(command)


def main() -> None:
    """Run the command; a fault the user can mend ends in one message and exit code 1."""
    try:
        app()
    except ZichtError as fault:
        complaints.print(f"[bold red]error:[/] {escape(str(fault))}", highlight=False, soft_wrap=True)
        sys.exit(1)
