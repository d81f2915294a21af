"""Files in object storage (S3, MinIO, Ceph): listed in a fixed order, and copied here one at a time to be read.

A copy is read as any file is, twice, within the same bounds. It has no name on the disk (of TMPDIR): records of a
municipality are gone with the process that read them, however that ends; a link in a folder of its own names it
meanwhile, by what Linux shows of open files. Where the storage is and the keys to it are in the standard variables of
AWS (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE), or in its files.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, Any
from urllib.parse import urlsplit

import pyarrow as pa

from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.records import STORED
from services.settings import Settings

WITHIN, AT_MOST = 10.0, 60.0
"""Seconds in which the storage must answer, and in which it must send a piece."""
TRIES = 3
REFUSED = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "HTTP status 403")
AWAY = ("NETWORK_CONNECTION", "REQUEST_TIMEOUT")


class UnreachableError(SourceError):
    """The storage does not give a file: that says nothing of what is in it."""


def is_stored(path: str | None) -> bool:
    """Whether a declared path is an address in object storage."""
    return path is not None and path.startswith(STORED)


def listed(address: str) -> list[str]:
    """The address of the file at an address, or those of all below that folder, by name.

    Raises UnreachableError where the storage does not say.
    """
    from pyarrow import fs  # noqa: PLC0415  # what few read from

    where = _key(address)
    with _faults(address):
        storage = _storage()
        about = storage.get_file_info([where])[0] if "/" in where else None
        if about is not None and about.is_file:
            return [address]
        found = storage.get_file_info(fs.FileSelector(where, recursive=True))
    return sorted(STORED + one.path for one in found if one.is_file)


@contextmanager
def opened(address: str) -> Iterator[IO[bytes]]:
    """A file to read parts of. Raises UnreachableError where the storage does not give it."""
    with _faults(address):
        content: Any = _storage().open_input_file(_key(address))
    with content, _faults(address):
        yield content


@contextmanager
def copied(address: str) -> Iterator[Path]:
    """A copy of a file for as long as it is read. What goes wrong in here is said of the file itself.

    Raises UnreachableError where the storage does not give it, or there is no room for it here.
    """
    with TemporaryDirectory(prefix="zicht-") as folder, TemporaryFile() as copy:
        with opened(address) as content:
            shutil.copyfileobj(content, copy, 1 << 22)
            copy.flush()
        path = Path(folder) / address.rpartition("/")[2]
        path.symlink_to(f"/proc/{os.getpid()}/fd/{copy.fileno()}")
        try:
            yield path
        except SourceError as fault:
            raise SourceError(_of(fault.message, str(path), address)) from None


def _of(said: Any, path: str, address: str) -> Any:
    """What is said of the copy, as of the file."""
    if isinstance(said, Message):
        values = {name: _of(value, path, address) for name, value in said.values.items()}
        return Message(said.template, values, said.plural, said.count)
    return str(said).replace(path, address) if path in str(said) else said


def _key(address: str) -> str:
    """The bucket and what lies in it, as pyarrow names a file."""
    return address.removeprefix(STORED).rstrip("/")


def _storage() -> Any:
    from pyarrow import fs  # noqa: PLC0415  # what few read from

    given = Settings().object_storage
    endpoint = urlsplit(given)
    if given and not (
        endpoint.scheme in {"http", "https"} and endpoint.netloc
    ):  # Amazon would be asked, with these keys
        raise UnreachableError(
            "AWS_ENDPOINT_URL: {given!r} is no address; write it as in https://storage.example.org:9000", given=given
        )
    where = {"scheme": endpoint.scheme, "endpoint_override": endpoint.netloc} if given else {}
    return fs.S3FileSystem(
        connect_timeout=WITHIN, request_timeout=AT_MOST, retry_strategy=fs.AwsStandardS3RetryStrategy(TRIES), **where
    )


@contextmanager
def _faults(address: str) -> Iterator[None]:
    """What the storage says, with the way out."""
    try:
        yield
    except (OSError, pa.ArrowException) as fault:
        raise UnreachableError("{address}: {why}", address=address, why=_why(address, fault)) from None


def _why(address: str, fault: Exception) -> Message:
    said = str(fault)
    if isinstance(fault, OSError) and fault.errno in {ENOSPC, EDQUOT}:
        return message(
            "there is no room for a copy of it in {folder}; free some, or set TMPDIR to a folder that has it",
            folder=gettempdir(),
        )
    if any(one in said for one in AWAY):
        return message(
            "the object storage does not answer at {endpoint} ({fault}); set AWS_ENDPOINT_URL to where it is, as in "
            "https://storage.example.org:9000, and AWS_REGION where it has regions",
            endpoint=Settings().object_storage or "amazonaws.com", fault=said.rpartition("; Details: ")[2],
        )  # fmt: skip
    if "NO_SUCH_BUCKET" in said:
        return message(
            "the object storage has no bucket {bucket!r}; correct path in [records], or AWS_ENDPOINT_URL",
            bucket=_key(address).partition("/")[0],
        )
    if any(one in said for one in REFUSED):
        return message(
            "the object storage does not let these keys list or read it; set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, to those of somebody who may"
        )
    if isinstance(fault, FileNotFoundError):
        return message("there is no such file or folder in the object storage; correct path in [records]")
    return message("cannot be read from the object storage: {fault}", fault=said)
