"""Requests a second of one address at many connections.

`python -m tests.benchmarks.serving.load URL CLIENTS SECONDS`; one at most of a server that gave no answer in that time,
and no number of one that gave what is none.
"""

import asyncio
import sys
import time
from urllib.parse import urlsplit

import httptools

from tests.benchmarks.serving.asking import ACCEPT


class Client(asyncio.Protocol):
    """Asks again as soon as it has an answer, and counts those that are right."""

    def __init__(self, request: bytes) -> None:
        self.request, self.count, self.wrong = request, 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport, self.parser = transport, httptools.HttpResponseParser(self)
        transport.write(self.request)

    def data_received(self, piece: bytes) -> None:
        self.parser.feed_data(piece)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() == 200:
            self.count += 1
        else:
            self.wrong += 1
        self.transport.write(self.request)


async def main(url: str, clients: int, seconds: float) -> None:
    parts, loop = urlsplit(url), asyncio.get_running_loop()
    path = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {ACCEPT}\r\n\r\n".encode()
    start = time.monotonic()
    asking = [(await loop.create_connection(lambda: Client(request), parts.hostname, parts.port))[1]
              for _ in range(clients)]  # fmt: skip
    await asyncio.sleep(seconds)
    counted, wrong, took = sum(one.count for one in asking), sum(one.wrong for one in asking), time.monotonic() - start
    for one in asking:
        one.transport.abort()
    print("nan" if wrong else max(counted, 1) / took)


asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
