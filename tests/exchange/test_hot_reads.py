"""The reads written by hand (`core.sql`): each of their conditions closes a door, and is tried alone."""

from datetime import timedelta

import pytest

from parvis.catalogue import queries as catalogue
from parvis.catalogue.models import Process
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.directory import queries as directory
from parvis.directory.enums import OrganisationState
from parvis.directory.models import Organisation
from parvis.exchange import queries
from parvis.exchange.enums import SubscriptionState
from parvis.exchange.models import Subscription
from parvis.identity import commands as identity
from parvis.identity import queries as identities
from parvis.identity.models import AccessToken, MachineClient
from tests.support import world
from tests.support.world import PROCESS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("closed", ["revoked_at", "suspended_at", "expires_at"])
def test_a_token_opens_nothing_once_its_program_is_stopped_or_its_hour_is_over(closed: str) -> None:
    made = identity.register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM)
    token = identity.issue_token(client_id=made.client_id, secret=made.secret, scope="SI").token
    found = identities.caller_of_token(token)
    assert found is not None
    assert (found[0].id, found[0].label, found[1]) == (made.client, "Logiciel", "SI")
    if closed == "expires_at":
        AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    else:
        # Written alone: the commands also remove the tokens, and one may be issued at that very moment.
        MachineClient.objects.update(**{closed: now()})
    assert identities.caller_of_token(token) is None
    assert identities.caller_of_token("unknown") is None


@pytest.mark.parametrize("state", SubscriptionState.values)
def test_only_an_active_subscription_receives(state: str) -> None:
    here = world.build()
    Subscription.objects.filter(subscriber=here.rennes).update(state=state)
    wanted = [here.rennes.id, here.nice.id, here.operator.id]
    active = {here.rennes.id} if state == SubscriptionState.ACTIVE else set()
    assert set(queries.subscribed(PROCESS, wanted)) == active | {here.nice.id}
    assert queries.subscribed("EtatCivil", wanted) == {}
    assert queries.subscribed(PROCESS, []) == {}


def test_a_closed_organisation_receives_nothing_and_is_not_found_to_deposit() -> None:
    here = world.build()
    pair = (here.rennes.siret, here.rennes.branch_code)
    assert directory.organisations_for([pair]) == {pair: here.rennes.id}
    assert directory.organisations_for([(pair[0], "00000")]) == {}
    Organisation.objects.filter(id=here.rennes.id).update(state=OrganisationState.CLOSED)
    assert directory.organisations_for([pair]) == {}
    assert queries.subscribed(PROCESS, [here.rennes.id]) == {}


def test_a_process_is_known_whole_until_it_is_closed() -> None:
    world.build()
    row = Process.objects.get(code=PROCESS)
    facts = catalogue.process(PROCESS)
    assert facts is not None
    for name in facts.__slots__:
        value = getattr(row, name)
        assert getattr(facts, name) == (tuple(value) if isinstance(value, list) else value), name
    Process.objects.filter(code=PROCESS).update(is_active=False)
    assert catalogue.process(PROCESS) is None
    assert catalogue.process("nulle-part") is None
