"""What to forget of the answers of a service where they cannot be right."""

from collections.abc import Iterator
from contextlib import contextmanager

from geo.errors import SourceError
from services.http.client import Answer, Client, UnreachableError


@contextmanager
def forgetting_on_fault(client: Client) -> Iterator[Client]:
    """The client; where what it brings turns out to be wrong (a SourceError), all of it is forgotten, so that a next
    try asks anew. Not where a service merely falls silent: what came in is good, and a next try goes on from there.
    """
    urls: list[str] = []

    def on_response(answer: Answer) -> None:
        urls.append(answer.url)
        client.on_response(answer)

    try:
        yield client.listening(client.on_retry, on_response)
    except UnreachableError:
        raise
    except SourceError:
        for url in urls:
            client.forget(url)
        raise
