"""The registry's side of a deposit: verify, accept, or say what is wrong."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.errors import ConflictError, DomainError
from parvis.core.text import clean
from parvis.ledger import commands as ledger
from parvis.preservation.commands.moving import locked_deposit, move, require_state
from parvis.preservation.models import Deposit
from parvis.preservation.package.checking import Result, check_package
from parvis.preservation.queries.objects import content_to_file
from parvis.preservation.store.site import DamagedError
from parvis.preservation.workflow import Gesture
from parvis.signing.queries.judging import judge

MOST_REASON = 2000
LEGAL_BASIS = "Code civil, article 53"


def _require_registry(row: Deposit, actor: Actor) -> tuple[UUID, ...]:
    return access.require(actor, Action.DEPOSIT_RECEIVE, organisation=row.registry_id, process=EVERY_PROCESS).grants


def ask_verification(*, deposit_id: UUID, actor: Actor) -> None:
    """Have a deposit verified, act by act: a job does it. Verified already, it is verified again."""
    with transaction.atomic():
        row = locked_deposit(deposit_id)
        grants = _require_registry(row, actor)
        require_state(row, Gesture.VERIFY)
        ledger.record(
            actor=actor,
            action="preservation.verification_asked",
            subject=f"deposit:{row.id}",
            legal_basis=LEGAL_BASIS,
            grants=grants,
        )
        outbox.send("preservation.verify_deposit", lock=f"deposit:{row.id}", deposit=row.id, author=actor.label)


def verify_deposit(*, deposit_id: UUID, author: str) -> Result:
    """Verify the package as it is kept, and write the result."""
    row = Deposit.objects.get(id=deposit_id)
    result = _verified(row)
    with transaction.atomic():
        locked = locked_deposit(deposit_id)
        locked.report = asdict(result)
        move(locked, Gesture.VERIFY, Actor("system", label=author), details={"wrong": result.wrong})
    return result


def _verified(row: Deposit) -> Result:
    place = Path(settings.PRESERVATION_ROOT) / "incoming"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=place) as package:
        try:
            content_to_file(sha256=bytes(row.package or b""), target=package)  # type: ignore[arg-type]
        except DamagedError:
            result = Result()
            result.add("package_damaged")
            return result
        return check_package(Path(package.name), expected=row.statement, judge=_judged)


def _judged(signature: bytes, content: bytes) -> str:
    found = judge(signature, name="bordereau.p7s", content=content)
    return "" if found.passed else f"{found.indication} {found.sub_indication}".strip()


def accept_deposit(*, deposit_id: UUID, actor: Actor) -> None:
    """Accept a deposit in which the verification found nothing wrong."""
    with transaction.atomic():
        row = locked_deposit(deposit_id)
        grants = _require_registry(row, actor)
        require_state(row, Gesture.ACCEPT)
        if row.report.get("wrong"):
            raise ConflictError(
                "has_anomalies",
                "La vérification a trouvé des anomalies : ce versement ne peut pas être accepté. Signalez-les.",
            )
        move(row, Gesture.ACCEPT, actor, grants=grants, details={"root": bytes(row.root).hex()})


def report_anomaly(*, deposit_id: UUID, reason: str, actor: Actor) -> None:
    """Send a deposit back with what is wrong: the town hall will make another one in its place."""
    said = clean(reason)
    if not said or len(said) > MOST_REASON:
        raise DomainError(
            "reason_missing",
            "Écrivez ce qui ne va pas, en %(most)s caractères au plus : la mairie doit savoir quoi corriger.",
            field="reason",
            params={"most": MOST_REASON},
        )
    with transaction.atomic():
        row = locked_deposit(deposit_id)
        grants = _require_registry(row, actor)
        move(row, Gesture.REPORT, actor, grants=grants, reason=said)
