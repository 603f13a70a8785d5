from __future__ import annotations

import logging

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import RunEvent

from .errors import EmissionError

_log = logging.getLogger(__name__)


class Sender:
    """One run's way out: the client given, or one made from the standard configuration and closed at the end.

    A pipeline is worth more than its report: whatever a client raises is logged without the event's content, and
    raised as EmissionError only where the run is strict.
    """

    def __init__(self, client: OpenLineageClient | None, *, strict: bool) -> None:
        self._client = client
        self._own = client is None
        self._strict = strict

    def send(self, event: RunEvent) -> None:
        """Hand the event to the client; it retries as it is configured to."""
        try:
            if self._client is None:
                self._client = OpenLineageClient()
            self._client.emit(event)
        except Exception as problem:
            state = event.eventType.value if event.eventType else "An event"
            message = f"{state} of run {event.run.runId} was not delivered: {type(problem).__name__}"
            if self._strict:
                raise EmissionError(message) from problem
            _log.warning("%s", message)

    def close(self) -> None:
        """Flush and close a client of our own; one that was given stays its owner's."""
        if not self._own or self._client is None:
            return
        try:
            self._client.close()
        except Exception as problem:
            if self._strict:
                raise EmissionError(f"The last events may not be delivered: {type(problem).__name__}") from problem
            _log.warning("The last events may not be delivered: %s", type(problem).__name__)
