"""Who calls, and what they may do."""

from django.http import HttpRequest
from ninja import Router, Schema

from parvis.access import queries as access
from parvis.directory import queries as directory
from parvis.exchange.api.callers import actor_of, reference
from parvis.exchange.api.examples import shown
from parvis.exchange.api.shapes import OrganisationRef

router = Router(tags=["me"])


class RightOut(Schema):
    """What a credential may do for one organisation, on one process (``*``: on all)."""

    organisation: OrganisationRef
    name: str
    process: str
    actions: list[str]


class Me(Schema):
    """Who calls: a credential may serve many organisations and many processes, each by a mandate of theirs."""

    model_config = shown(
        {
            "name": "Logiciel de la mairie",
            "rights": [
                {
                    "organisation": {"siret": "21350238800019", "branch": "35238"},
                    "name": "Mairie de Rennes",
                    "process": "*",
                    "actions": ["case:read"],
                }
            ],
        }
    )

    name: str
    rights: list[RightOut]


@router.get("/me", response=Me, summary="What this credential may do")
def me(request: HttpRequest) -> Me:
    """Return the mandates that this credential holds: one may serve many communes and many processes."""
    actor = actor_of(request)
    held = access.rights(actor)
    named = directory.organisations_by_id({organisation for organisation, _ in held})
    return Me(
        name=actor.label,
        rights=[
            RightOut(
                organisation=reference(named[organisation]),
                name=named[organisation].name,
                process=process,
                actions=sorted(actions),
            )
            for (organisation, process), actions in sorted(held.items(), key=lambda item: (str(item[0][0]), item[0][1]))
        ],
    )
