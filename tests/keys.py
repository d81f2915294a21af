"""Keys for confidential counts, of a secret that is none."""

from collections.abc import Iterable

from geo.disclosure.cell_keys import Keys, record_keys


class MadeUpKeys:
    """The keys of tests."""

    def __init__(self, secret: bytes = b"of tests") -> None:
        self.secret = secret

    @property
    def fingerprint(self) -> str:
        """The secret itself: it is none."""
        return self.secret.decode()

    def keys(self, source: str, records: Iterable[str]) -> Keys:
        """The key of each record."""
        return record_keys((f"{source}/{record}" for record in records), self.secret)
