"""discarding_on_error(): answers that turn out to be wrong leave the cache."""

from collections.abc import Iterator
from contextlib import contextmanager

from geo.errors import SourceError
from services.http.client import Answer, Client, UnreachableError


@contextmanager
def discarding_on_error(client: Client) -> Iterator[Client]:
    """The client; after a SourceError in the block, every answer used in it is removed from the cache, so that the next
    try requests it again. Not after an UnreachableError: what came in before it is good, and the next try resumes.
    """
    urls: list[str] = []

    def on_response(answer: Answer) -> None:
        urls.append(answer.url)
        client.on_response(answer)

    try:
        yield client.with_callbacks(client.on_retry, on_response)
    except UnreachableError:
        raise
    except SourceError:
        for url in urls:
            client.discard(url)
        raise
