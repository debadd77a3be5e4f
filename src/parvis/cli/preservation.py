"""`parvis preservation`: courts, registers, replica, fixity, formats, from the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parvis.cli import registry

_MEGABYTE = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One word, then its options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = registry.with_json(verbs.add_parser("status", help="dire ce qui est conservé, et ce qui ne va pas"))
    verb.set_defaults(run=_status)
    verb = registry.with_json(verbs.add_parser("court", help="rattacher des communes à un greffe ou à un parquet"))
    verb.add_argument("--siret", required=True, help="SIRET de l’organisme")
    verb.add_argument("--branch", default="")
    verb.add_argument("--office", required=True, choices=("greffe", "parquet"))
    verb.add_argument("communes", nargs="+", metavar="INSEE")
    verb.set_defaults(run=_court)
    verb = registry.with_json(verbs.add_parser("registers", help="lister les registres"))
    verb.set_defaults(run=_registers)
    verb = registry.with_json(verbs.add_parser("replicate", help="mettre le site distinct à jour"))
    verb.set_defaults(run=_replicate)
    verb = registry.with_json(verbs.add_parser("scrub", help="relire les objets, réparer ce qui est abîmé"))
    verb.add_argument("--site", choices=("primary", "replica"), action="append", help="(les deux)")
    verb.add_argument("--rate", type=int, default=0, metavar="MO", help="mégaoctets par seconde au plus (sans limite)")
    verb.add_argument("--seconds", type=float, default=0, help="s’arrêter après ce temps ; la suite au prochain")
    verb.set_defaults(run=_scrub)
    verb = registry.with_json(
        verbs.add_parser("export", help="écrire un registre entier, pour la mairie ou les archives")
    )
    verb.add_argument("register", metavar="NOM", help="35238/naissance/1950/1")
    verb.add_argument("--to", type=Path, required=True, metavar="FICHIER.zip")
    verb.add_argument("--archives", nargs=2, metavar=("SIRET", "NOM"), help="service d’archives destinataire")
    verb.set_defaults(run=_export)
    verb = registry.with_json(verbs.add_parser("formats", help="compter ce qui est conservé, par format"))
    verb.set_defaults(run=_formats)


def run(options: argparse.Namespace) -> int:
    """Run the verb."""
    registry.ready()
    chosen: Callable[[argparse.Namespace], int] = options.run
    return chosen(options)


def _status(options: argparse.Namespace) -> int:
    from parvis.preservation import queries  # noqa: PLC0415 - Django must be ready

    found = queries.health()
    row: dict[str, Any] = {
        "objects": found.objects,
        "octets": found.octets,
        "replica": "oui" if found.has_replica else "non",
        "waiting": found.waiting,
        "behind_since": found.behind_since,
        "late": found.late,
        "damaged": found.damaged,
        "lost": found.lost,
    } | {f"read_{site}": at for site, at in found.read_through.items()}
    registry.answer(options, [row], one=True)
    return 1 if found.late or found.damaged or (found.objects and not found.has_replica) else 0


def _court(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.preservation import commands  # noqa: PLC0415 - same
    from parvis.preservation.enums import Office  # noqa: PLC0415 - same

    found = registry.organisation(options.siret, options.branch)
    count = commands.set_jurisdiction(
        organisation=found.id, office=Office(options.office), communes=options.communes, actor=SYSTEM
    )
    return registry.answer(options, [{"organisation": found.name, "office": options.office, "communes": count}])


def _registers(options: argparse.Namespace) -> int:
    from parvis.preservation import queries  # noqa: PLC0415 - Django must be ready

    return registry.answer(options, queries.register_rows())


def _replicate(options: argparse.Namespace) -> int:
    from parvis.preservation import commands  # noqa: PLC0415 - Django must be ready

    done = commands.replicate()
    row = {"objects": done.objects, "octets": done.octets, "links": done.links, "failed": done.failed}
    registry.answer(options, [row], one=True)
    return 1 if done.failed else 0


def _scrub(options: argparse.Namespace) -> int:
    from parvis.preservation import commands  # noqa: PLC0415 - Django must be ready
    from parvis.preservation.enums import SiteName  # noqa: PLC0415 - same

    rows: list[dict[str, Any]] = []
    lost = 0
    for site in options.site or SiteName.values:
        done = commands.scrub(
            site=SiteName(site), most_bytes_a_second=options.rate * _MEGABYTE, most_seconds=options.seconds
        )
        lost += done.lost
        names = ("count", "octets", "damaged", "repaired", "lost", "whole")
        rows.append({"site": site} | {name: getattr(done, name) for name in names})
    registry.answer(options, rows)
    return 1 if lost else 0


def _export(options: argparse.Namespace) -> int:
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - Django must be ready
    from parvis.core.errors import AbsentError, ConflictError  # noqa: PLC0415 - same
    from parvis.preservation import commands, law, queries  # noqa: PLC0415 - same

    row = queries.register_named(options.register)
    if row is None:
        raise AbsentError("unknown_register", "Ce registre n’est pas parmi les vôtres.")
    if options.to.exists():
        raise ConflictError("file_exists", "Ce fichier existe déjà : choisissez un autre nom.")
    archives = tuple(options.archives) if options.archives else None
    commands.export_register(register_id=row.id, target=options.to.resolve(), archives=archives, actor=SYSTEM)
    said = {"register": row.label, "file": options.to, "octets": options.to.stat().st_size}
    return registry.answer(options, [said | {"archives_from": law.archives_from(row.year)}], one=True)


def _formats(options: argparse.Namespace) -> int:
    from parvis.preservation import queries  # noqa: PLC0415 - Django must be ready

    names = ("mime", "count", "octets", "standing", "pronom")
    return registry.answer(options, [{name: getattr(one, name) for name in names} for one in queries.format_watch()])
