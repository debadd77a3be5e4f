"""Two organisations in one circuit: each answers for itself, each sees what it must and nothing more."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.ids import new_id
from parvis.documents import queries as documents
from parvis.identity.commands import register_account
from parvis.identity.models import Account
from parvis.signing import commands, queries
from parvis.signing.enums import ItemState, StepKind
from parvis.signing.keys.authority import KeyKind
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import Circuit, CircuitStep, Item, SigningBatch
from tests.support import parapheur, world
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Two:
    """Rennes, whose circuit it is, and Nice, which has a step in it."""

    town: Town
    chief: Actor
    reader: Actor
    signer: Actor

    @property
    def nice(self) -> Any:
        return self.town.here.nice.id

    def circuit(self, kind: StepKind) -> Circuit:
        """Made by Rennes, before Nice has answered."""
        ours = commands.NewStep(StepKind.SIGNATURE, self.town.mayor.person)
        theirs = commands.NewStep(kind, None, self.nice)
        steps = [theirs, ours] if kind == StepKind.VISA else [ours, theirs]
        made = commands.create_circuit(
            organisation=self.town.organisation, name=f"À deux, {kind}", steps=steps, actor=self.town.administrator
        )
        return Circuit.objects.get(id=made)

    def joined(self, kind: StepKind) -> Circuit:
        found = self.circuit(kind)
        step = CircuitStep.objects.get(circuit=found, organisation=self.nice)
        officer = self.reader if kind == StepKind.VISA else self.signer
        commands.join_circuit(step_id=step.id, officer=officer.person, actor=self.chief)
        return found


def build(*, keys: bool) -> Two:
    town = parapheur.build(keys=keys)

    def person(name: str, *actions: Action) -> Actor:
        account = register_account(email=f"{name}@nice.example", password="un-mot-de-passe-long", actor=SYSTEM)
        made = Actor("account", account.id, label=name)
        world.allow(made, town.here.nice.id, actions)
        return made

    two = Two(
        town, person("chef", Action.MEMBERS_MANAGE), person("lecteur", Action.ACT_VISA), person("elue", Action.ACT_SIGN)
    )
    if keys:
        commands.open_key(organisation=two.nice, holder=two.signer.person, kind=KeyKind.P256, actor=two.chief)
    return two


@pytest.fixture
def two() -> Two:
    return build(keys=False)


def http(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=actor.person))
    return client


def test_the_visa_of_one_and_the_signature_of_the_other(two: Two) -> None:
    """By the pages, where the database shows each side its own rows only."""
    item = two.town.submit(circuit=two.joined(StepKind.VISA).id)
    assert (item.desk_id, item.officer_id, item.state) == (two.nice, two.reader.id, ItemState.TO_VISA)
    place = reverse("parapheur_item", args=[item.id])
    assert http(two.town.mayor).get(place).status_code == 404
    assert http(two.signer).get(place).status_code == 404
    reader = http(two.reader)
    assert item.title in reader.get(reverse("parapheur")).content.decode()
    page = reader.get(place).content.decode()
    assert "Mairie de Nice" in page
    assert b"".join(reader.get(reverse("parapheur_document", args=[item.id])).streaming_content)  # type: ignore[attr-defined]
    assert reader.post(place, {"decision": "approve", "comment": "Vu à Nice"}).status_code == 302
    item.refresh_from_db()
    assert (item.desk_id, item.officer_id, item.state) == (None, two.town.mayor.id, ItemState.TO_SIGN)
    assert "Vu à Nice" in http(two.town.mayor).get(place).content.decode()
    reader.post(place, {"geste": "take_back"})
    item.refresh_from_db()
    assert (item.desk_id, item.state) == (two.nice, ItemState.TO_VISA)
    reader.post(place, {"decision": "refuse", "comment": "Non."})
    item.refresh_from_db()
    assert (item.state, item.reason) == (ItemState.REFUSED, "Non.")


def test_both_sign_each_with_their_own_certificate(signing: SignerClient) -> None:
    two = build(keys=True)
    item = two.town.submit(circuit=two.joined(StepKind.SIGNATURE).id)
    with pytest.raises(ConflictError, match="n’attendent plus"):
        commands.freeze_batch(organisation=two.nice, items=[item.id], actor=two.signer)
    two.town.confirm(two.town.freeze(item.id))
    run_jobs()
    item.refresh_from_db()
    assert (item.desk_id, item.state) == (two.nice, ItemState.TO_SIGN)
    assert queries.ready_to_sign(two.signer) == {two.nice: 1}
    with pytest.raises(ConflictError, match="n’attendent plus"):
        two.town.freeze(item.id)
    batch = commands.freeze_batch(organisation=two.nice, items=[item.id], actor=two.signer)
    frozen = SigningBatch.objects.get(id=batch)
    page = http(two.signer).get(reverse("parapheur_batch", args=[batch])).content.decode()
    assert item.title in page
    commands.confirm_batch(batch_id=batch, digest=bytes(frozen.digest), actor=two.signer)
    run_jobs()
    item.refresh_from_db()
    assert item.state == ItemState.SIGNED
    content = b"".join(documents.content(item.signature))  # type: ignore[arg-type]
    assert len(PdfFileReader(BytesIO(content)).embedded_signatures) == 2


def test_a_circuit_takes_nothing_before_the_partner_has_joined_nor_after_it_left(two: Two) -> None:
    circuit = two.circuit(StepKind.VISA)
    assert circuit not in queries.usable_circuits_of([two.town.organisation])
    with pytest.raises(ConflictError, match="partenaire"):
        two.town.submit(circuit=circuit.id)
    step = CircuitStep.objects.get(circuit=circuit, organisation=two.nice)
    commands.join_circuit(step_id=step.id, officer=two.reader.person, actor=two.chief)
    item = two.town.submit(circuit=circuit.id)
    commands.leave_circuit(step_id=step.id, actor=two.chief)
    commands.leave_circuit(step_id=step.id, actor=two.chief)
    with pytest.raises(ConflictError, match="partenaire"):
        two.town.submit(circuit=circuit.id)
    commands.approve(item_id=item.id, actor=two.reader)


def test_rights_a_step_is_answered_by_who_administers_its_organisation(two: Two) -> None:
    circuit = two.circuit(StepKind.VISA)
    step = CircuitStep.objects.get(circuit=circuit, organisation=two.nice)
    own = CircuitStep.objects.get(circuit=circuit, organisation=None)
    for stranger in (two.town.administrator, two.reader, two.town.here.as_citizen):
        with pytest.raises(AbsentError):
            commands.join_circuit(step_id=step.id, officer=two.reader.person, actor=stranger)
        with pytest.raises(AbsentError):
            commands.leave_circuit(step_id=step.id, actor=stranger)
    with pytest.raises(AbsentError):
        commands.join_circuit(step_id=own.id, officer=two.reader.person, actor=two.chief)
    with pytest.raises(DomainError, match="n’a pas le droit"):
        commands.join_circuit(step_id=step.id, officer=two.town.reader.person, actor=two.chief)
    chosen = commands.NewStep(StepKind.SIGNATURE, two.signer.person, two.nice)
    with pytest.raises(DomainError, match="n’a pas le droit"):
        commands.create_circuit(
            organisation=two.town.organisation, name="Imposé", steps=[chosen], actor=two.town.administrator
        )


def test_a_third_town_and_unasked_people_see_nothing(two: Two) -> None:
    item = two.town.submit(circuit=two.joined(StepKind.VISA).id)
    plain = two.town.submit()
    reader, chief = http(two.reader), http(two.chief)
    assert reader.get(reverse("parapheur_item", args=[plain.id])).status_code == 404
    assert chief.get(reverse("parapheur_item", args=[item.id])).status_code == 404
    assert Item.objects.get(id=plain.id).partners is None


def test_the_pages_of_both_administrators(two: Two) -> None:
    place = reverse("parapheur_circuits")
    rennes, nice = http(two.town.administrator), http(two.chief)
    partner = f"{two.town.here.nice.siret}-06088"
    new = {
        "name": "Avec Nice",
        "partner": partner,
        "role": "visa",
        "signer": str(two.town.mayor.person),
        "level": "B-LT",
    }
    for wrong in ({"partner": "123"}, {"role": ""}, {"signer": ""}, {"partner": f"{two.town.here.rennes.siret}-35238"}):
        assert rennes.post(place, new | wrong).status_code == 422
    assert rennes.post(place, new).status_code == 302
    assert "En attente du partenaire" in rennes.get(place).content.decode()
    step = CircuitStep.objects.get(circuit__name="Avec Nice", organisation=two.nice)
    page = nice.get(place).content.decode()
    assert "Avec Nice (Mairie de Rennes)" in page
    answer = {"etape": str(step.id), f"{step.id.hex}-officer": str(two.reader.person)}
    assert nice.post(place, answer | {f"{step.id.hex}-officer": ""}).status_code == 422
    assert nice.post(place, answer).status_code == 302
    assert "répond pour nous" in nice.get(place).content.decode()
    assert "En attente du partenaire" not in rennes.get(place).content.decode()
    assert nice.post(place, {"quitter": str(step.id)}).status_code == 302
    assert rennes.post(place, {"quitter": str(new_id())}).status_code == 404
