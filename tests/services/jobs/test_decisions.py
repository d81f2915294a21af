"""What is published is what a person decided on: nothing confidential by itself, nothing that is not on the list."""

from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import DeclarationError, StoreError, UnknownNameError
from layers.declarations.catalog import load
from layers.publication.protected import Protected
from services.jobs.decisions import decided
from services.releases import release
from services.workspace import storage
from tests.layers.declared import confidential as of_rows
from tests.services.running import Zicht


@pytest.fixture
def layers(small: Path) -> list[Protected]:
    """Layers of real figures, as far as their provenance says."""
    made = storage.load(small, load())
    return [replace(one, provenance=replace(one.provenance, made_up=False)) for one in made]


def confidential(layer: Protected, license_: str = "niet openbaar") -> Protected:
    first, *others = layer.provenance.receipts
    receipts = (replace(first, license=license_), *others)
    return of_rows(replace(layer, provenance=replace(layer.provenance, receipts=receipts)), "misdrijven")


def listed(home: Path, text: str) -> None:
    (home / "publication.toml").write_text(text, encoding="utf-8")


def test_open_layers_need_no_decision(small: Path, layers: list[Protected]):
    assert decided(small, layers, load()) == (layers, [])


def test_what_is_confidential_is_not_published_before_somebody_decided_for_whom(small: Path, layers: list[Protected]):
    closed = [confidential(one) for one in layers]
    with pytest.raises(StoreError, match="misdrijven: not everyone may have the figures of misdrijven, and nobody"):
        decided(small, closed, load())
    listed(small, '[[layer]]\ntheme = "misdrijven"\naudience = "intern"\n')
    kept, left_out = decided(small, closed, load())
    assert {one.audience for one in kept} == {"intern"}
    assert (len(kept), left_out) == (len(layers), [])


@pytest.mark.parametrize("license_", ["niet openbaar", "Niet-openbaar", "alleen intern gebruik", "Confidential"])
def test_a_license_that_does_not_allow_it_makes_nothing_for_everyone(
    small: Path, layers: list[Protected], license_: str
):
    listed(small, '[[layer]]\ntheme = "misdrijven"\naudience = "publiek"\n')
    assert {one.audience for one in decided(small, layers, load())[0]} == {"publiek"}
    with pytest.raises(StoreError, match="the license of its figures does not allow that"):
        decided(small, [confidential(one, license_) for one in layers], load())


def test_only_what_is_on_the_list_is_published_and_the_rest_is_said(small: Path, zicht: Zicht):
    assert (
        zicht("--lang", "nl", "build", "misdrijven", "--level", "wijk", "--period", "2024", "--home", small).code == 0
    )
    listed(small, '[[layer]]\ntheme = "misdrijven"\nlevel = "wijk"\nperiod = 2024\naudience = "intern"\n')
    done = zicht("publish", "--home", small, "--config", small / "pygeoapi-config.yml")
    assert done.code == 0, done.err
    assert "Not in publication.toml, and not published: misdrijven, wijk, lens basis, 2025" in done.out
    content = release.manifest(release.current(small))
    assert {layer["key"]["period"] for layer in content["layers"]} == {2024}
    assert {one["audience"] for one in content["collections"]} == {"intern"}


def test_a_list_that_leaves_nothing_or_is_not_right_is_refused(small: Path, layers: list[Protected]):
    listed(small, '[[layer]]\ntheme = "drugs"\naudience = "publiek"\n')
    with pytest.raises(StoreError, match="covers none of the layers that were built: misdrijven wijk basis 2025"):
        decided(small, layers, load())
    listed(small, '[[layer]]\ntheme = "misdrijven"\naudience = "iedereen"\n')
    with pytest.raises(DeclarationError, match="audience"):
        decided(small, layers, load())


@pytest.mark.parametrize(("mistyped", "said"), [
    ('theme = "misdrijvne"', r"unknown theme in .*publication\.toml 'misdrijvne'; known: .*misdrijven"),
    ('theme = "misdrijven"\nlens = "buitengebeid"',
     r"unknown lens for theme 'misdrijven' in .*publication\.toml 'buitengebeid'; known: basis, binnenstad"),
])  # fmt: skip
def test_a_mistyped_name_does_not_leave_a_layer_for_colleagues_to_the_next_decision(
    small: Path, layers: list[Protected], mistyped: str, said: str
):
    everyone = '[[layer]]\ntheme = "misdrijven"\naudience = "publiek"\n'
    listed(small, f'[[layer]]\n{mistyped}\naudience = "intern"\n{everyone}')
    with pytest.raises(UnknownNameError, match=said):
        decided(small, layers, load())


def test_a_decision_after_one_that_undoes_it_is_refused(small: Path, layers: list[Protected]):
    everyone = '[[layer]]\ntheme = "misdrijven"\naudience = "publiek"\n'
    colleagues = '[[layer]]\ntheme = "misdrijven"\nlevel = "wijk"\naudience = "intern"\n'
    listed(small, everyone + colleagues)
    with pytest.raises(StoreError, match='comes after one that says "publiek" of it, and the first counts'):
        decided(small, layers, load())
    listed(small, colleagues + everyone)
    assert {one.audience for one in decided(small, layers, load())[0]} == {"intern"}
