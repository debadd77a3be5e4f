"""Whom an entry of the journal speaks of, for the citizen who reads it."""

from collections.abc import Iterable
from uuid import UUID

from parvis.core.actor import Actor
from parvis.exchange.models import AttachmentRecipient, Case


def recipients_of(subjects: Iterable[str], applicant: Actor) -> dict[str, str]:
    """Return the organisations behind each ``case:id``, ``folder:id`` or ``attachment:id`` of the applicant's own.

    Those of other people, or gone, are absent. Two queries whatever the number.
    """
    wanted: dict[str, list[UUID]] = {"case": [], "folder": [], "attachment": []}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if kind in wanted:
            wanted[kind].append(UUID(number))
    own = Case.objects.filter(folder__applicant_account_id=applicant.id)
    cases = own.filter(id__in=wanted["case"]) | own.filter(folder_id__in=wanted["folder"])
    found: dict[str, set[str]] = {}
    for case, folder, name in cases.values_list("id", "folder_id", "recipient__name"):
        found.setdefault(f"case:{case}", set()).add(name)
        found.setdefault(f"folder:{folder}", set()).add(name)
    links = AttachmentRecipient.objects.filter(attachment__in=wanted["attachment"], case__in=own)
    for attachment, name in links.values_list("attachment_id", "case__recipient__name"):
        found.setdefault(f"attachment:{attachment}", set()).add(name)
    return {subject: ", ".join(sorted(names)) for subject, names in found.items()}
