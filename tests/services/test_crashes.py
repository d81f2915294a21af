"""Builders, a publisher and a reader at once, each killed at any moment: nothing is mixed and nothing is half."""

import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from services.files import UNFINISHED
from services.jobs import releases
from tests.services import crashing

LONGEST = 300
"""Seconds after which they should have met one another often enough, on any machine."""
REFUSED = (
    "{first} and {second} do not go together: {what}; build all again from the same data, or build one of them in a "
    "home of its own (--home), or remove {folder}"
)
"""What may be said meanwhile: a builder that died between two layers leaves those of two states, which is refused."""


@dataclass(slots=True)
class Worker:
    """A process that is started again after each kill."""

    context: Any
    act: Callable[..., None]
    arguments: tuple[object, ...]
    process: BaseProcess | None = None

    def kill(self) -> None:
        """Let the system end it, which it cannot notice (kill -9)."""
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def start(self) -> None:
        """A new process."""
        self.process = self.context.Process(target=self.act, args=self.arguments, daemon=True)
        self.process.start()


def journal(root: Path) -> list[str]:
    """What the processes wrote down so far; of one that was killed over it the last line may be half."""
    path = root / "journal"
    return path.read_text().splitlines() if path.exists() else []


def enough(lines: list[str]) -> bool:
    """Whether each state was built, read and served, and several releases made."""
    wanted = {f"{what} {state}" for what in ("built", "read", "served") for state in crashing.STATES}
    return wanted <= set(lines) and sum(one.startswith("published") for one in lines) >= 4


def test_nothing_is_mixed_or_half_when_builders_a_publisher_and_a_reader_are_killed_at_any_moment(tmp_path: Path):
    crashing.given(tmp_path)
    begun = time.monotonic()
    crashing.build(tmp_path, "eerst")
    crashing.publish(tmp_path)
    lasts = time.monotonic() - begun  # as long as a machine as busy as this one takes
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([crashing.__name__])
    moments = random.Random(17)  # noqa: S311  # moments, no secrets
    builders = [Worker(context, crashing.builder, (tmp_path, state)) for state in crashing.STATES]
    workers = [*builders, *(Worker(context, one, (tmp_path,)) for one in (crashing.publisher, crashing.reader))]
    for worker in workers:
        worker.start()
    end, kills = time.monotonic() + LONGEST, 0
    try:
        while (kills < 10 or not enough(journal(tmp_path))) and time.monotonic() < end:
            time.sleep(moments.uniform(0, lasts))
            worker = moments.choice(workers)
            worker.kill()
            kills += 1
            worker.start()
    finally:
        for worker in workers:
            worker.kill()
    lines = journal(tmp_path)
    assert enough(lines), (kills, lines)
    assert not [one for one in lines if one.startswith("wrong")]
    assert {one.removeprefix("refused ") for one in lines if one.startswith("refused ")} <= {REFUSED}

    home = tmp_path / "home"
    made = [one for one in (home / "releases").iterdir() if one.is_dir() and not one.name.startswith(UNFINISHED)]
    assert len(made) == len(crashing.STATES)
    for one in made:
        releases.verify(home, one.name)
    for state in crashing.STATES:
        crashing.build(tmp_path, state)
        assert crashing.read(tmp_path) == state
        folder = crashing.publish(tmp_path).folder
        assert releases.verify(home, None).folder == folder.resolve()
        assert crashing.served(tmp_path) == state
    assert not [one for part in ("layers", "releases") for one in (home / part).rglob(f"{UNFINISHED}*")]
