"""Which account a proof opens. Only the pair (issuer, sub) answers: never an e-mail address, never a name."""

from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, RefusedError
from parvis.identity.federation.exchange import Proof
from parvis.identity.models import Account, FederatedIdentity
from parvis.ledger import commands as ledger


def open_account(*, proof: Proof) -> Account:
    """Return the account this proof opens, created at the first sign-in. Raise RefusedError when it is closed."""
    try:
        return _open(proof)
    except IntegrityError:  # two first sign-ins at once: the other created it
        return _open(proof)


@transaction.atomic
def _open(proof: Proof) -> Account:
    known = _identity(proof)
    account = known.account if known else _created(proof)
    if not account.is_active:
        raise RefusedError(
            "account_closed", "Ce compte est fermé. Si vous pensez que c’est une erreur, écrivez à l’assistance."
        )
    if known:
        known.claims, known.used_at = dict(proof.kept), now()
        known.save(update_fields=("claims", "used_at"))
    ledger.record(
        actor=_actor(account),
        action="account.signed_in",
        subject=f"account:{account.id}",
        details={"provider": proof.provider.slug, "acr": proof.acr},
        about=account.id,
    )
    return account


def _identity(proof: Proof) -> FederatedIdentity | None:
    return (
        FederatedIdentity.objects.select_related("account")
        .filter(provider=proof.provider.slug, issuer=proof.provider.issuer, sub=proof.sub)
        .first()
    )


def _created(proof: Proof) -> Account:
    names = proof.kept
    account = Account.objects.create_user(
        None,
        first_name=names.get("given_name", "")[:100],
        last_name=(names.get("family_name") or names.get("usual_name", ""))[:100],
    )
    _attach(proof, account)
    ledger.record(
        actor=_actor(account),
        action="account.registered",
        subject=f"account:{account.id}",
        details={"provider": proof.provider.slug},
        about=account.id,
    )
    return account


def _attach(proof: Proof, account: Account) -> FederatedIdentity:
    return FederatedIdentity.objects.create(
        account=account,
        provider=proof.provider.slug,
        kind=proof.provider.kind,
        issuer=proof.provider.issuer,
        sub=proof.sub,
        claims=dict(proof.kept),
    )


def link_identity(*, proof: Proof, account: UUID, actor: Actor, replaces: UUID | None = None) -> None:
    """Add a way in to an account. Its owner is signed in and has just proved it again: the caller sees to that.

    ``replaces`` is an identity of the same provider that goes at the same time: when the State corrects a civil
    identity, the provider knows the person by another name. Raise ConflictError when the identity opens another
    account: two accounts are never merged by themselves.
    """
    with transaction.atomic():
        owner = Account.objects.select_for_update().get(id=account)
        known = _identity(proof)
        if known and known.account_id != owner.id:
            raise ConflictError(
                "identity_linked_elsewhere",
                "Cette identité ouvre déjà un autre compte. Connectez-vous à cet autre compte et détachez-la, "
                "puis recommencez.",
            )
        if known is None:
            former = FederatedIdentity.objects.filter(account=owner, provider=proof.provider.slug)
            replaced = former.filter(id=replaces).delete()[0] if replaces else 0
            _attach(proof, owner)
            ledger.record(
                actor=actor,
                action="identity.relinked" if replaced else "identity.linked",
                subject=f"account:{owner.id}",
                details={"provider": proof.provider.slug},
                about=owner.id,
            )


def unlink_identity(*, identity: UUID, actor: Actor) -> None:
    """Remove a way in from the actor's own account. Raise ConflictError when it is the last one."""
    with transaction.atomic():
        owner = Account.objects.select_for_update().get(id=actor.person)
        row = FederatedIdentity.objects.filter(id=identity, account=owner).first()
        if row is None:
            raise AbsentError("unknown_identity", "Cette identité n’est pas rattachée à votre compte.")
        others = FederatedIdentity.objects.filter(account=owner).exclude(id=row.id).exists()
        if not others and not (owner.email and owner.has_usable_password()):
            raise ConflictError(
                "last_way_in",
                "C’est votre seul moyen de vous connecter : détachée, elle vous fermerait votre compte. "
                "Ajoutez d’abord un autre moyen de connexion.",
            )
        row.delete()
        ledger.record(
            actor=actor,
            action="identity.unlinked",
            subject=f"account:{owner.id}",
            details={"provider": row.provider},
            about=owner.id,
        )


def _actor(account: Account) -> Actor:
    return Actor("account", account.id, label=str(account))
