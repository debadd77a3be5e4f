"""Cases at a town hall, and answers to them sent to be signed."""

from typing import Any
from uuid import UUID

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import Actor
from parvis.core.ids import new_id
from parvis.exchange import commands
from parvis.exchange.commands import NewReply
from parvis.exchange.models import Case, Folder, Reply
from parvis.signing.models import Item
from tests.support import world
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town

TEXT = "Bonjour {prénom} {nom},\n\nVotre demande {numéro} est acceptée.\n{mairie}, le {date}"


def ready(town: Town) -> Town:
    """The agent of the follow-up desk may also send to the parapheur."""
    world.allow(town.here.as_agent, town.organisation, (Action.ACT_PREPARE,))
    return town


def cases(town: Town, count: int, *, recipient: UUID | None = None) -> list[Case]:
    """Cases at the town hall, as deposits leave them."""
    made = []
    for number in range(count):
        folder = Folder.objects.create(
            external_id=f"D-{new_id().hex[:20]}",
            process_id=world.PROCESS,
            depositor=town.here.operator,
            applicant_account=town.here.citizen,
            applicant_first_name="Camille",
            applicant_last_name=f"Martin-{number}",
        )
        made.append(
            Case.objects.create(
                folder=folder,
                recipient_id=recipient or town.organisation,
                process_id=world.PROCESS,
                external_id=f"{folder.external_id}-01",
                status=CaseStatus.SENT,
            )
        )
    return made


def send(town: Town, rows: list[Case], *, actor: Actor | None = None, **changes: Any) -> UUID:
    wanted: dict[str, Any] = {
        "circuit": town.short,
        "subject": "Votre demande",
        "body": TEXT,
        "status": CaseStatus.DONE,
    } | changes
    return commands.send_replies(
        cases=[row.id for row in rows], reply=NewReply(**wanted), actor=actor or town.here.as_agent
    )


def sign_all(town: Town) -> None:
    """The mayor's one confirmation."""
    items = Item.objects.filter(source=commands.REPLIES, state="to_sign").values_list("id", flat=True)
    town.confirm(town.freeze(*items))
    run_jobs(limit=5000)


def states(run: UUID) -> set[str]:
    return set(Reply.objects.filter(run=run).values_list("state", flat=True))
