"""From a raster or a file with CBS's squares to a declaration of it, with what was guessed beside it to check."""

from pathlib import Path

from boundaries.counts import rate_in
from boundaries.squares import code_of
from geo.errors import SourceError
from geo.messages import message
from services.formats import bounds
from services.sources import squares
from services.sources.raster_part import check, opened_raster
from services.sources.records.proposal import comment, head, identifier, opened, tail, toml

RASTERS = (".tif", ".tiff")


def of_raster(path: Path, id_: str, vintage: int) -> str:
    """The declaration of a GeoTIFF: the mean of its first band; where that holds whole numbers, also a share.

    Raises SourceError for one that `zicht tally` would refuse, as where it does not say where it lies.
    """
    bounds.check(path)
    with opened_raster(path) as raster:
        check(raster, 1, path)
        about = message(
            "{bands} bands, cells of {size:g}, in {crs}", bands=raster.count, size=raster.res[0], crs=str(raster.crs)
        )
        whole = "int" in raster.dtypes[0]
    classes = [comment(message("or the share of some classes")), '# take = "share"', "# classes = [1]"] if whole else []
    lines = [*head(path.name, id_, vintage, []), "", "[raster]", f"path = {toml(path.name)}", comment(about)]
    lines += [
        comment(message('"all" where the raster lies over every area of the country')), 'covers = "part"', "",
        f"[raster.column.{id_}]", 'take = "mean"', *classes, *tail(id_, "rate", id_),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def is_squares(path: Path) -> bool:
    """Whether a file has a column with the names of CBS's squares."""
    return code_of(opened(path)[0].headers) is not None


def of_squares(path: Path, id_: str, vintage: int) -> str:
    """The declaration of a file with CBS's squares: its first column of counts, and the others to choose from."""
    read = squares.read(path)
    counts = [str(name) for name in read.most if not rate_in(str(name))]
    if not counts:
        raise SourceError("{path}: no column with counts", path=path)
    names = [identifier(one) for one in counts]
    lines = [*head(path.name, id_, vintage, []), "", "[squares]", f"year = {vintage}", f"path = {toml(path.name)}"]
    lines += [comment(message("the gemeenten of which all squares are in it; NL for the country")), 'covers = ["NL"]']
    lines += ["", "[squares.column]"]
    lines += [f"{'# ' if at else ''}{name} = {toml(counts[at])}" for at, name in enumerate(names)]
    return "\n".join([*lines, *tail(names[0], "count", names[0])]) + "\n"
