"""A real cluster of Spark on loopback: a master and two workers, each a process of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.messages.extraction import ROOT

LOOPBACK = "127.0.0.1"
WITHIN = 240.0
"""Seconds in which each must be there, on a machine that does other things too."""


@dataclass
class Cluster:
    """Where its master is, and its processes by name."""

    master: str
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, kind: str, *arguments: str, ready: str) -> None:
        """Start a master or worker, and wait until it says so."""
        spark = Path(str(find_spec("pyspark").origin)).parent
        log = self.folder / f"{name}.log"
        environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251  # where Java is
            "SPARK_HOME": str(spark), "SPARK_LOCAL_IP": LOOPBACK, "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder), "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false", "ZICHT_LANG": "nl",
            "SPARK_LOCAL_DIRS": str(self.folder), "PYSPARK_PYTHON": sys.executable,
        }  # fmt: skip
        command = [
            str(spark / "bin" / "spark-class"),
            f"org.apache.spark.deploy.{kind}",
            "--host",
            LOOPBACK,
            *arguments,
        ]
        with log.open("wb") as out:
            self.processes[name] = subprocess.Popen(
                command, stdout=out, stderr=out, env=environment, cwd=self.folder, start_new_session=True
            )
        until = time.monotonic() + WITHIN
        while not re.search(ready, log.read_text(errors="replace")):
            assert self.processes[name].poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < until, log.read_text(errors="replace")
            time.sleep(0.2)

    def start_worker(self, name: str) -> None:
        """Start a worker of one core."""
        given = ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(self.folder / name)]
        self.start(name, "worker.Worker", *given, self.master, ready="Successfully registered with master")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def needs_spark() -> None:
    """Skip, and say why, where Spark is not installed; in CI that is a fault."""
    missing = [name for name, there in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java"))) if not there]
    if missing and os.environ.get("CI"):  # noqa: TID251  # what CI sets
        pytest.fail(f"{' and '.join(missing)} must be there in CI: make spark, and Debian's default-jre-headless")
    if missing:
        pytest.skip(f"no {' and no '.join(missing)} here: make spark installs pyspark, apt default-jre-headless Java")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster, for the tests of a module."""
    needs_spark()
    port, made = _free_port(), tmp_path_factory.mktemp("spark")
    started = Cluster(f"spark://{LOOPBACK}:{port}", made)
    try:
        started.start(
            "master", "master.Master", "--port", str(port), "--webui-port", "0", ready="I have been elected leader"
        )
        for name in ("first", "second"):
            started.start_worker(name)
        yield started
    finally:
        for one in started.processes.values():
            one.kill()
            one.wait()
