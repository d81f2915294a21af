"""The app: all commands with their help, in the language that is spoken when this module is imported."""

import inspect
from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.audit import audit
from services.cli.build import build
from services.cli.check import check
from services.cli.clean import clean
from services.cli.demo import demo
from services.cli.density import density
from services.cli.evaluate import evaluate
from services.cli.export import export
from services.cli.fetch import fetch
from services.cli.hotspots import hotspots
from services.cli.key import key
from services.cli.layers import layers
from services.cli.lens import lens
from services.cli.new import new
from services.cli.nightly import nightly
from services.cli.plan import plan
from services.cli.profile import profile
from services.cli.publish import publish
from services.cli.releases import releases
from services.cli.sample import sample
from services.cli.series import series
from services.cli.serve import serve
from services.cli.tally import tally
from services.cli.usage import Command, Group
from services.cli.verify import verify
from services.cli.withdraw import withdraw

COMMANDS = (
    demo, fetch, new, check, plan, build, publish, nightly, serve, key, export, layers, releases, verify, withdraw,
    audit, tally, series, density, hotspots, profile, evaluate, sample, lens, clean,
)  # fmt: skip

ABOUT = (
    say("Find kansrijke zoekgebieden and publish them as a map, an API and files."),
    say("A first map, of the made-up country Testland: `zicht demo`"),
    say("Settings in the environment; what is given as an option goes before them:"),
    say(
        "- ZICHT_HOME: folder of layers and releases (output/demo; to serve, show and export: the one published last)\n"
        "- ZICHT_DATA: a folder of real open data, or testland (testland)\n"
        "- ZICHT_LAYERS: folders with themes, lenses and sources of your own, beside those of zicht\n"
        "- ZICHT_LANG: language of the screen and of what is published, nl or en (nl)\n"
        "- ZICHT_CONFIG: the pygeoapi configuration that is written and served (pygeoapi-config.yml, of that folder)\n"
        "- ZICHT_CACHE: folder with cached answers of services; a mirror is such a folder\n"
        "- ZICHT_GATEWAY: an address that all requests go through, the host as first part of the path\n"
        "- ZICHT_HOSTS: hosts that services may redirect to besides their own, separated by commas\n"
        "- ZICHT_POSTGIS: URI of the database with a municipality's own records; the password in ~/.pgpass\n"
        "- ZICHT_STORE: URI of the database that releases are published in and served from too; the password likewise\n"
        "- ZICHT_ENGINE: what counts records or searches again: local, local:4 or spark://host:7077 (local)\n"
        "- ZICHT_VAULT: folder with the secret by which confidential counts are perturbed; keep it, and for yourself\n"
        "- ZICHT_PROXIES: addresses or networks of proxies that are believed on where readers find the service\n"
        "- ZICHT_KEYS: file with the API keys of who sees what is for colleagues; without one all who reach it do\n"
        "- ZICHT_TILES: yes: what is published has vector tiles too (no)"
    ),
)
EVERYWHERE = say("Of every command: `--lang`, `--layers` and `--version`; see `zicht --help`.")

app = typer.Typer(
    name="zicht",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    options_metavar=say("[OPTIONS]"),
    subcommand_metavar=say("COMMAND [ARGUMENTS]..."),
    help="\n\n".join(ABOUT),
)


@app.callback()
def everywhere(
    lang: Annotated[
        str, typer.Option(help=say("Language of the screen and of what is published, nl or en (ZICHT_LANG)."))
    ] = "nl",
    layers: Annotated[
        list[Path] | None,
        typer.Option(help=say("Folder with themes, lenses and sources of your own (ZICHT_LAYERS); may be repeated.")),
    ] = None,
    version: Annotated[  # noqa: FBT002
        bool, typer.Option("--version", help=say("Show the version and exit."))
    ] = False,
) -> None:
    """Options of every command; they are taken off before (services.cli.anywhere) and stand here for their help."""


for command in COMMANDS:
    app.command(
        command.__name__,
        cls=Command,
        help=say(inspect.cleandoc(str(command.__doc__))),
        epilog=EVERYWHERE,
        options_metavar=say("[OPTIONS]"),
    )(command)
