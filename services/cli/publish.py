"""publish: from layers to a release and its configuration."""

from typing import Annotated

import typer
from rich.markup import escape

from geo.errors import ZichtError
from layers.messages import language, say
from services.cli.screen import Config, Home, Store, progress, screen
from services.settings import Settings, override


def publish(
    check: Annotated[bool, typer.Option("--check", help=say("Only say whether the configuration is current."))] = False,  # noqa: FBT002
    resume: Annotated[  # noqa: FBT002
        bool, typer.Option("--resume", help=say("Serve what is published again, after a roll-back."))
    ] = False,
    confirm: Annotated[  # noqa: FBT002
        bool, typer.Option("--confirm", help=say("Publish, however much changed of what is served."))
    ] = False,
    home: Home = None,
    config: Config = None,
    store: Store = None,
) -> None:
    """Publish the built layers as one release, and write the `resources` of the pygeoapi configuration.

    Which layers, and for whom, stands in publication.toml in the home, if it is there; else all that everyone may have.

    Example: `zicht publish`, and in CI `zicht publish --check`
    """
    from services.cli import reports
    from services.jobs.configurations import configuration_of, difference
    from services.jobs.declarations import catalogue
    from services.jobs.publish import manifest, publish_all
    from services.jobs.stores import check as check_store
    from services.jobs.stores import mirror

    override("STORE", store)
    home = home or Settings().home
    config = configuration_of(home, config)
    if check:
        if (differs := difference(home, config)) is not None:
            raise ZichtError("{path}: not current: {differs}; run `zicht publish`", path=config, differs=differs)
        screen.print(escape(say("{path} is current", path=config)))
        return
    check_store(home)
    with progress() as steps:
        done = publish_all(home, config, catalogue(), steps, resume=resume, confirmed=confirm)
        mirror(home, steps)
    content = manifest(done.folder)
    screen.print(reports.released(content, done.folder))
    outcome = "again" if done.swapped and done.outcome.value == "unchanged" else done.outcome.value
    screen.print(escape(say(reports.OUTCOMES[outcome])))
    for line in reports.not_published(done.left_out):
        screen.print(line, markup=False, soft_wrap=True)
    for line in reports.changed(done.changes):
        screen.print(line, markup=False, soft_wrap=True)
    if done.held is not None:
        screen.print(
            escape(
                say(
                    "It is not served: after the roll-back release {id} stays served, until `zicht publish --resume`.",
                    id=done.held.name,
                )
            )
        )
    if (published_in := content.get("language", "nl")) != language():
        screen.print(
            say("Published in the language that its layers were built in ({language}).", language=published_in)
        )
