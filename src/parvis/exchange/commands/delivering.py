"""What becomes of answers to sign: made, submitted, given to their cases once signed, or told to have failed.

Every function here is run by a job, at least once: a second time finds nothing to do.
"""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.core.text import safe_file_name
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.exchange import queries
from parvis.exchange.commands.cases import CaseAnswer, NewDocument, move_case
from parvis.exchange.commands.sides import locked_case
from parvis.exchange.enums import OPEN_REPLIES, ReplyState
from parvis.exchange.models import Case, Reply
from parvis.signing import commands as signing

SOURCE = "exchange.reply"
KIND = "reponse"
CHUNK = 50
# Told to the applicant with a refusal, which always has words.
_REFUSED = "{subject} : les raisons sont dans le document joint, signé."
_ENDED = {
    "returned": (ReplyState.RETURNED, "Réponse renvoyée pour correction"),
    "refused": (ReplyState.REFUSED, "Réponse refusée à la signature"),
    "withdrawn": (ReplyState.WITHDRAWN, "Réponse retirée de la signature"),
}


def make_replies(*, run: UUID, actor: Actor) -> int:
    """Make the letters of one gesture and submit them for who sent them, by groups; return how many.

    Killed, it goes on from there. A sender who may no longer send to the parapheur has the rest marked as failed.
    """
    count = 0
    while True:
        with transaction.atomic():
            rows = _to_make(run)
            if not rows:
                return count
            try:
                with transaction.atomic():
                    _submit(rows, actor)
            except DomainError as error:
                _fail(Reply.objects.filter(run=run, state=ReplyState.PREPARING), error)
                return count
        count += len(rows)


def _to_make(run: UUID) -> list[Reply]:
    rows = Reply.objects.select_for_update(of=("self",)).filter(run=run, state=ReplyState.PREPARING)
    return list(rows.select_related("case__folder", "case__recipient").order_by("id")[:CHUNK])


def _submit(rows: list[Reply], actor: Actor) -> None:
    organisation, circuit = rows[0].case.recipient_id, rows[0].circuit
    items = signing.submit_many(
        organisation=organisation,
        circuit=circuit,
        source=SOURCE,
        submissions=[_submission(row) for row in rows],
        actor=actor,
    )
    moment = now()
    for row, item in zip(rows, items, strict=True):
        row.item, row.state, row.changed_at = item, ReplyState.TO_SIGN, moment
    Reply.objects.bulk_update(rows, ["item", "state", "changed_at"])


def _submission(row: Reply) -> signing.Submission:
    case = row.case
    document = row.document or documents.keep_bytes(queries.letter_of(row.subject, row.body, case))
    name = f"{case.folder.applicant_last_name} {case.folder.applicant_first_name}".strip()
    return signing.Submission(f"{row.subject} – {name}"[:200], _file_name(row), document, str(row.id))


def _file_name(row: Reply) -> str:
    return safe_file_name(f"reponse-{row.case.external_id}.pdf")


def _fail(rows: Iterable[Reply], error: DomainError) -> None:
    for row in rows:
        row.state, row.reason, row.changed_at = ReplyState.FAILED, error.problem.message[:1000], now()
        row.save(update_fields=("state", "reason", "changed_at"))


def deliver_reply(*, reply_id: UUID, result: UUID) -> None:
    """Give a signed answer to its case: an event with the document, told to the applicant. Once, whatever crashes."""
    known = Reply.objects.select_related("case").filter(id=reply_id).first()
    facts = stored.facts(result)
    if known is None or facts is None or known.state not in OPEN_REPLIES:
        return
    received = documents.receive(stored.content(result), documents.Expectation(max_bytes=facts.size))
    try:
        with transaction.atomic():
            case = locked_case(known.case_id)
            reply = Reply.objects.select_for_update(of=("self",)).select_related("case").get(id=reply_id)
            if reply.state in OPEN_REPLIES:
                _deliver(reply, case, NewDocument(KIND, _file_name(reply), received))
    finally:
        documents.discard(received)


def _deliver(reply: Reply, case: Case, document: NewDocument) -> None:
    hub = replace(SYSTEM, acting_for=case.recipient_id)
    try:
        with transaction.atomic():
            reply.event_id = move_case(case_id=case.id, answer=_answer(reply, case, document), actor=hub)
        reply.state, reply.reason = ReplyState.DELIVERED, ""
    except DomainError as error:  # its process was closed since: the agent decides
        reply.state, reply.reason = ReplyState.FAILED, error.problem.message[:1000]
    reply.changed_at = now()
    reply.save()


def _answer(reply: Reply, case: Case, document: NewDocument) -> CaseAnswer:
    """What is said with the document. A state that the case can no longer take is not forced on it: it is noted."""
    if not reply.status or catalogue.may_follow(case.process.workflow, case.status, reply.status):
        refused = reply.status == CaseStatus.REFUSED
        message = _REFUSED.format(subject=reply.subject) if refused else ""
        return CaseAnswer(reply.status, message, author=reply.sender_label, documents=[document])
    note = f"L’état n’a pas changé : ce dossier ne pouvait plus passer à « {CaseStatus(reply.status).label} »."
    return CaseAnswer(comment=note, author=reply.sender_label, documents=[document])


def end_reply(*, reply_id: UUID, state: str, reason: str) -> None:
    """Tell on the case that its answer will not be signed as it is, with the officer's reason. Once."""
    known = Reply.objects.filter(id=reply_id).values_list("case_id", flat=True).first()
    if known is None or state not in _ENDED:
        return
    after, words = _ENDED[state]
    with transaction.atomic():
        case = locked_case(known)
        reply = Reply.objects.select_for_update().get(id=reply_id)
        if reply.state not in OPEN_REPLIES or (reply.state, reply.reason) == (after, reason):
            return
        reply.state, reply.reason, reply.changed_at = after, reason, now()
        reply.save()
        note = f"{words} (« {reply.subject} »)" + (f" : {reason}" if reason else ".")
        _note(case, note[:1000])


def _note(case: Case, note: str) -> None:
    try:
        with transaction.atomic():
            hub = replace(SYSTEM, acting_for=case.recipient_id)
            move_case(case_id=case.id, answer=CaseAnswer(comment=note, author="Parapheur"), actor=hub)
    except DomainError:  # a closed process takes no more notes: the answer's own page says it
        return
