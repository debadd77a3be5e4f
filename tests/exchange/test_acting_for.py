"""An editor's program says for which town it acts; its mandate decides, and the journal names both."""

from typing import Any

import pytest
from django.test import Client

from parvis.access import commands as access
from parvis.access.commands import Deed, Line
from parvis.access.enums import Action
from parvis.access.models import Mandate
from parvis.core.actor import SYSTEM
from parvis.core.clock import today
from parvis.exchange.models import Case
from parvis.ledger.models import Entry
from tests.exchange.test_api import caller
from tests.support import deposits, world

pytestmark = pytest.mark.django_db
TREAT = [Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS]


def editor_of(here: world.World) -> Client:
    """The program of an editor (here, the operator's organisation), mandated by Rennes."""
    deed = Deed(here.operator.id, "2026-118", "0" * 64, today(), [Line(TREAT)])
    access.give_mandate(organisation=here.rennes.id, deed=deed, actor=SYSTEM)
    return caller(here, here.operator, Action.MANDATE_USE)


def cases(http: Client, **headers: Any) -> Any:
    return http.get("/api/v1/cases", headers=headers)


def test_a_program_reads_the_cases_of_its_mandant_when_it_says_so() -> None:
    here = world.build()
    case, _ = deposits.deposited(here)
    http = editor_of(here)
    assert cases(http).json() == []
    rennes = {"Parvis-Acting-For": f"{here.rennes.siret}-{here.rennes.branch_code}"}
    assert [row["id"] for row in cases(http, **rennes).json()] == [str(case.id)]
    assert http.get(f"/api/v1/cases/{case.id}").status_code == 404
    assert http.get(f"/api/v1/cases/{case.id}", headers=rennes).status_code == 200
    entry = Entry.objects.filter(actor_kind="client", subject=f"case:{case.id}").latest("id")
    assert entry.acting_for == here.rennes.id
    for other in (here.nice.siret, "00000000000000"):
        answer = cases(http, **{"Parvis-Acting-For": other})
        assert answer.status_code == 404 if other.startswith("0") else answer.json() == []


def test_a_program_whose_mandate_is_over_reads_nothing() -> None:
    here = world.build()
    deposits.deposited(here)
    http = editor_of(here)
    rennes = {"Parvis-Acting-For": here.rennes.siret}
    assert len(cases(http, **rennes).json()) == 1
    access.revoke_mandate(mandate_id=Mandate.objects.get().id, actor=SYSTEM)
    assert cases(http, **rennes).json() == []
    assert Case.objects.exists()
