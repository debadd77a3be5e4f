"""The hub, as a Python object."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from parvis.client import transfers
from parvis.client.shapes import (
    Case,
    Defect,
    Deposited,
    Document,
    Event,
    Folder,
    NewDeposit,
    Notification,
    Right,
)
from parvis.client.transport import Transport

_ROOT = "/api/v1"
MOST_ACKNOWLEDGED = 1000
MOST_DEPOSITED = 100


class Client:
    """One credential on one hub. Every method may raise ClientError; see `errors` for the kinds.

    Calls are tried again after a cut or a temporary refusal: acts carry an Idempotency-Key and are done once.
    ``options`` are those of `Transport`: ``tries``, ``pause``, ``timeout``.
    """

    def __init__(self, url: str, client_id: str, secret: str, **options: Any) -> None:
        self._transport = Transport(url, client_id, secret, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def rights(self) -> list[Right]:
        """Return what this credential may do, for whom, on which processes."""
        return [Right.of(one) for one in self._get("/me")["rights"]]

    def notifications(self, *, processes: Sequence[str] = ()) -> Iterator[Notification]:
        """Yield what is new, oldest first, page after page."""
        for raw in self._listed("/notifications", {"process": list(processes), "limit": 100}):
            yield Notification.of(raw)

    def acknowledge(self, notifications: Iterable[UUID]) -> list[UUID]:
        """Forget notifications, as many as you like; return those that were there. Again is harmless."""
        ids = [str(one) for one in notifications]
        done: list[UUID] = []
        for start in range(0, len(ids), MOST_ACKNOWLEDGED):
            some = {"ids": ids[start : start + MOST_ACKNOWLEDGED]}
            answer = self._transport.call("POST", f"{_ROOT}/notifications/acknowledge", json=some).json()
            done += [UUID(one) for one in answer["acknowledged"]]
        return done

    def cases(
        self,
        *,
        statuses: Sequence[str] = (),
        processes: Sequence[str] = (),
        siret: str = "",
        updated_since: datetime | None = None,
        text: str = "",
    ) -> Iterator[Case]:
        """Yield the cases this credential may read, newest first, without their documents."""
        query: dict[str, Any] = {
            "status": list(statuses),
            "process": list(processes),
            "siret": siret,
            "text": text,
            "limit": 200,
        }
        if updated_since:
            query["updated_since"] = updated_since.isoformat()
        for raw in self._listed("/cases", query):
            yield Case.of(raw)

    def case(self, case: UUID) -> Case:
        """Read a case with its documents. Its reading is journaled, and a new case becomes sent."""
        return Case.of(self._get(f"/cases/{case}"))

    def events(self, case: UUID) -> list[Event]:
        """Return what happened on a case, oldest first."""
        return [Event.of(one) for one in self._get(f"/cases/{case}/events")]

    def act(
        self,
        case: UUID,
        *,
        status: str = "",
        message: str = "",
        comment: str = "",
        documents: Sequence[Document] = (),
        key: str = "",
    ) -> UUID:
        """Change a case's state, write to the applicant, join documents. Return the event.

        ``key`` makes the act one and the same across processes, for 48 hours; by default, across tries only.
        """
        body = {
            "status": status,
            "message": message,
            "comment": comment,
            "documents": [
                {"type": one.type, "name": one.name, "content": base64.b64encode(one.content).decode()}
                for one in documents
            ],
        }
        return UUID(self._transport.call("POST", f"{_ROOT}/cases/{case}/events", json=body, key=key).json()["id"])

    def deposit(self, deposit: NewDeposit, *, key: str = "") -> Deposited:
        """Deposit a folder, send its documents and tell its recipients."""
        answer = self._transport.call("POST", f"{_ROOT}/folders", json=deposit.plain(), key=key)
        return self._completed(deposit, Deposited.of(answer.json()))

    def deposit_many(self, deposits: Iterable[NewDeposit]) -> Iterator[tuple[NewDeposit, Deposited | list[Defect]]]:
        """Deposit folders, a hundred a call; yield what became of each: what was made, or why it was refused.

        Stopped in the middle and run again, those already deposited are refused as ``duplicate_external_id``.
        """
        for some in _batched(deposits, MOST_DEPOSITED):
            body = {"folders": [one.plain() for one in some]}
            outcomes = self._transport.call("POST", f"{_ROOT}/folders/bulk", json=body).json()["outcomes"]
            for deposit, outcome in zip(some, outcomes, strict=True):
                if outcome["folder"]:
                    yield deposit, self._completed(deposit, Deposited.of(outcome["folder"]))
                else:
                    yield deposit, [Defect(one["code"], one["message"], one["field"]) for one in outcome["errors"]]

    def _completed(self, deposit: NewDeposit, made: Deposited) -> Deposited:
        """Send the documents, if any, then tell the recipients."""
        for attachment, (_, path) in zip(made.attachments, deposit.files, strict=True):
            self.upload(attachment, path)
        if deposit.files:
            self._transport.call("POST", f"{_ROOT}/folders/{made.id}/complete")
        return made

    def folder(self, folder: UUID) -> Folder:
        """Follow a deposit."""
        return Folder.of(self._get(f"/folders/{folder}"))

    def folders(self, *, external_id: str = "") -> Iterator[Folder]:
        """Yield the deposits of this credential's organisations, newest first."""
        for raw in self._listed("/folders", {"external_id": external_id, "limit": 200}):
            yield Folder.of(raw)

    def upload(self, attachment: UUID, file: Path) -> None:
        """Send an announced document, in pieces above 8 MB."""
        transfers.upload(self._transport, attachment, file)

    def download(self, attachment: UUID, into: Path) -> str:
        """Write a document to ``into``, whole and checked or not at all. Return its SHA-256 in hexadecimal."""
        return transfers.download(self._transport, attachment, into)

    def _get(self, path: str) -> Any:
        return self._transport.call("GET", _ROOT + path).json()

    def _listed(self, path: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        answer = self._transport.call("GET", _ROOT + path, params=query)
        while True:
            yield from answer.json()
            following = answer.links.get("next", {}).get("url", "")
            # Only a path of this hub: the token must follow no link elsewhere.
            if not following.startswith(_ROOT + "/"):
                return
            answer = self._transport.call("GET", following)


def _batched(some: Iterable[NewDeposit], size: int) -> Iterator[list[NewDeposit]]:
    """Yield lists of at most ``size``."""
    source = iter(some)
    while part := list(islice(source, size)):
        yield part
