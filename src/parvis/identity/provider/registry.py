"""The clients registry: who relies on us, how each proves itself, where people go back to, what it may ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, Problems
from parvis.core.ids import new_id
from parvis.identity import rules as secrets
from parvis.identity.provider import grants, levels, rules
from parvis.identity.provider.models import RelyingParty
from parvis.identity.provider.words import AuthMethod, Scope
from parvis.ledger import commands as ledger

_PREFIX = "rp-"  # no client id can be taken for a pseudonym, nor for a machine's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is declared of a client. See `RelyingParty` for the meaning of each field."""

    name: str
    purpose: str
    organisation: UUID
    sector: str
    auth_method: str = AuthMethod.SECRET
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    backchannel_logout_uri: str = ""
    scopes: Sequence[str] = (Scope.OPENID,)
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    tls_subject: str = ""
    audiences: Sequence[str] = ()
    machine: UUID | None = None
    require_par: bool = False
    dpop_bound: bool = False
    tls_bound: bool = False
    min_acr: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """A client at its birth. ``secret`` is empty unless it proves itself with one; it is never readable again."""

    id: UUID
    client_id: str
    secret: str = ""


def add_client(*, wanted: Registration, actor: Actor) -> Registered:
    """Register a client. The caller has checked that the actor may. Raise DomainError with every defect at once."""
    _check(wanted)
    secret = secrets.new_secret() if wanted.auth_method == AuthMethod.SECRET else ""
    identifier = new_id()
    with transaction.atomic():
        row = RelyingParty.objects.create(
            id=identifier,
            client_id=f"{_PREFIX}{identifier}",
            secret_digest=secrets.digest(secret) if secret else None,
            machine_id=wanted.machine,
            **_fields(wanted),
        )
        ledger.record(
            actor=actor,
            action="provider.client_registered",
            subject=f"relying_party:{row.id}",
            details={"name": row.name, "sector": row.sector, "method": row.auth_method, "scopes": row.scopes},
        )
    return Registered(row.id, row.client_id, secret)


def _fields(wanted: Registration) -> dict[str, Any]:
    plain = (
        *("name", "purpose", "organisation", "sector", "auth_method", "backchannel_logout_uri", "jwks", "jwks_uri"),
        *("tls_subject", "require_par", "dpop_bound", "tls_bound", "min_acr"),
    )
    listed = ("redirect_uris", "post_logout_redirect_uris", "scopes", "audiences")
    return {name: getattr(wanted, name) for name in plain} | {name: list(getattr(wanted, name)) for name in listed}


def renew_secret(*, client: UUID, actor: Actor) -> Registered:
    """Give a client a new secret; the former one stops at once. Raise AbsentError when it proves itself otherwise."""
    secret = secrets.new_secret()
    with transaction.atomic():
        row = _row(client)
        if row.auth_method != AuthMethod.SECRET:
            raise AbsentError("no_secret", "Ce site ne se connecte pas avec un secret : il n’y a rien à changer.")
        row.secret_digest = secrets.digest(secret)
        row.save(update_fields=("secret_digest",))
        ledger.record(actor=actor, action="provider.client_renewed", subject=f"relying_party:{client}")
    return Registered(row.id, row.client_id, secret)


def revoke_client(*, client: UUID, actor: Actor) -> None:
    """Stop a client for good: it receives nothing more, and everything issued to it dies."""
    with transaction.atomic():
        row = _row(client)
        row.revoked_at = now()
        row.save(update_fields=("revoked_at",))
        grants.revoke_all_of_client(row.id)
        ledger.record(actor=actor, action="provider.client_revoked", subject=f"relying_party:{client}")


def _row(client: UUID) -> RelyingParty:
    row = RelyingParty.objects.select_for_update().filter(id=client, revoked_at=None).first()
    if row is None:
        raise AbsentError("unknown_relying_party", "Ce site n’est pas déclaré, ou ne l’est plus.")
    return row


def live(client_id: str) -> RelyingParty | None:
    """Return a client that may be served, or None."""
    if not client_id.isascii() or "\x00" in client_id:
        return None
    return RelyingParty.objects.select_related("machine").filter(client_id=client_id, revoked_at=None).first()


def named(client_id: str) -> UUID:
    """Return the id of a client that may be served. Raise AbsentError when there is none."""
    row = live(client_id)
    if row is None:
        raise AbsentError("unknown_relying_party", "Ce site n’est pas déclaré, ou ne l’est plus.")
    return row.id


def clients() -> list[RelyingParty]:
    """Return every client, newest first."""
    return list(RelyingParty.objects.order_by("-created_at"))


def client(identifier: UUID) -> RelyingParty:
    """Return one client, revoked or not. Raise AbsentError when there is none."""
    row = RelyingParty.objects.filter(id=identifier).first()
    if row is None:
        raise AbsentError("unknown_relying_party", "Ce site n’est pas déclaré, ou ne l’est plus.")
    return row


def _check(wanted: Registration) -> None:
    found = Problems()
    if not wanted.name.strip():
        found.add("name_missing", "Donnez le nom du site, tel que les habitants le connaissent.", field="name")
    if not wanted.purpose.strip():
        found.add(
            "purpose_missing", "Dites pourquoi le site reçoit ces données : la personne le lira.", field="purpose"
        )
    if not wanted.sector.strip():
        found.add("sector_missing", "Donnez le secteur, le même pour tous les sites d’une mairie.", field="sector")
    _check_addresses(wanted, found)
    _check_method(wanted, found)
    if unknown := sorted(set(wanted.scopes) - {str(scope) for scope in Scope}):
        found.add("unknown_scope", "Donnée inconnue : %(name)s.", field="scopes", params={"name": ", ".join(unknown)})
    if wanted.min_acr and wanted.min_acr not in levels.LEVELS:
        found.add("unknown_level", "Niveau inconnu : %(name)s.", field="min_acr", params={"name": wanted.min_acr})
    found.refuse_if_any()


def _check_addresses(wanted: Registration, found: Problems) -> None:
    if not wanted.redirect_uris and wanted.machine is None:
        found.add(
            "redirect_missing", "Donnez au moins une adresse de retour, ou la clé d’un logiciel.", field="redirect_uris"
        )
    called = {"backchannel_logout_uri": wanted.backchannel_logout_uri, "jwks_uri": wanted.jwks_uri}
    listed = {"redirect_uris": wanted.redirect_uris, "post_logout_redirect_uris": wanted.post_logout_redirect_uris}
    for name, uris in {**listed, **{name: [uri] for name, uri in called.items() if uri}}.items():
        for uri in uris:
            if not rules.is_registrable(uri, loopback=settings.WEBHOOKS_ALLOW_PRIVATE) or len(uri) > 500:  # noqa: PLR2004
                found.add(
                    "bad_address",
                    "« %(uri)s » ne convient pas : donnez une adresse https complète, sans identifiant, fragment ni "
                    "étoile.",
                    field=name,
                    params={"uri": uri[:200]},
                )


def _check_method(wanted: Registration, found: Problems) -> None:
    if wanted.auth_method not in {str(method) for method in AuthMethod}:
        found.add("unknown_method", "Choisissez comment le site prouve que c’est lui.", field="auth_method")
    if wanted.auth_method == AuthMethod.PRIVATE_KEY and bool(wanted.jwks) == bool(wanted.jwks_uri):
        found.add("keys_missing", "Donnez les clés publiques du site, ou leur adresse (pas les deux).", field="jwks")
    if wanted.jwks and not _are_public(wanted.jwks):
        found.add("bad_keys", "Ces clés sont illisibles, ou ne sont pas publiques.", field="jwks")
    if wanted.auth_method == AuthMethod.TLS and not wanted.tls_subject:
        found.add("subject_missing", "Donnez le sujet du certificat du site.", field="tls_subject")
    if wanted.machine and wanted.auth_method == AuthMethod.NONE:
        found.add("machine_needs_proof", "Un logiciel qui agit seul doit prouver que c’est lui.", field="auth_method")


def _are_public(jwks: dict[str, Any]) -> bool:
    try:
        keys = KeySet.import_key_set(jwks).keys  # type: ignore[arg-type] # checked by the import itself
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return bool(keys) and not any(key.is_private or key.key_type == "oct" for key in keys)
