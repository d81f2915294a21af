"""sample: a control sample of a map, as a file to take along."""

from pathlib import Path

import geopandas

from geo.errors import SourceError
from layers.evaluation.control import control_sample
from layers.method.country import Country
from services.files import whole_file
from services.jobs.build import LayerRequest, OnStep, build

ENDINGS = (".csv", ".gpkg")


def check_file(path: Path) -> None:
    """Raise SourceError, before anything is built, for a file of another kind."""
    if path.suffix not in ENDINGS:
        raise SourceError("{to}: a sample is written as .csv or .gpkg; name one of these", to=path)


def sample(country: Country, request: LayerRequest, count: int, seed: int, on_step: OnStep) -> geopandas.GeoDataFrame:
    """The areas on a map and `count` others, drawn by stratum. Raises as `build` does, and StatisticError."""
    return control_sample(build(country, request, on_step).table, count, seed)


def write(sampled: geopandas.GeoDataFrame, path: Path) -> None:
    """The whole file or nothing: a table for a spreadsheet, or a map for QGIS."""
    with whole_file(path) as unfinished:
        if path.suffix == ".csv":
            table = sampled.drop(columns="geometry")
            table.to_csv(unfinished, sep=";", decimal=",", index=False, encoding="utf-8-sig")
        else:
            sampled.to_file(unfinished, driver="GPKG", layer="steekproef")
