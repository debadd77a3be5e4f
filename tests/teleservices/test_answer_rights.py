import pytest

from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import ANONYMOUS
from parvis.core.errors import DomainError
from parvis.exchange import commands as exchange
from parvis.teleservices import commands
from tests.support import world
from tests.support.deposits import deposited

pytestmark = pytest.mark.django_db


def test_rights_only_the_applicant_answers_the_town_hall() -> None:
    here = world.build()
    case, request = deposited(here)
    asked = exchange.CaseAnswer(CaseStatus.ADD_AWAITING, "Il manque le verso.", author="Agent")
    exchange.move_case(case_id=case.id, answer=asked, actor=here.as_agent)
    for stranger in (here.as_agent, here.as_foreign_agent, ANONYMOUS):
        with pytest.raises(DomainError) as refusal:
            commands.answer_complement(request_id=request.id, message="Moi", files=(), actor=stranger)
        assert refusal.value.status in (403, 404)
    commands.answer_complement(request_id=request.id, message="Voici", files=(), actor=here.as_citizen)
    case.refresh_from_db()
    assert case.status == CaseStatus.HUBEE_NOTIFIED
