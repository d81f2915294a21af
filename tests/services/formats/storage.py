"""A real server of object storage on loopback: moto, in an environment of its own (`make storage`)."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from pyarrow import fs

from tests.messages.extraction import ROOT

PYTHON = ROOT / ".tools" / "storage" / "bin" / "python"
LOOPBACK, WITHIN = "127.0.0.1", 60.0
NONE_YET = "1000000"
"""Requests for which keys are not looked at."""


@dataclass(frozen=True)
class Storage:
    """Where it answers, and how to fill it."""

    endpoint: str

    def put(self, folder: Path, bucket: str, below: str) -> None:
        """Every file of a folder, by its path in it."""
        storage = fs.S3FileSystem(
            scheme="http", endpoint_override=self.endpoint.removeprefix("http://"), allow_bucket_creation=True,
        )  # fmt: skip
        storage.create_dir(bucket)
        for one in (path for path in folder.rglob("*") if path.is_file()):
            with storage.open_output_stream(f"{bucket}/{below}/{one.relative_to(folder)}") as content:
                content.write(one.read_bytes())

    def look_at_keys_after(self, requests_: str) -> None:
        """From then on only who is known may read, and nobody is."""
        answer = requests.post(
            f"{self.endpoint}/moto-api/reset-auth", requests_, headers={"Content-Type": "text/plain"}, timeout=WITHIN
        )
        assert answer.ok


@pytest.fixture(scope="module")
def server() -> Iterator[Storage]:
    if not PYTHON.exists() and os.environ.get("CI"):  # noqa: TID251  # what CI sets
        pytest.fail("a server of object storage must be there in CI: make storage")
    if not PYTHON.exists():
        pytest.skip("no server of object storage here: make storage installs it")
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = str(probe.getsockname()[1])
    command = [str(PYTHON), "-m", "moto.server", "-H", LOOPBACK, "-p", port]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={"INITIAL_NO_AUTH_ACTION_COUNT": NONE_YET}, **quiet) as process:
        started, until = Storage(f"http://{LOOPBACK}:{port}"), time.monotonic() + WITHIN
        try:
            while not _answers(int(port)):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            yield started
        finally:
            process.kill()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), 1.0):
        return True
    return False


@pytest.fixture
def storage(server: Storage, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The server, as what is in the environment leads to it."""
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    given = {
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "een", "AWS_SECRET_ACCESS_KEY": "twee",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return server
