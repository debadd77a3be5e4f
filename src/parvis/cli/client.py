"""`parvis client`: the sites and programs that rely on Parvis to know who is there, without a browser."""

import argparse
import json
from pathlib import Path
from typing import Any

from parvis.cli import registry

METHODS = ("none", "client_secret_basic", "private_key_jwt", "tls_client_auth")  # `words.AuthMethod`; a test compares


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add, list, renew, revoke."""
    actions = parser.add_subparsers(dest="action", required=True)
    _declaration(registry.with_json(actions.add_parser("add", help="déclarer un site")))
    registry.with_json(actions.add_parser("list", help="les sites déclarés"))
    for name, summary in (("renew", "nouveau secret, l’ancien cesse"), ("revoke", "retirer un site, aussitôt")):
        registry.with_json(actions.add_parser(name, help=summary)).add_argument("client_id")


def _declaration(add: argparse.ArgumentParser) -> None:
    add.add_argument("--name", required=True, help="nom que les habitants connaissent")
    add.add_argument("--purpose", required=True, help="pourquoi il reçoit ces données, en une phrase")
    add.add_argument("--siret", required=True)
    add.add_argument("--branch", default="")
    add.add_argument("--sector", default="", help="le même pour tous les sites d’une mairie (sinon : son organisation)")
    add.add_argument("--method", choices=METHODS, default="client_secret_basic")
    add.add_argument("--redirect-uri", action="append", default=[], help="adresse de retour exacte (répétable)")
    add.add_argument("--post-logout-redirect-uri", action="append", default=[])
    add.add_argument("--backchannel-logout-uri", default="")
    add.add_argument("--scope", action="append", default=[], help="email, profile, offline_access (répétable)")
    add.add_argument("--jwks", type=Path, help="fichier JSON des clés publiques")
    add.add_argument("--jwks-uri", default="")
    add.add_argument("--tls-subject", default="", help="sujet du certificat, comme l’écrit la RFC 4514")
    add.add_argument("--audience", action="append", default=[], help="autre client qui peut vérifier ses jetons")
    add.add_argument("--credential", default="", help="clé d’un logiciel (parvis credential) dont il prend les droits")
    add.add_argument("--min-acr", default="", help="niveau minimal, par exemple eidas1")
    for flag in ("--require-par", "--dpop-bound", "--tls-bound"):
        add.add_argument(flag, action="store_true")


def run(options: argparse.Namespace) -> int:
    """Run the action."""
    registry.ready()
    return {"add": _add, "list": _list, "renew": _renew, "revoke": _revoke}[options.action](options)


def _add(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity.provider import registry as clients  # noqa: PLC0415 - same

    organisation = registry.organisation(options.siret, options.branch)
    wanted = clients.Registration(
        name=options.name,
        purpose=options.purpose,
        organisation=organisation.id,
        sector=options.sector or str(organisation.id),
        auth_method=options.method,
        redirect_uris=options.redirect_uri,
        post_logout_redirect_uris=options.post_logout_redirect_uri,
        backchannel_logout_uri=options.backchannel_logout_uri,
        scopes=["openid", *options.scope],
        jwks=json.loads(options.jwks.read_text(encoding="utf-8")) if options.jwks else None,
        jwks_uri=options.jwks_uri,
        tls_subject=options.tls_subject,
        audiences=options.audience,
        machine=options.credential or None,
        require_par=options.require_par,
        dpop_bound=options.dpop_bound,
        tls_bound=options.tls_bound,
        min_acr=options.min_acr,
    )
    made = clients.add_client(wanted=wanted, actor=SYSTEM)
    return registry.answer(options, [{"client_id": made.client_id, "secret": made.secret}], one=True)


def _list(options: argparse.Namespace) -> int:
    from parvis.identity.provider import registry as clients  # noqa: PLC0415 - Django must be ready

    rows = [_shown(row) for row in clients.clients()]
    return registry.answer(options, rows)


def _shown(row: Any) -> dict[str, Any]:
    names = ("client_id", "name", "sector", "auth_method", "scopes", "redirect_uris", "revoked_at")
    return {name: getattr(row, name) for name in names}


def _renew(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity.provider import registry as clients  # noqa: PLC0415 - same

    made = clients.renew_secret(client=clients.named(options.client_id), actor=SYSTEM)
    return registry.answer(options, [{"client_id": made.client_id, "secret": made.secret}], one=True)


def _revoke(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.identity.provider import registry as clients  # noqa: PLC0415 - same

    clients.revoke_client(client=clients.named(options.client_id), actor=SYSTEM)
    return registry.answer(options, [{"client_id": options.client_id, "state": "retiré"}], one=True)
