"""Spark carries parts: the same bytes as here, whatever dies on the way; and what is not there is said in words."""

import gc
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo.errors import SourceError
from services.engines import spark
from services.engines.local import Local
from services.engines.spark import Spark
from services.ports import Part
from tests.contracts import work
from tests.messages.extraction import ROOT
from tests.services.engines.cluster import cluster, needs_spark
from tests.services.sources.records.test_parts import made, messy, written

__all__ = ["cluster"]

COUNT = """
import sys
from pathlib import Path
from services.engines.spark import Spark
from services.files import whole_file
from services.ports import Part
from tests.contracts import work

with whole_file(Path(sys.argv[2])) as unfinished:
    parts = [Part(number, sys.argv[3]) for number in range(5)]
    unfinished.write_text(str(list(Spark(sys.argv[1]).tally(work.waiting, parts))), encoding="utf-8")
"""


def parts(where: Path) -> list[Part]:
    return [Part(number, str(where)) for number in range(5)]


def appears(mark: Path) -> None:
    until = time.monotonic() + 240
    while not (mark.exists() and mark.read_text(encoding="utf-8")):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_folder_of_records_counted_on_a_cluster_gives_the_bytes_that_it_gives_here(cluster, tmp_path):
    written(tmp_path / "rijen", messy(400, 1), [50, 60, 110, 200, 201, 350])
    assert made(tmp_path, "rijen", Spark(cluster.master))[1:] == made(tmp_path, "rijen", Local())[1:]


def test_a_python_worker_that_is_killed_costs_nothing(cluster, tmp_path):
    assert list(Spark(cluster.master).tally(work.killed_once, parts(tmp_path / "mark"))) == list(range(5))
    assert (tmp_path / "mark").exists()


def test_a_worker_that_is_killed_costs_nothing_and_may_come_back(cluster, tmp_path):
    mark = tmp_path / "mark"

    def kill():
        appears(mark)
        cluster.processes["first"].kill()
        cluster.processes["first"].wait()

    killing = threading.Thread(target=kill)
    killing.start()
    assert list(Spark(cluster.master).tally(work.waiting, parts(mark))) == list(range(5))
    killing.join()
    cluster.start_worker("first")


def test_a_driver_that_is_killed_leaves_the_result_that_was_there(cluster, tmp_path):
    mark, result = tmp_path / "mark", tmp_path / "uit.txt"
    result.write_text("van de vorige keer", encoding="utf-8")
    command = [sys.executable, "-c", COUNT, cluster.master, str(result), str(mark)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as driver:
        appears(mark)
        driver.send_signal(signal.SIGKILL)
    assert result.read_text(encoding="utf-8") == "van de vorige keer"


def test_a_driver_that_is_interrupted_says_so_in_one_word_and_leaves_the_result_that_was_there(cluster, tmp_path):
    mark, result = tmp_path / "mark", tmp_path / "uit.txt"
    result.write_text("van de vorige keer", encoding="utf-8")
    command = [sys.executable, "-c", COUNT, cluster.master, str(result), str(mark)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as driver:
        appears(mark)
        driver.send_signal(signal.SIGINT)
        said = driver.communicate(timeout=120)[1]
    assert driver.returncode == -signal.SIGINT, said  # of Python itself, which then shows its own stack, and no other
    assert said.count("Traceback") == 1
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert "Py4J" not in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mark", "uit.txt"]
    assert result.read_text(encoding="utf-8") == "van de vorige keer"


def test_an_interrupt_is_what_is_said_also_where_spark_does_not_end_as_it_should(cluster):
    def refuses():
        raise ConnectionError("in use")

    def interrupted():
        with spark._context(cluster.master) as context:
            ends.append(context.stop)
            context.stop = refuses
            raise KeyboardInterrupt

    ends: list[Callable[[], None]] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    ends[0]()


def test_a_worker_that_does_not_see_a_file_or_cannot_read_it_is_named_with_it(cluster, tmp_path):
    written(tmp_path / "rijen", messy(60, 1), [20, 40])
    (tmp_path / "rijen" / "deel-001.csv").write_text("x;y\n1;2;3\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"^worker \S+ of Spark: .*deel-001\.csv: lines differ"):
        made(tmp_path, "rijen", Spark(cluster.master))
    assert not (tmp_path / "uit.csv").exists()


def test_a_worker_with_another_program_is_named_with_both(cluster, tmp_path, monkeypatch):
    class Other:
        code = "0123456789abcdef"

    monkeypatch.setattr(spark, "program", Other)
    with pytest.raises(
        SourceError, match=r"worker .*it runs another zicht \(code \w{16}\) than .*\(0123456789abcdef\)"
    ):
        list(Spark(cluster.master).tally(work.named, parts(tmp_path)))


def test_where_nobody_answers_it_is_said_what_to_start(tmp_path):
    needs_spark()
    with pytest.raises(SourceError, match=r"nobody answers there .*start the master and a worker with `spark-class"):
        list(Spark("spark://127.0.0.1:1").tally(work.named, parts(tmp_path)))


@pytest.mark.parametrize("master", ["spark://", "spark://host", "spark://127.0.0.1:x"])
def test_an_address_that_is_none_is_refused(master, tmp_path):
    needs_spark()
    with pytest.raises(SourceError, match="nobody answers there"):
        list(Spark(master).tally(work.named, parts(tmp_path)))


def test_without_pyspark_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SourceError, match=r"pyspark is not installed; install zicht with it .*spark"):
        list(Spark("spark://127.0.0.1:1").tally(work.named, parts(tmp_path)))


LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pyspark leaves open its pipe to a Java that does not start."""


@pytest.fixture
def java_that_says(tmp_path, monkeypatch) -> Iterator[Callable[[str], None]]:
    """A Java that says something and does not start, in a process where none was started yet."""
    needs_spark()

    def put(words: str) -> None:
        java = tmp_path / "java" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n", encoding="utf-8")
        java.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
        monkeypatch.setattr("pyspark.SparkContext._gateway", None)

    yield put
    gc.collect()


@LEFT_OPEN
def test_without_java_it_is_said_what_to_install(java_that_says, monkeypatch, tmp_path):
    java_that_says("JAVA_HOME is not set")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SourceError, match="Spark runs on Java, and there is none here; install Java 17"):
        list(Spark("local[1]").tally(work.named, parts(tmp_path)))


@LEFT_OPEN
def test_of_a_java_that_is_too_old_its_own_words_are_said_once(java_that_says, tmp_path, capfd):
    java_that_says("Error: UnsupportedClassVersionError: class file version 61.0")
    with pytest.raises(SourceError, match=r"Java does not start: Error: Unsupported.* 61\.0; Spark needs Java 17"):
        list(Spark("local[1]").tally(work.named, parts(tmp_path)))
    assert not capfd.readouterr().err


def test_what_is_said_of_a_fault_in_spark_is_its_cause_and_no_line_of_a_stack():
    fault = (
        "An error occurred while calling z:PythonRDD.collectAndServe.\n: org.apache.spark.SparkException: Job aborted\n"
        "\tat org.apache.spark.util.SparkErrorUtils.x(SparkErrorUtils.scala:83)\nCaused by: java.io.EOFException: end\n"
        "\tat org.apache.spark.util.SparkErrorUtils.y(SparkErrorUtils.scala:83)\n"
    )
    assert spark._cause(fault) == "Caused by: java.io.EOFException: end"


def test_the_words_of_spark_and_java_stay_off_the_screen(tmp_path):
    needs_spark()
    mark = tmp_path / "mark"
    mark.touch()
    command = [sys.executable, "-c", COUNT, "local[1]", str(tmp_path / "uit.txt"), str(mark)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert (tmp_path / "uit.txt").read_text(encoding="utf-8") == "[0, 1, 2, 3, 4]"


def test_nothing_to_count_starts_nothing():
    assert list(Spark("spark://127.0.0.1:1").tally(work.named, [])) == []
