"""A town hall that signs: an officer who gives visas, two who sign, a clerk who sends, a circuit."""

from dataclasses import dataclass
from uuid import UUID

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.core.ids import new_id
from parvis.documents import commands as documents
from parvis.identity.commands import register_account
from parvis.signing import commands
from parvis.signing.commands import NewStep, Submission
from parvis.signing.enums import Level, StepKind
from parvis.signing.keys.authority import KeyKind
from parvis.signing.models import Item, SigningBatch, SigningCertificate, SigningKey
from tests.support import world
from tests.support.officers import pdf, pem, pki
from tests.support.world import World


@dataclass(frozen=True)
class Town:
    """Rennes, its people and its circuits."""

    here: World
    clerk: Actor
    reader: Actor
    mayor: Actor
    deputy: Actor
    second: Actor
    administrator: Actor
    short: UUID
    long: UUID

    @property
    def organisation(self) -> UUID:
        return self.here.rennes.id

    def submit(
        self, *, circuit: UUID | None = None, content: bytes = b"", name: str = "reponse.pdf", **more: str
    ) -> Item:
        """Send a document as the clerk does."""
        kept = documents.keep_bytes(content or pdf(1))
        made = Submission(more.get("title", "Réponse à Mme Martin"), name, kept, more.get("reference", new_id().hex))
        item = commands.submit(
            organisation=self.organisation,
            circuit=circuit or self.short,
            source="test",
            submission=made,
            actor=self.clerk,
        )
        return Item.objects.get(id=item)

    def submit_many(self, count: int) -> list[UUID]:
        """Send several documents at once."""
        made = [
            Submission(f"Réponse {place}", "reponse.pdf", documents.keep_bytes(pdf(1)), new_id().hex)
            for place in range(count)
        ]
        return commands.submit_many(
            organisation=self.organisation, circuit=self.short, source="test", submissions=made, actor=self.clerk
        )

    def freeze(self, *items: UUID, level: Level = Level.B_T, actor: Actor | None = None) -> SigningBatch:
        """Freeze a list for the mayor."""
        batch = commands.freeze_batch(
            organisation=self.organisation, items=items, level=level, actor=actor or self.mayor
        )
        return SigningBatch.objects.get(id=batch)

    def confirm(self, batch: SigningBatch) -> None:
        """Confirm it as the mayor."""
        commands.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=self.mayor)


def give_certificate(town: Town, actor: Actor, place: str = "files") -> SigningCertificate:
    """Give someone a certificate whose key is nowhere: enough to prepare a batch, without a signer."""
    holder = pki().holder(actor.label)
    key = SigningKey.objects.create(
        organisation_id=town.organisation, holder_id=actor.person, name=new_id().hex, kind="p256", backend=place
    )
    return SigningCertificate.objects.create(
        key=key,
        serial=f"{holder.certificate.serial_number:x}",
        issuer=holder.certificate.issuer.rfc4514_string(),
        subject=holder.certificate.subject.rfc4514_string(),
        pem=pem(holder.certificate).decode(),
        chain=pem(pki().issuing.certificate).decode(),
        starts_at=holder.certificate.not_valid_before_utc,
        ends_at=holder.certificate.not_valid_after_utc,
    )


def build(*, keys: bool = True, here: World | None = None) -> Town:
    """Create the town. ``keys`` needs a running signer."""
    here = here or world.build()

    def person(name: str, first: str, last: str, *actions: Action) -> Actor:
        account = register_account(email=f"{name}@exemple.example", password="un-mot-de-passe-long", actor=SYSTEM)
        account.first_name, account.last_name = first, last
        account.save()
        made = Actor("account", account.id, label=f"{first} {last}")
        world.allow(made, here.rennes.id, actions)
        return made

    clerk = person("greffe", "Nadia", "Benali", Action.ACT_PREPARE)
    reader = person("dgs", "Hugo", "Petit", Action.ACT_VISA)
    mayor = person("maire", "Claire", "Dubois", Action.ACT_SIGN)
    deputy = person("adjoint", "Marc", "Leroy", Action.ACT_SIGN)
    second = person("adjointe2", "Inès", "Garnier", Action.ACT_SIGN)
    administrator = person("admin", "Alice", "Robert", Action.MEMBERS_MANAGE)
    last = NewStep(StepKind.SIGNATURE, mayor.person)
    short, long = (
        commands.create_circuit(organisation=here.rennes.id, name=name, steps=steps, actor=administrator)
        for name, steps in (("Direct", [last]), ("Complet", [NewStep(StepKind.VISA, reader.person), last]))
    )
    if keys:
        for one in (mayor, deputy):
            commands.open_key(organisation=here.rennes.id, holder=one.person, kind=KeyKind.P256, actor=administrator)
    return Town(here, clerk, reader, mayor, deputy, second, administrator, short, long)
