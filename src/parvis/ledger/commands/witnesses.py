"""Say who witnesses this journal. Below access: `parvis journal` is the door."""

from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.tlog.cosigning import CosignerKey
from parvis.core.tlog.notes import BadNoteError
from parvis.ledger.commands.recording import record
from parvis.ledger.models import Witness


def add_witness(*, url: str, keys: str) -> UUID:
    """Have a witness cosign from now on. ``keys`` are its public keys, one or two, separated by blanks.

    Raise DomainError for what is no address or no key, ConflictError for a key that is there already.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise DomainError("bad_address", "L’adresse d’un témoin commence par https:// et n’a pas de paramètre.")
    parsed = _parsed(keys)
    text = " ".join(str(key) for key in parsed)
    with transaction.atomic():
        if any(str(key) in used for key in parsed for used in _used()):
            raise ConflictError("witness_known", "Ce témoin est déjà inscrit.")
        made = Witness.objects.create(name=parsed[0].name, key=text, url=url.rstrip("/"), added_at=now(), next_at=now())
        record(actor=SYSTEM, action="ledger.witness_added", subject=f"witness:{made.id}", details={"name": made.name})
    return made.id


def drop_witness(*, witness_id: UUID) -> None:
    """Stop asking a witness. What it cosigned stays. Raise AbsentError when there is none."""
    _change(witness_id, "ledger.witness_dropped", dropped_at=now())


def clear_alarm(*, witness_id: UUID) -> None:
    """Say that an alarm was looked at; it comes back if its cause is still there. Raise AbsentError."""
    _change(witness_id, "ledger.alarm_cleared", alarm="", alarm_at=None, failures=0, next_at=now())


def _change(witness_id: UUID, action: str, **values: object) -> None:
    with transaction.atomic():
        if not Witness.objects.filter(id=witness_id, dropped_at=None).update(**values):
            raise AbsentError("no_witness", "Ce témoin n’existe pas, ou plus. Leur liste : parvis journal witnesses")
        record(actor=SYSTEM, action=action, subject=f"witness:{witness_id}")


def _used() -> list[list[str]]:
    return [keys.split() for keys in Witness.objects.filter(dropped_at=None).values_list("key", flat=True)]


def _parsed(keys: str) -> list[CosignerKey]:
    try:
        parsed = [CosignerKey.parse(word) for word in keys.split()]
    except BadNoteError as error:
        raise DomainError("bad_witness_key", "Cette clé n’est pas celle d’un témoin. Recopiez-la en entier.") from error
    if not parsed or len({key.name for key in parsed}) > 1 or len({key.kind for key in parsed}) < len(parsed):
        raise DomainError("bad_witness_key", "Cette clé n’est pas celle d’un témoin. Recopiez-la en entier.")
    return parsed
