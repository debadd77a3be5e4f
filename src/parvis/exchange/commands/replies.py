"""Send answers of cases to be signed: one, or five hundred by one gesture."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.errors import ConflictError, DomainError, Problems
from parvis.core.ids import new_id
from parvis.core.text import clean
from parvis.documents import commands as documents
from parvis.documents.enums import Mime
from parvis.exchange import letters
from parvis.exchange.commands.cases import UNTOLD
from parvis.exchange.commands.sides import unknown_case
from parvis.exchange.enums import OPEN_REPLIES
from parvis.exchange.models import Case, Reply
from parvis.ledger import commands as ledger
from parvis.signing import queries as signing

MOST_REPLIES = 500
MOST_BODY = 5000
MOST_SUBJECT = 150
AFTERWARDS = ("", CaseStatus.DONE, CaseStatus.REFUSED)
_SAID_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class NewReply:
    """What is answered: a document ready to sign, or a text from which a letter is made for each case.

    ``status`` is the state that a case takes once its answer is signed (`AFTERWARDS`), empty to change nothing.
    """

    circuit: UUID
    subject: str
    body: str = ""
    status: str = ""
    document: documents.ReceivedFile | None = None


def send_replies(*, cases: Sequence[UUID], reply: NewReply, actor: Actor) -> UUID:
    """Send an answer to each of these cases to the parapheur and return the gesture's id. All or none.

    The letters are made and submitted by a job. Raise AbsentError, RefusedError, ConflictError or DomainError with
    every defect; a document that was brought is then discarded.
    """
    try:
        with transaction.atomic():
            return _sent(sorted(set(cases)), reply, actor)
    finally:
        if reply.document is not None:
            documents.discard(reply.document)


def _sent(cases: Sequence[UUID], reply: NewReply, actor: Actor) -> UUID:
    _check_text(cases, reply)
    rows = _locked(cases, actor)
    organisation = _one_organisation(rows)
    grants = access.require(actor, Action.ACT_PREPARE, organisation=organisation, process=EVERY_PROCESS).grants
    if not any(one.id == reply.circuit for one in signing.usable_circuits_of([organisation])):
        raise DomainError("unknown_circuit", "Choisissez un circuit de signature en service.", field="circuit")
    _check_cases(rows, reply)
    run, document = new_id(), documents.keep(reply.document) if reply.document else None
    Reply.objects.bulk_create(
        Reply(
            run=run,
            case=row,
            circuit=reply.circuit,
            subject=clean(reply.subject),
            body=clean(reply.body),
            document=document,
            status=reply.status,
            sender=actor.id,
            sender_label=actor.label[:255],
        )
        for row in rows
    )
    ledger.record_many(
        ledger.NewEntry(
            actor=actor,
            action="case.reply_to_sign",
            subject=f"case:{row.id}",
            grants=grants,
            about=row.folder.applicant_account_id,
            details={"run": str(run), "status": reply.status},
        )
        for row in rows
    )
    outbox.send("exchange.make_replies", lock=f"replies-{run}", run=run, sender=_as_payload(actor))
    return run


def _as_payload(actor: Actor) -> dict[str, object]:
    """The sender, for the job: it submits in their name, with the proof of their session."""
    return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(actor).items()}


def _check_text(cases: Sequence[UUID], reply: NewReply) -> None:
    problems = Problems()
    if not 0 < len(cases) <= MOST_REPLIES:
        problems.add(
            "bad_reply_count",
            "Choisissez de 1 à %(most)s dossiers.",
            field="cases",
            params={"most": MOST_REPLIES},
        )
    if not 0 < len(clean(reply.subject)) <= MOST_SUBJECT:
        problems.add(
            "subject_missing",
            "Écrivez l’objet de la réponse, en %(most)s caractères au plus.",
            field="subject",
            params={"most": MOST_SUBJECT},
        )
    if reply.document is None and not clean(reply.body):
        problems.add("reply_empty", "Écrivez la réponse, ou joignez un document PDF.", field="body")
    if len(reply.body) > MOST_BODY:
        problems.add(
            "reply_too_long", "La réponse est limitée à %(most)s caractères.", field="body", params={"most": MOST_BODY}
        )
    if reply.document is not None and (len(cases) != 1 or reply.document.mime != Mime.PDF):
        problems.add("reply_document", "Joignez un document PDF, pour un seul dossier.", field="document")
    if reply.status not in AFTERWARDS:
        problems.add("reply_status", "Une réponse signée peut terminer ou refuser la demande.", field="status")
    for name in letters.unknown_fields(reply.subject, reply.body)[:_SAID_AT_ONCE]:
        problems.add(
            "unknown_letter_field",
            "« {%(name)s} » n’est pas un champ connu. Champs possibles : %(known)s.",
            field="body",
            params={"name": name[:30], "known": ", ".join(f"{{{one}}}" for one in letters.FIELDS)},
        )
    problems.refuse_if_any()


def _locked(cases: Sequence[UUID], actor: Actor) -> list[Case]:
    """The cases, locked in one order for all, each of which this actor may process. Raise AbsentError."""
    mine = access.scope(actor, Action.CASE_PROCESS, organisation="recipient_id", process="process_id", unit="unit")
    rows = list(
        Case.objects.select_for_update(of=("self",))
        .select_related("folder", "process", "recipient")
        .filter(mine, id__in=cases)
        .exclude(status__in=UNTOLD)
        .order_by("id")
    )
    if len(rows) != len(cases):
        raise unknown_case()
    return rows


def _one_organisation(rows: Sequence[Case]) -> UUID:
    found = {row.recipient_id for row in rows}
    if len(found) != 1:
        raise DomainError("many_organisations", "Choisissez des dossiers reçus par un seul organisme.", field="cases")
    return found.pop()


def _check_cases(rows: Sequence[Case], reply: NewReply) -> None:
    """Each case may take this answer: a process that takes PDF, no other answer on its way, a state that may follow."""
    problems = Problems()
    waiting = set(Reply.objects.filter(case__in=rows, state__in=OPEN_REPLIES).values_list("case_id", flat=True))
    formats = {code: _formats(code) for code in {row.process_id for row in rows}}
    for row in rows:
        if Mime.PDF not in formats[row.process_id]:
            problems.add(
                "process_without_pdf",
                "La démarche du dossier %(number)s n’admet pas de réponse en PDF.",
                field="cases",
                params={"number": row.external_id},
            )
        elif reply.status and not catalogue.may_follow(row.process.workflow, row.status, reply.status):
            problems.add(
                "reply_transition",
                "Le dossier %(number)s ne peut pas passer à « %(wanted)s » dans son état présent.",
                field="status",
                params={"number": row.external_id, "wanted": CaseStatus(reply.status).label},
            )
        if len(problems.found) >= _SAID_AT_ONCE:
            break
    problems.refuse_if_any()
    for row in rows:
        if row.id in waiting:
            raise ConflictError(
                "reply_on_its_way",
                "Une réponse est déjà à la signature pour le dossier %(number)s. Attendez-la, ou retirez-la d’abord.",
                field="cases",
                params={"number": row.external_id},
            )


def _formats(code: str) -> tuple[str, ...]:
    process = catalogue.process(code)
    return process.answer_formats if process else ()
