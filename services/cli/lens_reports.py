"""What a user reads of what a lens changes."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from geo.messages import message
from geo.moves import Move
from layers.messages import number, say
from layers.publication.lenses import bounds
from services.jobs.lens_diff import LensDiff

MOVES = {
    Move.CAME: message("comes"),
    Move.ROSE: message("rises"),
    Move.SAME: message("stays"),
    Move.FELL: message("falls"),
    Move.WENT: message("goes"),
}
"""What each move is called."""


def about(made: LensDiff) -> Iterator[str]:
    """What the lens is, and why it changes what it changes."""
    yield say("Lens {title}, beside {theme} by its own weights, {period}:", title=made.lens.title,
              theme=made.theme.title, period=made.period)  # fmt: skip
    titles = {one.id: one.title for one in made.theme.indicator}
    own = made.theme.weights
    for change in made.lens.change:
        yield say("- {title}: weight {weight} (was {own}). {why}", title=titles[change.indicator], why=change.why,
                  weight=number(change.weight, None), own=number(own[change.indicator], None))  # fmt: skip
    for where in made.lens.where:
        yield f"- {say(bounds(titles[where.indicator], where))}"


def table(made: LensDiff) -> RenderableType:
    """Each zoekgebied of either map, those of the lens first."""
    rows = Table(say("what becomes of it"), "zoekgebied", say("gemeenten"), say("own rank"), say("rank under the lens"))
    for one in made.rows:
        ranks = ("" if rank is None else str(rank) for rank in (one.own, one.lens))
        rows.add_row(say(MOVES[one.move]), escape(one.title), escape(one.gemeenten), *ranks)
    return rows


def summary(made: LensDiff) -> str:
    """How many of each."""
    counts = {move.value: count for move, count in made.counts.items()}
    return say("{came} come, {went} go, {rose} rise, {fell} fall, {same} keep their rank.", **counts)
