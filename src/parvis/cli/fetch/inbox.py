"""A folder where cases land, whole or not at all, and are acknowledged only once they are safe on disk.

The order is the guarantee: documents, their description, sync, rename, sync, then the state, then the acknowledgement.
A stop anywhere leaves the notification in the hub: the next run takes the case again and finds what is already there.
"""

import fcntl
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self
from uuid import UUID

from parvis.cli.fetch import writing
from parvis.client import AbsentError, Case, Client, ClientError, ConflictError, Notification, UnavailableError
from parvis.client.transfers import sync_directory

NEW = frozenset({"HUBEE_NOTIFIED", "SENT"})


class InboxTakenError(Exception):
    """Another `parvis fetch` is writing in this folder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: where it is, or why it is not there."""

    case: UUID
    path: str = ""
    external_id: str = ""
    process: str = ""
    documents: int = 0
    failure: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self) | {"case": str(self.case)}


class Inbox:
    """The folder ``root``, held by one process at a time."""

    def __init__(self, client: Client, root: Path, *, processes: Sequence[str] = ()) -> None:
        self._client = client
        self._root = root
        self._processes = processes
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self._root.mkdir(parents=True, exist_ok=True)
        self._lock = (self._root / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InboxTakenError("un autre « parvis fetch » écrit déjà dans ce dossier.") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock:
            self._lock.close()

    def take_all(self) -> Iterator[Outcome]:
        """Take each case of which something is new. Raise UnavailableError when the hub is out of reach."""
        news: dict[UUID, list[Notification]] = {}
        for note in self._client.notifications(processes=self._processes):
            news.setdefault(note.case, []).append(note)
        for case, notes in news.items():
            outcome = self._taken(case, notes)
            if outcome:
                yield outcome

    def _taken(self, case_id: UUID, notes: list[Notification]) -> Outcome | None:
        try:
            case = self._client.case(case_id)
        except AbsentError:  # the news of a folder this credential deposited: nothing to fetch
            return None
        except UnavailableError:
            raise
        except ClientError as refused:
            return Outcome(case_id, failure=refused.detail)
        try:
            place, count = self._write(case)
            self._receive(case)
            self._client.acknowledge(note.id for note in notes)
        except UnavailableError:
            raise
        except (ClientError, OSError) as failure:
            said = failure.detail if isinstance(failure, ClientError) else str(failure)
            return Outcome(case_id, "", case.external_id, case.process, failure=said)
        return Outcome(case_id, str(place), case.external_id, case.process, count)

    def _write(self, case: Case) -> tuple[Path, int]:
        """Have the case on disk, for good. Return where, and how many documents it has."""
        events = self._client.events(case.id)
        place = writing.place_of(self._root, case)
        if place.exists():
            return place, writing.fill(self._client, place, case, events)
        draft = self._root / ".incoming" / str(case.id)
        draft.mkdir(parents=True, exist_ok=True)
        count = writing.fill(self._client, draft, case, events)
        place.parent.mkdir(exist_ok=True)
        draft.rename(place)
        for folder in (draft.parent, place.parent, self._root):
            sync_directory(folder)
        return place, count

    def _receive(self, case: Case) -> None:
        """Tell the hub, hence the applicant, that the case has arrived in the town's own software.

        A run stopped after this and before the acknowledgement finds the state already set, and does not say it twice.
        """
        if case.status not in NEW:
            return
        try:
            self._client.act(case.id, status="SI_RECEIVED")
        except ConflictError:
            if self._client.case(case.id).status in NEW:
                raise
            # An agent moved it meanwhile: that is fine.
