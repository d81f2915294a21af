"""TestlandSource: Testland as a source, like real figures."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import cbs
from boundaries.hexagons import cells_at
from boundaries.postcodes import read_postcodes
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from layers.declarations.records import STORED
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.messages import say
from layers.method.ports import Identity
from layers.publication.explanations import MADE_UP
from layers.publication.layer import Receipt
from services.testland.country import SEED, YEARS, Testland, make_testland
from services.testland.homes import make_homes
from services.testland.postcodes import OF_POSTCODES, make_postcodes

AREAS, POSTCODES, POINTS = "boundaries/testland", "boundaries/testland-pc4", "points/testland"


class TestlandSource:
    """Testland: the same country for the same seed."""

    made_up = True

    def __init__(self, seed: int = SEED) -> None:
        self.seed = seed
        self._receipts: dict[str, Receipt] = {}

    @cached_property
    def country(self) -> Testland:
        """The country, made on first use."""
        return make_testland(self.seed)

    @cached_property
    def homes(self) -> pd.DataFrame:
        """Its homes, made on first use: few ask for them."""
        (planted,) = (one.buurten for one in self.country.places if one.name == "drugs")
        return make_homes(self.country.addresses, planted, self.seed)

    @cached_property
    def postcodes(self) -> tuple[geopandas.GeoDataFrame, pd.DataFrame]:
        """Its postcodes and their figures, made on first use: few ask for them."""
        return make_postcodes(self.country, self.seed)

    def areas(self, vintage: Vintage) -> AreaFrame:
        """All buurten of Testland, or its postcodes where these are the finest wanted, as of any year."""
        if vintage.finest is AreaLevel.PC4:
            raw, _ = self.postcodes
            self._receive(POSTCODES, "Postcodes van Testland", pd.DataFrame(raw.drop(columns="geometry")))
            return read_postcodes(raw, vintage, "Testland").areas
        raw = self.country.boundaries
        self._receive(AREAS, "Indeling van Testland", pd.DataFrame(raw.drop(columns="geometry")))
        return cbs.no_finer_than(cbs.buurten(raw, vintage, "Testland"), vintage.finest)

    def identity(self, vintage: Vintage, declaration: SourceDeclaration | None = None) -> Identity:  # noqa: ARG002
        """Its seed; the rest is the code that makes it."""
        return Identity(f"seed {self.seed}")

    def has(self, declaration: SourceDeclaration) -> bool:
        """Whether all that its formulas read was made up."""
        return not self._absent(declaration)

    def is_national(self, vintage: Vintage) -> bool:  # noqa: ARG002
        """True: they are all there are."""
        return True

    def tolerance(self, vintage: Vintage) -> float:  # noqa: ARG002
        """0: borders coincide."""
        return 0.0

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """Figures and crimes per buurt, with CBS's missing codes.

        Raises SourceError for a source with columns of its own: of those nothing was made up.
        """
        if absent := self._absent(declaration):
            raise SourceError(
                "source {id!r}: Testland is made up and has no {absent!r}; give the folder that has these figures: "
                "`--data FOLDER` (ZICHT_DATA)",
                id=declaration.id, absent=absent,
            )  # fmt: skip
        needed = _needed(declaration)
        if declaration.native is AreaLevel.PC4:
            _, raw = self.postcodes
        else:
            raw = self._per_gemeente() if declaration.native is AreaLevel.GEMEENTE else self._per_buurt(needed)
        raw = raw.rename(columns={raw.columns[0]: declaration.key})
        if step := declaration.rounded_to:
            raw = raw.assign(**{name: step * (raw[name] / step).round() for name in needed})
        self._receive(f"sources/{declaration.id}", f"{declaration.title} (Testland)", raw)
        return raw

    def write_records(self, declaration: SourceDeclaration, folder: Path) -> None:
        """The file of [records] that a source counts, below a folder.

        Raises SourceError for one with columns of its own: of those nothing was made up.
        """
        records = declaration.records
        here = records is not None and records.path is not None and not records.path.startswith(STORED)
        wanted = set(records.columns) if records and here else set()
        made = self.country.finds if wanted <= set(self.country.finds.columns) else self.homes
        if records is None or not here or not wanted <= set(made.columns):
            raise SourceError(
                "source {id!r}: Testland is made up and has no {absent!r}; give the folder that has these figures: "
                "`--data FOLDER` (ZICHT_DATA)",
                id=declaration.id, absent=sorted(wanted - set(made.columns)),
            )  # fmt: skip
        path = folder / str(records.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.to_csv(path, index=False)

    def _per_buurt(self, needed: set[str]) -> pd.DataFrame:
        """Figures and crimes of every buurt; with the topics, where a column is one of them."""
        country = self.country
        raw = country.figures.merge(country.crimes, on="buurtcode", how="outer")
        return raw if needed <= set(raw.columns) else raw.merge(country.topics, on="buurtcode", how="outer")

    def _per_gemeente(self) -> pd.DataFrame:
        """Inhabitants and topics, added up."""
        country = self.country
        people = country.addresses.groupby("buurtcode")["inwoners"].sum()
        topics = country.topics.assign(inwoners=country.topics["buurtcode"].map(people).fillna(0))
        of = country.figures.set_index("buurtcode")["gemeentecode"]
        return (
            topics.groupby(topics["buurtcode"].map(of)).sum(numeric_only=True).rename_axis("gemeentecode").reset_index()
        )

    def columns_of_cells(self, declaration: SourceDeclaration) -> frozenset[str]:  # noqa: ARG002
        """All that addresses and incidents tell."""
        crimes = {f"misdrijven_{year}" for year in YEARS}
        return frozenset({"inwoners", "huishoudens", "huurhuishoudens", "koopwoningen"} | crimes)

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame:  # noqa: ARG002
        """Inhabitants, households and registered crimes counted from addresses and incidents; 0 where there are none,
        since every one of them is known.
        """
        addresses, incidents = self.country.addresses, self.country.incidents
        if POINTS not in self._receipts:
            places = pd.concat([pd.DataFrame(one.drop(columns="geometry")).assign(x=one.geometry.x, y=one.geometry.y)
                                for one in (addresses, incidents)])  # fmt: skip
            self._receive(POINTS, "Adressen en misdrijven van Testland", places)
        living = addresses[["inwoners", "huishoudens", "huurhuishoudens"]]
        counted = living.groupby(cells_at(addresses.geometry, cells.level)).sum()
        years = pd.crosstab(cells_at(incidents.geometry, cells.level), incidents["jaar"].to_numpy())
        years.columns = [f"misdrijven_{year}" for year in years.columns]
        table: pd.DataFrame = pd.concat([counted, years], axis=1).reindex(cells.ids).fillna(0.0)
        table["koopwoningen"] = 100 * (1 - table["huurhuishoudens"] / table["huishoudens"])
        return table

    def receipts_of(
        self,
        vintage: Vintage,
        tables: Sequence[SourceDeclaration],
        points: Sequence[SourceDeclaration],
    ) -> Sequence[Receipt]:
        """Those of its boundaries, and of its tables and points where these sources gave them."""
        areas = POSTCODES if vintage.finest is AreaLevel.PC4 else AREAS
        names = [areas, *(f"sources/{one.id}" for one in tables), *([POINTS] if points else [])]
        return tuple(self._receipts[name] for name in names if name in self._receipts)

    def _absent(self, declaration: SourceDeclaration) -> list[str]:
        """What a source needs and Testland does not have."""
        if declaration.native is AreaLevel.PC4:
            return sorted(_needed(declaration) - set(OF_POSTCODES))
        country = self.country
        per_buurt = {*country.figures.columns, *country.crimes.columns, *country.topics.columns}
        has = {*country.topics.columns, "inwoners"} if declaration.native is AreaLevel.GEMEENTE else per_buurt
        return sorted(_needed(declaration) - has)

    def _receive(self, id_: str, title: str, table: pd.DataFrame) -> None:
        content = hashlib.sha256(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes()).hexdigest()
        where = f"testland, seed {self.seed}"
        self._receipts[id_] = Receipt(
            id_, title, where, content, len(table), "CC0", "Testland (verzonnen)", (say(MADE_UP),)
        )


def _needed(declaration: SourceDeclaration) -> set[str]:
    """The columns that the formulas of a source read."""
    formulas = (column.formula for column in declaration.columns.values())
    return {name for formula in formulas for name in columns_of(formula, max(declaration.periods))}
