"""From built layers to a served release with its pygeoapi configuration: what `zicht publish` and `zicht demo` do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.messages import Message, message
from layers.declarations.catalog import Catalog
from layers.messages import language, speaking
from layers.publication.collections import collections
from services.files import whole_file
from services.jobs import audit, changes
from services.jobs.build import OnStep
from services.jobs.configurations import resources_of
from services.jobs.decisions import decided
from services.ogc import configuration as ogc
from services.releases import release, retention, withdrawal
from services.workspace import storage


def publish_all(
    home: Path, config: Path, catalog: Catalog, on_step: OnStep, *, resume: bool = False, confirmed: bool = False
) -> release.Publication:
    """Publish the built layers below `home`, those that a person decided on, with the configuration that serves them.

    After a roll-back it is not served, unless publications are to `resume`. Where more changes of the release that is
    served than the themes expect, StoreError is raised and nothing written, unless a person `confirmed` it.

    It is in the language that the layers were built in, whatever the screen speaks. The configuration is written before
    the release is shown: where either fails, what was served is served as it was. Confidential counts are audited and
    written in the ledger before anything else is.
    """
    step = in_language(language(), on_step)

    def configure(folder: Path) -> None:
        step(message("configuration"))
        ogc.write(config, resources_of(home, config, folder))

    built = storage.read(home, catalog)
    layers, left_out = decided(home, built.layers, catalog)
    if resume:
        retention.lift(home)

    def admit(id_: str) -> None:
        withdrawal.check(home, [(one.key.theme, one.key.lens) for one in layers], id_)
        step(message("disclosure"))
        audit.admit(id_, home, layers)

    with speaking(built.language), unchanged_on_failure(config):
        published = collections(layers)
        changed = changes.since_served(home, published)
        if not confirmed:
            changes.check(changed, layers)
        done = release.publish(home, layers, published, step, configure, admit)
        return replace(done, changes=tuple(changed), left_out=tuple(left_out))


def in_language(screen: str, on_step: OnStep) -> OnStep:
    """Steps that are told in the language of the screen, while another is spoken."""

    def step(text: Message | str) -> None:
        with speaking(screen):
            on_step(text)

    return step


@contextmanager
def unchanged_on_failure(config: Path) -> Iterator[None]:
    """The configuration as it was, where what comes after it fails: stock pygeoapi reads it beside the old release."""
    before = config.read_bytes() if config.is_file() else None
    try:
        yield
    except BaseException:
        if config.is_file() and before is None:
            config.unlink()
        elif before is not None and config.read_bytes() != before:
            with whole_file(config) as unfinished:
                unfinished.write_bytes(before)
        raise


def manifest(folder: Path) -> Mapping[str, Any]:
    """What a release says of itself."""
    return release.manifest(folder)
