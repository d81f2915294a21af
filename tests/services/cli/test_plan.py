"""What a user reads of what is remembered: plan, build --stale, clean."""

from importlib.resources import files
from pathlib import Path
from shutil import rmtree

import pytest

from services.cache.disk import HomeCache
from services.workspace import storage
from tests.services.running import Zicht

WIJKEN = ("misdrijven", "--level", "wijk", "--period", "2024")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_plan_says_what_is_made_and_then_that_nothing_is_out_of_date(zicht: Zicht, home: Path):
    before = zicht("plan", *WIJKEN, "--home", home)
    assert (before.code, "misdrijven, wijk, 2024, lens basis: to be built" in before.out) == (0, True)
    assert "not made before, or no longer remembered" in before.out
    assert not home.exists()
    assert zicht("build", *WIJKEN, "--home", home).code == 0
    after = zicht("plan", *WIJKEN, "--home", home)
    assert "misdrijven, wijk, 2024, lens basis: built, and not out of date" in " ".join(after.out.split())
    assert "remembers it" in after.out
    assert "makes it" not in after.out
    in_dutch = zicht("plan", *WIJKEN, "--home", home, "--lang", "nl").out
    assert "misdrijven, wijk, 2024, lens basis: nog te bouwen" in in_dutch  # its texts are not those that were built
    assert "onthouden" in in_dutch


def test_a_plan_in_dutch_has_no_english_word(zicht: Zicht, home: Path):
    plan = zicht("plan", *WIJKEN, "--lens", "wat_er_is", "--robust", "--home", home, "--lang", "nl").out
    for english in ("finest", "nearest", "boundaries", "table", ", expected", "peers"):
        assert english not in plan.replace("vergeleken_peers", "")  # the id of another search
    assert "kleinste gebieden" in " ".join(plan.split())


@pytest.mark.parametrize("command", ["plan", "build"])
def test_with_nothing_built_the_way_out_is_said(zicht: Zicht, home: Path, command: str):
    answer = zicht(command, "--stale", "--home", home)
    assert (answer.code, answer.out.strip()) == (
        0, f"{home}: there is no built layer to build again; run `zicht build THEME` first"
    )  # fmt: skip


def test_only_what_is_out_of_date_is_built_again_in_its_own_language(zicht: Zicht, home: Path, monkeypatch):
    zicht("build", *WIJKEN, "--home", home, "--lang", "nl")
    (built,) = storage.listed(home)
    fresh = zicht("build", "--stale", "--home", home)
    assert (fresh.code, "1 layer was not out of date" in fresh.out) == (0, True)
    monkeypatch.setattr("layers.method.plan.version_of", lambda function: f"other {function.__qualname__}")
    assert "to be built" in zicht("plan", "--stale", "--home", home).out
    again = zicht("build", "--stale", "--home", home)
    assert f"Built again in {home}: misdrijven, wijk, 2024, lens basis" in again.out
    assert "out of date" not in again.out
    (renewed,) = storage.listed(home)
    assert (renewed.key, renewed.language, renewed.plan != built.plan) == (built.key, "nl", True)


def test_a_layer_whose_lens_is_gone_is_left_and_named(zicht: Zicht, home: Path, tmp_path: Path):
    own = tmp_path / "eigen"
    zicht("new", "lens", "nabij", "--to", own)
    zicht("build", *WIJKEN, "--lens", "nabij", "--home", home, "--layers", own)
    answer = zicht("build", "--stale", "--home", home)
    assert answer.code == 0
    assert f"{home / 'layers' / 'misdrijven' / 'wijk' / '2024' / 'nabij' / 'NL'} cannot be built again" in answer.out
    assert "its theme or lens is no longer there" in answer.out
    assert len(storage.listed(home)) == 1


def test_a_layer_at_a_level_that_its_theme_has_no_more_is_named_with_the_way_out_and_keeps_no_other(
    zicht: Zicht, home: Path, tmp_path: Path
):
    own = tmp_path / "eigen" / "themes"
    own.mkdir(parents=True)
    shipped = (files("layers") / "themes" / "vastgoed.toml").read_text(encoding="utf-8")
    of_itself = shipped.replace('id       = "vastgoed"', 'id       = "panden"')
    (own / "panden.toml").write_text(of_itself.replace('relative_to = "gemeente"', ""), encoding="utf-8")
    given = ("--home", home, "--layers", own.parent)
    for level in ("gemeente", "wijk"):
        assert zicht("build", "panden", "--level", level, *given).code == 0
    (own / "panden.toml").write_text(of_itself, encoding="utf-8")
    lies = home / "layers" / "panden" / "gemeente" / "2024" / "basis" / "NL"
    for command in ("plan", "build"):
        answer = zicht(command, "--stale", *given)
        assert answer.code == 0
        assert (
            f"{lies} cannot be built again and is left as it was: theme 'panden': woz_verandering is rel" in answer.out
        )
    assert f"Built again in {home}: panden, wijk" in answer.out
    refused = zicht("publish", *given)
    assert (refused.code, f"remove {lies}" in refused.err) == (1, True)
    rmtree(lies)
    assert zicht("publish", *given).code == 0


def test_what_is_remembered_can_be_removed_and_layers_stay(zicht: Zicht, home: Path):
    zicht("build", *WIJKEN, "--home", home)
    assert "0 values" in " ".join(zicht("clean", "--cache", "--confidential-only", "--home", home).out.split())
    answer = zicht("clean", "--cache", "--home", home)
    assert (answer.code, f"Removed from {home}: " in answer.out) == (0, True)
    assert not list((home / "cache").glob("*/*.zip"))
    assert len(storage.listed(home)) == 1
    assert HomeCache(home).clean() == (0, 0)


@pytest.mark.parametrize("command", ["build", "plan", "clean"])
def test_without_saying_of_what_it_is_wrong_usage(zicht: Zicht, command: str):
    answer = zicht(command)
    assert answer.code == 2
    assert "--cache" in answer.err if command == "clean" else "--stale" in answer.err


def test_a_plan_of_a_lens_that_compares_names_what_it_compares_with(zicht: Zicht, tmp_path: Path):
    answer = zicht("plan", "misdrijven", "--lens", "wat_er_is", "--home", tmp_path)
    assert answer.code == 0
    assert "baseline" in answer.out


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500])


@pytest.mark.parametrize("damage", [cut_off, Path.unlink], ids=["cut off", "gone"])
@pytest.mark.parametrize("file", ["*/*/*/*/*/indicatoren-*", "*/*/*/*/*/zoekgebieden-*", ".shapes/*"])
def test_a_layer_that_is_damaged_is_out_of_date_and_built_again(zicht: Zicht, home: Path, file: str, damage):
    zicht("build", *WIJKEN, "--home", home)
    (found,) = (home / "layers").glob(file)
    before = found.read_bytes()
    damage(found)
    refused = zicht("publish", "--home", home)
    assert refused.code == 1
    assert "zicht build misdrijven --level wijk --period 2024" in refused.err or "zicht build --stale" in refused.err
    assert "to be built" in zicht("plan", "--stale", "--home", home).out
    assert "Built again" in zicht("build", "--stale", "--home", home).out
    assert found.read_bytes() == before
    assert "and not out of date" in " ".join(zicht("plan", "--stale", "--home", home).out.split())


def test_a_layer_that_does_not_say_which_it_is_names_the_command_that_builds_it(zicht: Zicht, home: Path):
    zicht("build", *WIJKEN, "--home", home)
    (about,) = (home / "layers").rglob("layer.json")
    about.write_text("{")
    for command in (("publish",), ("plan", "--stale"), ("build", "--stale")):
        refused = zicht(*command, "--home", home)
        assert (refused.code, "build it again: `zicht build misdrijven --level wijk --period 2024`" in refused.err) == (
            1,
            True,
        )
    assert zicht("build", *WIJKEN, "--home", home).code == 0
    assert "and not out of date" in " ".join(zicht("plan", "--stale", "--home", home).out.split())
