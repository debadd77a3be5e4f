"""A list signed by the officer's own card: what is accepted of it, and in Chromium with a real helper."""

import json
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from django.urls import reverse

from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.identity.models import Account
from parvis.signing import commands, installation
from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import scheme_for
from parvis.signing.enums import BatchState, CertificateState, EntryState, ItemState, RevocationReason
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Holder, KeyKind, Profile, Request
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import BatchEntry, Item, SigningBatch, SigningCertificate, SigningKey
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pki
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Carded:
    """A mayor with a card, and its key where only a card would have it."""

    town: Town
    card: Holder

    def sign(self, batch: SigningBatch) -> dict[int, bytes]:
        """What the card answers."""
        work = commands.card_work(batch_id=batch.id, actor=self.town.mayor)
        scheme = scheme_for(self.card.key.public_key())
        made = MemoryKey(self.card.key).sign(scheme, list(work.digests.values()))
        return dict(zip(work.digests, made, strict=True))

    def confirmed(self, count: int) -> SigningBatch:
        batch = self.town.freeze(*self.town.submit_many(count))
        self.town.confirm(batch)
        batch.refresh_from_db()
        return batch

    def take(self, batch: SigningBatch, signatures: dict[int, bytes]) -> dict[int, bool]:
        return commands.take_signatures(batch_id=batch.id, signatures=signatures, actor=self.town.mayor)


def card(name: str = "Claire Dubois", profile: Profile = Profile.OFFICER, hours: int = 300) -> Holder:
    key = authority.new_key(KeyKind.P256)
    request = Request(name, profile, now() - timedelta(days=1), now() + timedelta(hours=hours))
    return Holder(key, authority.issue(installation.demo().issuing, request, key.public_key()))


def der(holder: Holder) -> bytes:
    return holder.certificate.public_bytes(Encoding.DER)


@pytest.fixture
def here(signing: SignerClient) -> Carded:
    town, held = parapheur.build(keys=False), card()
    commands.register_card(organisation=town.organisation, certificates=[b"?", der(held)], actor=town.mayor)
    return Carded(town, held)


def states(batch: SigningBatch) -> list[str]:
    return list(BatchEntry.objects.filter(batch=batch).values_list("state", flat=True))


def test_the_card_signs_the_confirmed_list_and_the_documents_are_finished(here: Carded) -> None:
    batch = here.confirmed(3)
    run_jobs()
    assert states(batch) == [EntryState.PENDING] * 3
    assert here.take(batch, here.sign(batch)) == {0: True, 1: True, 2: True}
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == (BatchState.DONE, [EntryState.DONE] * 3)
    assert set(Item.objects.values_list("state", flat=True)) == {ItemState.SIGNED}


def test_what_remains_is_signed_later_and_nothing_twice(here: Carded) -> None:
    batch = here.confirmed(3)
    made = here.sign(batch)
    here.take(batch, {0: made[0]})
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == (BatchState.CONFIRMED, [EntryState.DONE, *[EntryState.PENDING] * 2])
    kept = bytes(BatchEntry.objects.get(batch=batch, position=0).signature or b"")
    assert list(commands.card_work(batch_id=batch.id, actor=here.town.mayor).digests) == [1, 2]
    here.take(batch, here.sign(batch) | {0: made[0]})
    run_jobs()
    assert states(batch) == [EntryState.DONE] * 3
    assert bytes(BatchEntry.objects.get(batch=batch, position=0).signature or b"") == kept


def test_signatures_that_do_not_hold_are_not_kept(here: Carded) -> None:
    batch = here.confirmed(3)
    made = here.sign(batch)
    other = MemoryKey(card().key).sign(scheme_for(here.card.key.public_key()), [b"x" * 32])[0]
    held = here.take(batch, {0: made[1], 1: other, 2: b"", 7: made[0]})
    assert held == {0: False, 1: False, 2: False, 7: False}
    assert states(batch) == [EntryState.PENDING] * 3


def test_a_list_changed_after_its_confirmation_is_given_to_no_card(here: Carded) -> None:
    batch = here.confirmed(2)
    BatchEntry.objects.filter(batch=batch, position=1).update(digest=b"y" * 32)
    with pytest.raises(ConflictError, match="ne vaut plus"):
        commands.card_work(batch_id=batch.id, actor=here.town.mayor)
    with pytest.raises(ConflictError, match="ne vaut plus"):
        here.take(batch, {0: b"x"})


def test_a_list_not_confirmed_an_old_confirmation_a_revoked_card(here: Carded) -> None:
    frozen = here.town.freeze(*here.town.submit_many(1))
    with pytest.raises(ConflictError, match="n’attend pas"):
        commands.card_work(batch_id=frozen.id, actor=here.town.mayor)
    batch = here.confirmed(2)
    SigningBatch.objects.filter(id=batch.id).update(authorised_until=now() - timedelta(seconds=1))
    with pytest.raises(ConflictError, match="ne vaut plus"):
        commands.card_work(batch_id=batch.id, actor=here.town.mayor)
    commands.forget_old_lists()
    run_jobs()
    assert states(batch) == [EntryState.FAILED] * 2
    again = here.confirmed(1)
    commands.revoke_certificate(
        certificate_id=again.certificate_id, reason=RevocationReason.KEY_COMPROMISE, actor=here.town.mayor
    )
    with pytest.raises(ConflictError, match="révoqué"):
        commands.card_work(batch_id=again.id, actor=here.town.mayor)


def test_a_document_refused_meanwhile_is_not_asked_of_the_card(here: Carded) -> None:
    batch = here.confirmed(2)
    made = here.sign(batch)
    refused = BatchEntry.objects.get(batch=batch, position=0)
    commands.refuse(item_id=refused.item_id, reason="Erreur.", actor=here.town.mayor)
    assert list(here.sign(batch)) == [1]
    here.take(batch, made)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == (BatchState.DONE, [EntryState.SKIPPED, EntryState.DONE])


def test_rights_a_card_serves_its_officer_alone(here: Carded) -> None:
    batch = here.confirmed(1)
    for stranger in (here.town.deputy, here.town.clerk, here.town.here.as_foreign_agent):
        with pytest.raises(AbsentError):
            commands.card_work(batch_id=batch.id, actor=stranger)
        with pytest.raises(AbsentError):
            commands.take_signatures(batch_id=batch.id, signatures={0: b"x"}, actor=stranger)
    with pytest.raises(RefusedError):
        commands.register_card(organisation=here.town.organisation, certificates=[der(card())], actor=here.town.clerk)


def test_bad_cards_are_refused(here: Carded) -> None:
    expired, dating = card(hours=-2), card(profile=Profile.TIMESTAMP)
    stranger = pki().holder("Une Inconnue")
    for given in ([], [b"nothing"], [der(expired)], [der(stranger)], [der(installation.demo().issuing)], [der(dating)]):
        with pytest.raises(DomainError, match="Aucun certificat"):
            commands.register_card(organisation=here.town.organisation, certificates=given, actor=here.town.deputy)
    with pytest.raises(ConflictError, match="déjà enregistré"):
        commands.register_card(
            organisation=here.town.organisation, certificates=[der(here.card)], actor=here.town.deputy
        )


def test_a_new_card_replaces_the_former_and_a_key_of_the_module_does_not_give_way(here: Carded) -> None:
    new = card()
    commands.register_card(organisation=here.town.organisation, certificates=[der(new)], actor=here.town.mayor)
    assert SigningKey.objects.count() == 1
    found = SigningCertificate.objects.order_by("created_at").values_list("state", flat=True)
    assert list(found) == [CertificateState.REPLACED, CertificateState.ACTIVE]
    batch = replace(here, card=new).confirmed(1)
    assert here.take(batch, replace(here, card=new).sign(batch)) == {0: True}
    town = here.town
    commands.open_key(organisation=town.organisation, holder=town.deputy.person, actor=town.administrator)
    with pytest.raises(ConflictError, match="déjà une clé en service"):
        commands.register_card(organisation=town.organisation, certificates=[der(card())], actor=town.deputy)
    key = SigningKey.objects.get(holder_id=town.mayor.person).id
    for refused in (commands.certificate_request, commands.renew_certificate):
        with pytest.raises(ConflictError, match="sur la carte"):
            refused(key_id=key, actor=town.administrator)


def test_the_pages_of_a_card(here: Carded, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ASSURANCE_ENFORCED = False
    http = Client()
    http.force_login(Account.objects.get(id=here.town.mayor.person))
    page = http.get(reverse("parapheur_card"))
    assert "connect-src 'self' http://127.0.0.1:8641;" in page["Content-Security-Policy"]
    assert "8641" not in http.get(reverse("parapheur"))["Content-Security-Policy"]
    listed = http.post(reverse("parapheur_card"), {"certificats": b64encode(der(card())).decode() + " AAAA ?"})
    assert listed.status_code == 302
    assert http.post(reverse("parapheur_card"), {"certificats": "AAAA"}).status_code == 422
    assert http.post(reverse("parapheur_card"), {}).status_code == 422
    batch = here.confirmed(1)
    place = reverse("parapheur_card_signatures", args=[batch.id])
    for body in ("", "[]", '{"places": [0], "signatures": []}', '{"places": ["a"], "signatures": ["AA=="]}', "{}"):
        assert http.post(place, body, content_type="application/json").status_code == 422
    wrong = http.post(place, json.dumps({"places": [0], "signatures": ["AA=="]}), content_type="application/json")
    assert wrong.json() == {"kept": 0, "refused": [0]}
    monkeypatch.setenv("PARVIS_CARD_HELPER", "https://evil.example")
    with pytest.raises(Exception, match="PARVIS_CARD_HELPER"):
        http.get(reverse("parapheur_card"))
