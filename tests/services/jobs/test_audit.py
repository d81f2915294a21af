"""A release with confidential counts is audited before it is in the world, and remembered."""

import json
import shutil

import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import DisclosureError, StoreError
from layers.method.country import Country
from layers.method.reading import Own
from services.jobs import audit, withdraw
from services.jobs.audit import leaving
from services.jobs.build import LayerRequest, build
from services.jobs.publish import publish_all
from services.releases import release
from services.sources.records.tally import RecordsInput, tally
from services.testland.source import TestlandSource
from services.vault.ledger import Ledger
from services.vault.secret import Vault
from services.workspace import storage
from tests import turnover
from tests.layers.declared import catalog
from tests.layers.evaluation.test_amounts import release as amounts
from tests.services.sources.records.test_build import LENS, PEOPLE, SOURCE, THEME


@pytest.fixture(scope="module")
def folder(testland, tmp_path_factory):
    made = tmp_path_factory.mktemp("eigen")
    incidents = testland.incidents
    rows = pd.DataFrame({"x": incidents.geometry.x, "y": incidents.geometry.y, "jaar": incidents["jaar"]})
    rows.to_csv(made / "aangiften.csv", sep=";", decimal=",", index=False)
    return made


def vault_of(folder, secret):
    """A vault with that secret."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_bytes(secret * 32)
    return Vault(folder)


@pytest.fixture(scope="module")
def built(folder, tmp_path_factory):
    """Layers of confidential rows on buurten and wijken."""
    home, vault = tmp_path_factory.mktemp("thuis"), vault_of(tmp_path_factory.mktemp("kluis") / "vault", b"a")
    known = catalog(
        tmp_path_factory.mktemp("catalogus"), themes_proef=THEME, sources_mensen=PEOPLE, lenses_nabij=LENS,
        sources_tellingen=SOURCE.replace('status = "open"', "").replace('["NL"]', '["GM9363"]'),
    )  # fmt: skip

    def counted(one, areas):
        return tally(one, areas, RecordsInput(folder, key_of=lambda records: vault.keys(one.id, records)))

    country = Country(TestlandSource(), vintage(2024), known, Own(counted, keyring=vault))
    for level, lens in ((AreaLevel.BUURT, "basis"), (AreaLevel.WIJK, "basis"), (AreaLevel.WIJK, "nabij")):
        storage.save([build(country, LayerRequest("proef", level, lens, 2024), lambda _: None)], home)
    return home, vault, known


def publish(home, known):
    return publish_all(home, home / "pygeoapi-config.yml", known, lambda _: None).folder


def test_a_release_is_audited_and_remembered_before_it_is_published(built, monkeypatch, zicht):
    home, vault, known = built
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    folder = publish(home, known)
    publish(home, known)
    (entry,) = Ledger(vault).entries()
    assert entry.release == folder.name
    counts = Ledger(vault).counts()
    assert set(counts["level"]) == {"buurt", "wijk"}
    assert set(counts["count"]) == {"tellingen: misdrijven_2024 / mensen.inwoners"}
    assert not any("beveiligd" in file.name for file in folder.rglob("*"))
    assert not any(vault.folder.name in file.read_text() for file in folder.glob("*.json"))
    answer = zicht("audit", "--home", home)
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert f"nothing is exposed. {len(counts):,} confidential counts, of which" in said
    assert "amounts" not in said
    certificate = json.loads((vault.folder / f"audit-{folder.name}.json").read_text())
    assert (certificate["passed"], certificate["least_possible"]) == (True, 3)
    assert certificate["tried"] == ["parts", "insider", "releases", "noise", "columns", "amount", "overlay"]
    assert certificate["not_tried"] == ["derived", "several", "delivered", "sources", "years"]
    page = (vault.folder / f"audit-{folder.name}.html").read_text()
    assert "Nothing is exposed." in page
    assert (page.count("<p>Tried: "), page.count("<p>Not tried: ")) == (7, 5)


@pytest.fixture
def copied(built, tmp_path, monkeypatch):
    """A home of its own that is published, and its vault."""
    home, _, known = built
    vault = vault_of(tmp_path / "vault", b"a")
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    shutil.copytree(home / "layers", tmp_path / "home" / "layers")
    publish(tmp_path / "home", known)
    return tmp_path / "home", vault, known


def test_a_vault_of_before_a_release_knows_not_what_is_in_the_world_and_nothing_is_published_by_it(copied, zicht):
    """It said that such a release has no confidential counts, and published without holding anything against it."""
    home, vault, known = copied
    (vault.folder / "ledger.jsonl").write_text("")
    name = release.current(home).name
    answer = zicht("audit", "--home", home)
    assert answer.code == 1
    said = " ".join(answer.err.split())
    assert f"the ledger lacks {name}, which has confidential figures" in said
    assert f"`zicht withdraw {name}`" in said
    with pytest.raises(StoreError, match=f"the ledger lacks {name}"):
        publish(home, known)


def test_what_is_left_after_a_withdrawal_is_audited_as_what_it_was_a_part_of(copied):
    home, vault, _ = copied
    before = audit.audit(home, None)
    withdraw.withdraw(home, home / "pygeoapi-config.yml", "proef", "nabij", "Gaf geen beeld.", lambda _: None)
    after = audit.audit(home, None)
    assert after.release != before.release
    assert (after.audit.cells, after.audit.passed) == (before.audit.cells, True)
    assert [one.release for one in Ledger(vault).entries()] == [before.release, after.release]


def test_a_release_that_exposes_counts_with_those_before_it_is_not_published(built, monkeypatch, tmp_path):
    """Here the secret was lost twice: what was published with others narrows what a count can be."""
    home, _, known = built
    vault = vault_of(tmp_path / "vault", b"b")
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    shutil.copytree(home / "layers", tmp_path / "home" / "layers")
    counts = leaving(storage.load(home, known))
    little = counts["published"] == 4
    for secret, other in ((b"b", counts["published"] + 5), (b"c", counts["published"] * 0)):
        vault_of(vault.folder, secret)
        told = counts.assign(published=counts["published"].mask(little, other), max_noise=5)
        Ledger(vault).add("2026-01-01", tmp_path / "home", secret.decode(), told)
    vault_of(vault.folder, b"a")
    with pytest.raises(DisclosureError, match=rf"is not published: of {little.sum()} of {len(counts)} cells fewer"):
        publish(tmp_path / "home", known)
    assert not list((tmp_path / "home" / "releases").iterdir())
    assert [one.release for one in Ledger(vault).entries()] == ["b", "c"]
    (certificate,) = vault.folder.glob("audit-*.json")
    assert json.loads(certificate.read_text())["passed"] is False


def test_layers_that_do_not_say_what_leaves_with_them_are_not_published(built, tmp_path):
    home, _, known = built
    (tmp_path / "home").mkdir()
    for file in (home / "layers").rglob("*"):
        if file.is_file():
            to = tmp_path / "home" / file.relative_to(home)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())
            if file.name == "layer.json":
                about = json.loads(file.read_text())
                del about["tables"]["beveiligd"]
                to.write_text(json.dumps(about))
    with pytest.raises(
        StoreError,
        match=r"is not protected: of its confidential figures \(tellingen\) it .* `zicht build proef`",
    ):
        publish(tmp_path / "home", known)


def test_a_release_of_open_figures_has_nothing_to_audit(published, zicht):
    answer = zicht("audit", "--home", published)
    assert (answer.code, answer.out.strip()) == (
        0, f"Release {release.current(published).name} has no confidential counts.",
    )  # fmt: skip


def test_a_theme_with_an_amount_is_published_at_one_level_by_itself_and_its_audit_speaks_of_amounts(
    tmp_path, monkeypatch, zicht
):
    home, vault, made = tmp_path / "home", vault_of(tmp_path / "kluis", b"d"), turnover.country(tmp_path)
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    storage.save([build(made, LayerRequest("proef", AreaLevel.GEMEENTE, period=2024), lambda _: None)], home)
    folder = publish(home, made.catalog)
    assert (folder / "release.json").is_file()
    told = Ledger(vault).counts()
    withheld = told["published"].isna().sum()
    assert withheld > 50
    answer = zicht("audit", "--home", home)
    said = " ".join(answer.out.split())
    assert answer.code == 0
    assert f"nothing is exposed. {len(told)} amounts, of which {withheld} are withheld. Certificate" in said
    assert not any(
        word in (vault.folder / f"audit-{folder.name}.html").read_text() for word in ("may be small", "worst")
    )


def test_amounts_that_withhold_other_sums_than_a_release_before_are_refused_with_the_way_out(tmp_path, monkeypatch):
    vault = vault_of(tmp_path / "kluis", b"c")
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    first, other = (amounts("", "BU90010001", one).drop(columns="release") for one in ("BU90010003", "BU90010002"))
    Ledger(vault).add("2026-01-01", tmp_path / "home", "a", first)
    audit._check("b", first)
    with pytest.raises(DisclosureError, match=r"BU90010002.*\[suppression\] that it had when it was published"):
        audit._check("b", other)
