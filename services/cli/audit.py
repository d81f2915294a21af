"""audit: what others can compute of confidential counts from what was published."""

from typing import Annotated

import typer
from rich.markup import escape

from geo.errors import DisclosureError
from layers.messages import say
from services.cli.screen import Home, screen


def audit(
    release: Annotated[
        str | None, typer.Argument(help=say("The id of a release, or the beginning of it. Default: the one served."))
    ] = None,
    home: Home = None,
) -> None:
    """Compute, as an attacker would, what a release and all others ever published tell of confidential counts.

    Example: `zicht audit`
    """
    from services.jobs import audit as job
    from services.jobs.serve import home_to_read

    done = job.audit(home_to_read(home), release)
    if done.audit is None:
        screen.print(escape(say("Release {id} has no confidential counts.", id=done.release)))
        return
    for one in done.audit.exposed:
        screen.print(
            escape(
                say(
                    "{area}: {count} lies between {lowest:g} and {highest:g}, betrayed {relation}",
                    area=one.area, count=one.count, lowest=one.lowest, highest=one.highest, relation=job.relation(one),
                )
            )
        )  # fmt: skip
    if not done.audit.passed:
        raise DisclosureError(
            "release {id}: {count} cells are exposed; the certificate is {path}; withdraw it, and publish without that "
            "level or with more noise",
            id=done.release, count=len(done.audit.exposed), path=done.certificate,
        )  # fmt: skip
    screen.print(escape(say("Release {id}: nothing is exposed. {found} Certificate: {path}", id=done.release,
                            found=" ".join(map(say, job.found_in(done.audit))), path=done.certificate)))  # fmt: skip
