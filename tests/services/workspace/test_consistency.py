"""Layers that were not made from the same data are never published together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import StoreError
from layers.declarations.catalog import load
from layers.publication.identity import run_identity
from layers.publication.layer import Layer, Provenance
from services.jobs import demo
from services.program import program
from services.releases import release
from services.workspace import consistency, storage

Change = Callable[[Provenance], Provenance]


def other_receipt(made_from: Provenance) -> Provenance:
    first, *rest = made_from.receipts
    return replace(made_from, receipts=(replace(first, sha256="f" * 64), *rest))


CHANGES: list[tuple[Change, str]] = [
    (lambda one: replace(one, made_up=False), "the figures of one are made up, and those of the other are real"),
    (lambda one: replace(one, vintage=2019), "their areas are those of 2024 and of 2019"),
    (lambda one: replace(one, version="9.9.9"), "they were built by zicht .* and by zicht 9.9.9"),
    (lambda one: replace(one, code="f" * 16), r"they were built by two states of the code of zicht \(.* and f{16}\)"),
    (lambda one: replace(one, libraries="f" * 16), "a library that zicht uses is another since one of them was built"),
    (other_receipt, "boundaries/testland changed in between"),
]


def in_folders(layers: list[Layer]) -> dict[Path, Layer]:
    return {Path(f"layers/{number}"): layer for number, layer in enumerate(layers)}


def test_layers_of_one_build_go_together(shown: demo.Demonstration):
    consistency.check(in_folders(list(shown.layers)))


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_what_differs_is_named_with_the_layers_and_the_way_out(shown: demo.Demonstration, change: Change, why: str):
    first, second = shown.layers[:2]
    changed = replace(second, provenance=change(second.provenance))
    pattern = (
        f"misdrijven, .* and misdrijven, .* do not go together: {why}; build all again .*--home.*, or remove layers/1"
    )
    with pytest.raises(StoreError, match=pattern):
        consistency.check(in_folders([first, changed]))


def test_layers_of_one_state_are_one_run_however_they_were_built(shown: demo.Demonstration):
    first, second = shown.layers[:2]
    run = run_identity([first, second])
    assert run_identity([second, first]) == run == run_identity([first, second, first])
    for change, _ in CHANGES:
        assert run_identity([replace(one, provenance=change(one.provenance)) for one in (first, second)]) != run
    assert release.manifest(shown.folder)["run"] == run_identity(shown.layers)


def test_layers_carry_the_state_of_the_program(shown: demo.Demonstration):
    running = program()
    for layer in storage.load(shown.home, load()):
        made_from = layer.provenance
        assert (made_from.code, made_from.libraries) == (running.method, running.libraries)
        assert made_from.commit == running.commit
        assert len(made_from.code) == len(made_from.libraries) == 16


def test_a_source_that_only_one_layer_reads_is_no_difference(shown: demo.Demonstration):
    first, second = shown.layers[:2]
    made_from = second.provenance
    more = replace(made_from, receipts=(*made_from.receipts, replace(made_from.receipts[0], id="sources/own")))
    consistency.check(in_folders([first, replace(second, provenance=more)]))


@given(data=st.data())
def test_a_mixture_is_refused_in_any_order(shown: demo.Demonstration, data: st.DataObject):
    layers = data.draw(st.permutations(shown.layers))
    change, _ = data.draw(st.sampled_from(CHANGES))
    changed = data.draw(st.lists(st.booleans(), min_size=len(layers), max_size=len(layers)))
    mixed = [
        replace(layer, provenance=change(layer.provenance)) if now else layer
        for layer, now in zip(layers, changed, strict=True)
    ]
    if len(set(changed)) == 1:
        consistency.check(in_folders(mixed))
    else:
        with pytest.raises(StoreError, match="do not go together"):
            consistency.check(in_folders(mixed))
