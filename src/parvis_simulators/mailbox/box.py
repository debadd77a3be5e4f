"""The messages kept, newest first, shared by the SMTP server and the page."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

KEPT = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One message received."""

    number: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str


class Mailbox:
    """Keeps the last 500 messages in memory."""

    def __init__(self) -> None:
        self._messages: deque[Kept] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._count = 0

    def add(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        """Keep one message as it came over SMTP."""
        parsed = message_from_bytes(raw, policy=policy.default)
        part = parsed.get_body(("plain",)) if isinstance(parsed, EmailMessage) else None
        body = part.get_content() if part is not None else ""
        with self._lock:
            self._count += 1
            kept = Kept(
                self._count, datetime.now(UTC), sender, tuple(recipients), str(parsed["Subject"] or ""), str(body)
            )
            self._messages.appendleft(kept)

    def all(self) -> list[Kept]:
        """Return every message, newest first."""
        with self._lock:
            return list(self._messages)
