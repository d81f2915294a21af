"""What is fetched by title from CBS's kerncijfers of 2023: homes without residents, private rent, establishments by
activity. Titles and keys are those that users of 85618NED have in their code.
"""

from pathlib import Path

import pandas as pd
import pytest

from boundaries import vintages
from tests.services.jobs.conftest import small
from tests.services.running import Zicht
from tests.standin import statline
from tests.standin.server import Standin

TABLE = "85618NED"
HOMES = {
    "woningen": statline.Topic("Woningvoorraad_34", "Woningvoorraad", "Wonen"),
    "onbewoond": statline.Topic("PercentageOnbewoond_39", "Percentage onbewoond", "Wonen"),
    "overige_verhuur": statline.Topic("InBezitOverigeVerhuurders_43", "In bezit overige verhuurders", "Huurwoningen"),
}
ESTABLISHMENTS = {
    "vestigingen": statline.Topic("BedrijfsvestigingenTotaal_91", "Bedrijfsvestigingen totaal"),
    "handel_horeca": statline.Topic("GIHandelEnHoreca_94", "G+I Handel en horeca"),
    "vervoer_informatie": statline.Topic(
        "HJVervoerInformatieEnCommunicatie_95", "H+J Vervoer, informatie en communicatie"
    ),
    "financieel_onroerend": statline.Topic(
        "KLFinancieleDienstenOnroerendGoed_96", "K-L Financiële diensten, onroerend goed"
    ),
    "zakelijk": statline.Topic("MNZakelijkeDienstverlening_97", "M-N Zakelijke dienstverlening"),
    "cultuur_overig": statline.Topic(
        "RUCultuurRecreatieOverigeDiensten_98", "R-U Cultuur, recreatie, overige diensten"
    ),
}
BESIDE = (
    statline.Topic("PercentageBewoond_38", "Percentage bewoond", "Wonen"),
    statline.Topic("InBezitWoningcorporatie_42", "In bezit woningcorporatie", "Huurwoningen"),
    statline.Topic("ALandbouwBosbouwEnVisserij_92", "A Landbouw, bosbouw en visserij"),
)
"""What stands beside them in the table, with titles that look like theirs."""


@pytest.mark.parametrize(("source", "topics"), [("bewoning", HOMES), ("vestigingen_buurt", ESTABLISHMENTS)])
def test_figures_of_2023_are_found_by_the_titles_of_cbs(
    source: str, topics: dict[str, statline.Topic], zicht: Zicht, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    codes = [f"BU0344{at:04}" for at in range(600)]
    every = (*BESIDE, *HOMES.values(), *ESTABLISHMENTS.values())
    figures = {one.key: [None if row == 3 else 100 * nth + row for row in range(600)] for nth, one in enumerate(every)}
    table = pd.DataFrame({"WijkenEnBuurten": codes} | figures, dtype=object)
    rows = [{"WijkenEnBuurten": "GM0344"} | {one.key: 1 for one in every}, *table.to_dict("records")]
    monkeypatch.setattr(vintages, "vintages", small(2024))
    monkeypatch.setenv("ZICHT_CACHE", str(tmp_path / "cache"))
    with Standin(statline.StatLine({TABLE: statline.Table(every, rows, page=250)})) as standin:
        monkeypatch.setenv("ZICHT_GATEWAY", standin.url)
        fetched = zicht("fetch", source, "--to", tmp_path / "data")
    assert fetched.code == 0, fetched.err
    (file,) = (tmp_path / "data" / "sources").glob("*.parquet")
    found = pd.read_parquet(file).set_index("gwb_code_10")
    for column, topic in topics.items():
        own = found[column].reindex(codes).astype(object)
        assert own.where(own.notna(), None).tolist() == figures[topic.key], column
