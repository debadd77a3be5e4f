"""The breaker at the door of documents: a caller that leaves its own profile is cut, and the operator told.

A part of a document counts by its bytes: the first part counts as one download and opens as many bytes as the document
has; further parts take from these, and one more download is counted when they run out. So a download fetched in a
hundred parts is one download, and no way of cutting a document up gives more bytes than the downloads counted.
"""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from parvis.catalogue.enums import SETTLED
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import RefusedError
from parvis.core.http import Part
from parvis.exchange import profile
from parvis.exchange.commands.subscriptions import require_platform
from parvis.exchange.models import Attachment, AttachmentRecipient, DownloadBudget
from parvis.identity import commands as identity
from parvis.ledger import commands as ledger
from parvis.notifications import commands as notifications


class CutError(RefusedError):
    """The caller's downloads left its own profile; it is suspended until an operator has looked."""

    def __init__(self) -> None:
        super().__init__(
            "downloads_cut",
            "Vos téléchargements sortent de votre activité habituelle : ils sont suspendus par précaution. "
            "L’exploitant de la plateforme est prévenu et va vous joindre.",
        )


def pass_or_cut(row: Attachment, actor: Actor, part: Part | None = None) -> None:
    """Count one download, or a part of one. Raise CutError when the caller is suspended or has just gone too far.

    The applicant takes only their own documents and is not counted.
    """
    if actor.kind == "system" or (actor.kind == "account" and row.folder.applicant_account_id == actor.id):
        return
    if not _spend(row, actor, part):
        raise CutError


def _spend(row: Attachment, actor: Actor, part: Part | None) -> bool:
    """Return whether the download may go on. What is written stays written: a cut must not be rolled back."""
    with transaction.atomic(durable=True):
        budget = DownloadBudget.objects.select_for_update().filter(principal=actor.reference).first()
        if budget is not None and budget.suspended_at is not None:
            return False
        if (part and _counted_before(row, part)) or _counted_as_expected(row, part):
            return True
        if budget is None:
            budget = _first_budget(actor)
        left = profile.spend(profile.Budget(budget.tokens, budget.mean_per_day, budget.counted_at), now())
        budget.tokens, budget.mean_per_day, budget.counted_at = left.tokens, left.mean_per_day, left.counted_at
        if left.tokens < 0:
            _cut(budget, actor)
        budget.save()
        return left.tokens >= 0


def _first_budget(actor: Actor) -> DownloadBudget:
    start = profile.fresh(now())
    DownloadBudget.objects.bulk_create(
        [DownloadBudget(principal=actor.reference, tokens=start.tokens, counted_at=start.counted_at)],
        ignore_conflicts=True,  # two first downloads at once: one row
    )
    return DownloadBudget.objects.select_for_update().get(principal=actor.reference)


def _counted_before(row: Attachment, part: Part) -> bool:
    """Take a part from the bytes of a download already counted. Return whether there were enough."""
    links = AttachmentRecipient.objects.select_for_update().filter(attachment=row, bytes_left__gte=part.size)
    link = links.order_by("id").first()
    if link is None:
        return False
    AttachmentRecipient.objects.filter(id=link.id).update(bytes_left=F("bytes_left") - part.size)
    return True


def _counted_as_expected(row: Attachment, part: Part | None) -> bool:
    link = AttachmentRecipient.objects.filter(attachment=row).order_by("deliveries").first()
    if link is None:
        return False
    expected = profile.is_expected(
        deliveries=link.deliveries,
        told_at=link.case.sent_at,
        settled=link.case.status in SETTLED,
        now=now(),
    )
    unasked = row.size - part.size if part else 0
    AttachmentRecipient.objects.filter(id=link.id).update(
        deliveries=F("deliveries") + 1, bytes_left=F("bytes_left") + unasked
    )
    return expected


def _cut(budget: DownloadBudget, actor: Actor) -> None:
    budget.suspended_at = now()
    if actor.kind == "client":
        identity.suspend_client(client=actor.person, actor=SYSTEM)
    ledger.record(
        actor=SYSTEM,
        action="breaker.tripped",
        subject=actor.reference,
        purpose="téléchargements hors du profil de l’appelant",
        details={"mean_per_day": round(budget.mean_per_day, 2), "name": actor.label},
    )
    notifications.write_mail(
        to=settings.OPERATOR_EMAIL, template="exchange/mail/breaker.txt", context={"caller": actor.reference}
    )


def lift_cut(*, principal: str, actor: Actor) -> None:
    """Let a caller that was cut work again, after an operator has looked into it."""
    require_platform(actor)
    kind, _, identifier = principal.partition(":")
    with transaction.atomic(durable=True):
        start = profile.fresh(now())
        DownloadBudget.objects.filter(principal=principal).update(
            suspended_at=None, tokens=start.tokens, counted_at=start.counted_at
        )
        if kind == "client":
            identity.lift_suspension(client=UUID(identifier), actor=actor)
        ledger.record(actor=actor, action="breaker.lifted", subject=principal)
