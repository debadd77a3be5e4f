"""Have checkpoints cosigned by their witnesses (C2SP tlog-witness, the side of the log).

Never in the sequencer's transaction, and a witness that is down delays nothing: the sequencer only sends a job. What a
witness refuses although it is right is an alarm: it saw another past, or more than we have.
"""

import http.client
import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Greatest

from parvis.core import outbox, outward
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.tlog import cosigning, notes
from parvis.core.tlog.cosigning import CosignerKey
from parvis.core.tlog.witnessing import MOST_REQUEST_BYTES, AddCheckpoint
from parvis.ledger.commands.recording import record
from parvis.ledger.enums import Alarm
from parvis.ledger.models import Checkpoint, Witness
from parvis.ledger.queries.proofs import consistency_proof

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
MOST_SKEW = timedelta(minutes=10)
_TRIES = 3
_UNREACHABLE = (OSError, http.client.HTTPException, ValueError)

# Who has something to see, and is not being asked already. The lease ends by itself if the job is killed.
_CLAIM = """
UPDATE ledger_witness SET next_at = %(until)s
WHERE dropped_at IS NULL AND next_at <= %(now)s AND size < (SELECT max(size) FROM ledger_checkpoint)
RETURNING id
"""
_KEEP = """
INSERT INTO ledger_cosignature (checkpoint_id, witness_id, line, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (checkpoint_id, witness_id) DO NOTHING
"""


class _WrongAnswerError(ValueError):
    """The witness answered something else than the protocol allows."""


class _Alarmed(Exception):  # noqa: N818 - not an error: what was found
    """The witness shows that something is wrong with the journal. ``theirs`` is the size it says to have seen."""

    def __init__(self, alarm: Alarm, ours: int, theirs: int) -> None:
        super().__init__(alarm)
        self.alarm, self.ours, self.theirs = alarm, ours, theirs


def wake_witnesses() -> int:
    """Send a job for each witness that has a checkpoint to see, and return how many. One query when there is none."""
    moment = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": moment, "until": moment + LEASE})
        claimed = [identifier for (identifier,) in cursor.fetchall()]
        for identifier in claimed:
            outbox.send("ledger.ask_witness", witness=identifier)
    return len(claimed)


def ask_witness(*, witness_id: UUID) -> None:
    """Have a witness cosign the last checkpoint, and keep its answer. What goes wrong is kept too, never raised."""
    witness = Witness.objects.filter(id=witness_id, dropped_at=None).first()
    if witness is None:
        return
    try:
        _ask(witness)
    except _Alarmed as found:
        _raise_alarm(witness, found)
    except _UNREACHABLE as error:
        _put_off(witness, f"{type(error).__name__}: {error}"[:200])


def _ask(witness: Witness) -> None:
    old = witness.size
    for _ in range(_TRIES):
        last = Checkpoint.objects.order_by("-size").first()
        if last is None or last.size < old:
            raise _Alarmed(Alarm.AHEAD, last.size if last else 0, old)
        status, body = _sent(witness, last, old)
        if status == http.client.OK:
            _keep(witness, last, body)
            return
        if status == http.client.UNPROCESSABLE_ENTITY:  # our tree, true to its own past, does not extend what it saw
            raise _Alarmed(Alarm.FORK, last.size, old)
        if status != http.client.CONFLICT:
            message = f"HTTP {status}"
            raise _WrongAnswerError(message)
        said = _size(body)
        if said == old == last.size:  # same size, another root
            raise _Alarmed(Alarm.FORK, last.size, said)
        old = said
    message = "sizes that change at each request"
    raise _WrongAnswerError(message)


def _sent(witness: Witness, last: Checkpoint, old: int) -> tuple[int, bytes]:
    proof = consistency_proof(old, last.size) if 0 < old < last.size else []
    body = str(AddCheckpoint(old, tuple(proof), last.note)).encode()
    return outward.request(
        "POST",
        f"{witness.url}/add-checkpoint",
        body=body,
        headers={"Content-Type": "text/plain; charset=utf-8"},
        private=True,  # the operator chose this address
        most=MOST_REQUEST_BYTES,
    )


def _size(body: bytes) -> int:
    text = body.decode("ascii").removesuffix("\n")
    if not text.isdigit() or len(text) > len(str(2**63)):
        message = "409 without a size"
        raise _WrongAnswerError(message)
    return int(text)


def _keep(witness: Witness, last: Checkpoint, body: bytes) -> None:
    """Keep the lines that hold, of the keys we know; the others are ignored."""
    signed = last.note + body.decode()
    keys = [CosignerKey.parse(word) for word in witness.key.split()]
    times = {key: cosigning.cosigned_at(signed, key) for key in keys}
    found = {key: at for key, at in times.items() if at is not None}
    if not found:
        raise _WrongAnswerError("no cosignature of a known key")
    latest = (now() + MOST_SKEW).timestamp()
    if max(found.values()) > latest:
        raise _WrongAnswerError("a cosignature of the future")
    known = {(key.name, key.key_id) for key in found}
    lines = (str(line) for line in notes.signatures(signed) if (line.name, line.key_id) in known)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEEP, [last.size, witness.id, "".join(dict.fromkeys(lines)), now()])
        Witness.objects.filter(id=witness.id).update(
            size=Greatest("size", last.size), next_at=now(), failures=0, problem=""
        )


def _put_off(witness: Witness, problem: str) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(witness.failures, 16), LONGEST_PAUSE)
    logger.warning("witness_does_not_answer", extra={"witness": str(witness.id), "problem": problem})
    Witness.objects.filter(id=witness.id).update(failures=witness.failures + 1, problem=problem, next_at=now() + pause)


def _raise_alarm(witness: Witness, found: _Alarmed) -> None:
    logger.critical("witness_alarm", extra={"witness": str(witness.id), "alarm": str(found.alarm)})
    with transaction.atomic():
        held = Witness.objects.select_for_update().get(id=witness.id)
        if held.alarm != found.alarm:  # written once, not at each try
            record(
                actor=SYSTEM,
                action="ledger.witness_alarm",
                subject=f"witness:{witness.id}",
                details={"alarm": str(found.alarm), "ours": found.ours, "theirs": found.theirs},
            )
            held.alarm, held.alarm_at = found.alarm, now()
        held.next_at = now() + LONGEST_PAUSE
        held.save(update_fields=["alarm", "alarm_at", "next_at"])
