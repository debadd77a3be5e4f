"""`parvis restore`: the registers back from the distinct site alone; `--drill` does it beside, and compares."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from parvis.cli import drill, registry

_SAID = {
    "link_missing": "un maillon de la chaîne manque",
    "link_damaged": "un maillon de la chaîne est abîmé",
    "link_misplaced": "un maillon n’est pas à sa place",
    "link_unreadable": "un maillon est illisible",
    "chain_differs": "la chaîne n’est pas celle qui est déjà ici",
    "entries_missing": "il manque des entrées",
    "entry_misplaced": "une entrée n’est pas à sa place",
    "mention_misplaced": "une mention ne suit pas l’entrée qu’elle nomme",
    "object_missing": "un objet manque",
    "object_damaged": "un objet est abîmé",
    "root_differs": "la racine signée n’est pas celle des actes",
    "deposit_larger_than_register": "le versement contient plus d’entrées que le registre",
    "statement_unreadable": "le bordereau est illisible",
    "statement_differs": "le bordereau dit autre chose que le versement",
    "signature_missing": "la signature manque",
    "signature_not_proved": "la signature n’est pas prouvée",
    "journal_proof_broken": "la preuve du journal ne tient pas",
    "journal_differs": "le journal dit autre chose",
    "live_differs": "le registre en service n’est pas celui de la réplique",
    "live_only": "ce registre en service n’est pas sur la réplique",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where, which, and whether for real."""
    registry.with_json(parser)
    parser.add_argument("--drill", action="store_true", help="exercice : sur une instance vide, à côté, puis comparer")
    parser.add_argument("--from", dest="source", type=Path, metavar="DOSSIER", help="le site distinct (le réglage)")
    parser.add_argument("--register", default="", metavar="NOM", help="un seul registre (35238/naissance/2024/1)")
    parser.add_argument("--alone", action="store_true", help="exercice sans l’instance en service : rien à comparer")
    parser.add_argument("--keep", type=Path, metavar="DOSSIER", help="garder l’instance de l’exercice dans ce dossier")
    parser.add_argument("--key", action="append", default=[], help="clé publique du journal (celles d’ici)")


def run(options: argparse.Namespace) -> int:
    """Return 0 only if everything came back and holds."""
    if options.drill:
        report = drill.play(options)
        return _say(report, options)
    registry.ready()
    from parvis.preservation import commands  # noqa: PLC0415 - Django must be ready

    report = commands.restore(
        source=site(options.source), keys=options.key, only=options.register, tell=_progress
    ).plain()
    return _say(report, options)


def site(folder: Path | None) -> Any:
    """Return the site to restore from. Raise ConflictError when there is none."""
    from parvis.core.errors import ConflictError  # noqa: PLC0415 - Django must be ready
    from parvis.preservation.store import sites  # noqa: PLC0415 - same
    from parvis.preservation.store.folder import FolderSite  # noqa: PLC0415 - same

    found = FolderSite(folder, "replica") if folder else sites.replica()
    if found is None or not found.root.is_dir():
        raise ConflictError("no_source", "Indiquez le dossier du site distinct : --from DOSSIER")
    return found


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} entrées restaurées")
        sys.stderr.flush()


def _say(report: dict[str, Any], options: argparse.Namespace) -> int:
    if options.as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        return 1 if report["wrong"] else 0
    for one in report["registers"]:
        sys.stdout.write(
            f"{'✗' if one['wrong'] else '✓'} {one['register']} : {one['entries']} entrées, {one['pages']} pages, "
            f"{one['roots']} racines signées, {one['signatures']} signatures, {one['proofs']} preuves du journal\n"
        )
        for fault in one["faults"]:
            sys.stdout.write(f"    {_SAID.get(fault['code'], fault['code'])} : {fault['where']}\n")
        if waiting := one.get("waiting"):
            sys.stdout.write(f"    {waiting} entrées attendent la prochaine réplique\n")
    sys.stdout.write(
        f"{len(report['registers'])} registres, {report['entries']} entrées, {report['objects']} objets "
        f"({report['octets'] / 1024**2:.1f} Mo) ; {report['wrong']} défauts.\n"
    )
    return 1 if report["wrong"] else 0
