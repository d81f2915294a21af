"""The command that builds a layer again: the way out that messages about it name."""

from contextlib import suppress
from pathlib import Path

from geo.areas import AreaLevel
from geo.messages import Message, message
from layers.declarations.lenses import BASIS
from layers.publication.layer import LayerKey
from services.workspace import consistency


def command(key: LayerKey) -> str:
    """The command that builds a layer again."""
    options = {"level": key.level, "lens": key.lens, "period": key.period, "gemeente": key.gemeente}
    said = (f"--{name} {value}" for name, value in options.items() if value is not None and value != BASIS)
    return " ".join(["zicht build", key.theme, *said])


def again(of_layer: str) -> Message:
    """The way out where a file of a layer cannot be read, by the command that builds it."""
    return message("build it again: `{command}`", command=of_layer)


def by_folder(folder: Path, root: Path) -> Message | None:
    """The way out for a layer that does not say which it is, by where it lies; None where no layer is written."""
    with suppress(ValueError):
        theme, level, period, lens, part = folder.relative_to(root).parts
        gemeente = None if part == consistency.WHOLE_COUNTRY else part
        return again(command(LayerKey(theme, AreaLevel(level), int(period), lens, gemeente)))
    return None
