"""Many folders in one call, for depositors who send them by the thousand."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange.api.callers import actor_of, resolved
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.folders import DEPOSIT, FolderIn, FolderOut, deposit_of
from parvis.exchange.api.headers import IDEMPOTENCY_KEY, described
from parvis.exchange.api.idempotency import idempotent

router = Router(tags=["folders"])


class ManyFoldersIn(Schema):
    """Deposits, a hundred at most."""

    model_config = shown({"folders": [DEPOSIT]})

    folders: Annotated[list[FolderIn], Field(min_length=1, max_length=commands.MAX_DEPOSITS)]


class Defect(Schema):
    """One reason of a refusal, as in a problem document."""

    code: str
    message: str
    field: str


class Outcome(Schema):
    """What became of one deposit: a folder, or the reasons of its refusal."""

    external_id: str
    folder: FolderOut | None = None
    errors: list[Defect] = []


class ManyFoldersOut(Schema):
    """What became of each deposit, in the order of the request."""

    model_config = shown(
        {
            "deposited": 1,
            "refused": 1,
            "outcomes": [
                {
                    "external_id": "DEMO-AEC-0000000000001",
                    "folder": {"id": ID, "status": "HUBEE_NOTIFIED", "cases": [ID], "attachments": []},
                    "errors": [],
                },
                {
                    "external_id": "DEMO-AEC-0000000000002",
                    "folder": None,
                    "errors": [
                        {"code": "duplicate_external_id", "message": "Un dossier… existe déjà.", "field": "external_id"}
                    ],
                },
            ],
        }
    )

    deposited: int
    refused: int
    outcomes: list[Outcome]


@router.post(
    "/folders/bulk", response=ManyFoldersOut, summary="Deposit many folders", openapi_extra=described(IDEMPOTENCY_KEY)
)
@idempotent
def deposit_folders(request: HttpRequest, body: ManyFoldersIn) -> dict[str, Any]:
    """Deposit up to a hundred folders. Each is taken or refused alone; its documents, if any, follow by PUT."""
    refs = [ref for folder in body.folders for ref in (folder.depositor, *folder.recipients)]
    known = directory.organisations_for([(ref.siret, ref.branch) for ref in refs])
    ready: list[tuple[commands.Deposit, UUID]] = []
    refusals: dict[int, DomainError] = {}
    for place, folder in enumerate(body.folders):
        try:
            depositor, *recipients = resolved([folder.depositor, *folder.recipients], known)
            ready.append((deposit_of(folder, recipients), depositor))
        except DomainError as refusal:
            refusals[place] = refusal
    made = iter(commands.deposit_many(deposits=ready, actor=actor_of(request)) if ready else ())
    outcomes = [
        _outcome(folder.external_id, refusals[place] if place in refusals else next(made))
        for place, folder in enumerate(body.folders)
    ]
    refused = sum(bool(outcome["errors"]) for outcome in outcomes)
    return {"deposited": len(outcomes) - refused, "refused": refused, "outcomes": outcomes}


# Plain values: the framework makes the shapes once, when it checks the answer.
def _outcome(external_id: str, what: commands.DepositedFolder | DomainError) -> dict[str, Any]:
    if isinstance(what, DomainError):
        errors = [{"code": one.code, "message": one.message, "field": one.field} for one in what.problems]
        return {"external_id": external_id, "folder": None, "errors": errors}
    folder = {
        "id": str(what.id),
        "status": str(what.status),
        "cases": [str(case) for case in what.cases],
        "attachments": [str(row) for row in what.attachments],
    }
    return {"external_id": external_id, "folder": folder, "errors": []}
