"""A cluster of which the master or all workers are lost: the same bytes where that can be, else what was there stays.

Tests in this order: what is lost in one is not there in the next.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from geo.errors import SourceError
from services.engines import spark
from services.engines.spark import Spark
from services.files import whole_file
from tests.contracts import work
from tests.services.engines.cluster import WITHIN, Cluster, cluster
from tests.services.engines.test_spark import appears, parts

__all__ = ["cluster"]


@contextmanager
def meanwhile(mark: Path, happens: Callable[[], None]) -> Iterator[None]:
    """What happens once the work has come to its third part."""

    def waiting():
        appears(mark)
        happens()

    thread = threading.Thread(target=waiting)
    thread.start()
    yield
    thread.join()


def lose(started: Cluster, *names: str) -> None:
    for name in names:
        started.processes[name].kill()
        started.processes[name].wait()


def test_all_workers_may_be_killed_where_one_comes_back(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(spark, "WORKERS_WITHIN", WITHIN)  # a busy machine takes over a minute to start one
    mark = tmp_path / "mark"

    def restarted():
        lose(cluster, "first", "second")
        cluster.start_worker("first")

    with meanwhile(mark, restarted):
        assert list(Spark(cluster.master).tally(work.waiting, parts(mark))) == list(range(5))


def test_all_workers_that_are_lost_for_good_end_it_and_leave_what_was_there(cluster, tmp_path, monkeypatch):
    mark, result = tmp_path / "mark", tmp_path / "uit.txt"
    result.write_text("van de vorige keer", encoding="utf-8")

    def lost():
        monkeypatch.setattr(spark, "WORKERS_WITHIN", 5.0)
        lose(cluster, "first")

    with (
        meanwhile(mark, lost),
        pytest.raises(SourceError, match=r"all workers were lost and none came back; nothing was written"),
        whole_file(result) as unfinished,
    ):
        unfinished.write_text(str(list(Spark(cluster.master).tally(work.waiting, parts(mark)))), encoding="utf-8")
    assert result.read_text(encoding="utf-8") == "van de vorige keer"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mark", "uit.txt"]
    cluster.start_worker("first")


def test_a_master_that_is_lost_while_they_work_costs_nothing(cluster, tmp_path):
    mark = tmp_path / "mark"
    with meanwhile(mark, lambda: lose(cluster, "master")):
        assert list(Spark(cluster.master).tally(work.waiting, parts(mark))) == list(range(5))


def test_without_a_master_nothing_is_begun(cluster, tmp_path):
    with pytest.raises(SourceError, match="nobody answers there"):
        list(Spark(cluster.master).tally(work.named, parts(tmp_path)))
