"""TransientError: a fault of a service that may be gone after a retry."""

from typing import Any

from geo.messages import Message


class TransientError(Exception):
    """A fault that may be gone after a retry; `wait` is how many seconds the service asks to wait.

    `message` is a predicate of the host ("does not answer in time"), for whoever catches it to put in a sentence.
    """

    def __init__(self, template: str | Message, /, *, wait: float | None = None, **values: Any) -> None:
        self.message = template if isinstance(template, Message) else Message(template, values)
        super().__init__(str(self.message))
        self.wait = wait
