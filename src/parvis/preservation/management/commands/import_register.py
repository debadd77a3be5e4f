"""``parvis import register``: a register of civil status from a sheet and its scans."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parvis.core.actor import SYSTEM
from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.preservation import commands
from parvis.preservation.commands import SheetReport
from parvis.preservation.enums import RegisterKind


class Command(BaseCommand):
    """Importe un registre d’état civil : une feuille CSV et ses scans."""

    help = (
        "Importe un registre d’état civil : une feuille CSV et ses scans. Tout est vérifié avant d’écrire ; "
        "interrompue, la même commande reprend où elle en était."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("sheet", type=Path, help="la feuille, en CSV UTF-8 (colonnes : docs/preservation.md)")
        parser.add_argument("--scans", type=Path, help="dossier ou archive zip des pages numérisées")
        parser.add_argument("--commune", required=True, help="code INSEE à l’époque des actes")
        parser.add_argument("--kind", required=True, choices=RegisterKind.values, help="ce que tient le registre")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--volume", type=int, default=1, help="tome (1)")
        parser.add_argument("--dry-run", action="store_true", help="tout lire, ne rien écrire")
        parser.add_argument("--json", action="store_true", dest="as_json", help="écrit le compte rendu en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, then import; or refuse with what is wrong, line by line."""
        try:
            report, added = self._import(options)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["as_json"]:
            self.stdout.write(json.dumps(_plain(report, added), ensure_ascii=False))
        else:
            self._say(report, added, dry=options["dry_run"])
        if report.wrong:
            raise CommandError("Rien n’a été importé : corrigez la feuille, puis recommencez.")

    def _import(self, options: dict[str, Any]) -> tuple[SheetReport, int]:
        register = _register(options)
        files = {"path": options["sheet"], "scans": options["scans"]}
        columns = (SpinnerColumn(), TextColumn("{task.description} : ligne {task.completed:.0f}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Vérification", total=None)
            report = commands.check_sheet(
                register_id=register, actor=SYSTEM, tell=lambda line: bar.update(task, completed=line), **files
            )
            if report.wrong or options["dry_run"]:
                return report, 0
            task = bar.add_task("Import", total=None)
            added = commands.import_register(
                register_id=register, actor=SYSTEM, tell=lambda line: bar.update(task, completed=line), **files
            )
        return report, added

    def _say(self, report: SheetReport, added: int, *, dry: bool) -> None:
        for line, problem in report.defects:
            self.stdout.write(f"ligne {line} : {problem.message}")
        self.stdout.write(
            f"{report.acts} actes, {report.others} mentions ou changements d’état, {report.pages} pages lus ; "
            f"{report.wrong} lignes à corriger."
        )
        if not dry and not report.wrong:
            self.stdout.write(f"{added} entrées ajoutées.")


def _register(options: dict[str, Any]) -> UUID:
    keeper = directory.organisation_of_commune(options["commune"])
    if keeper is None:
        message = (
            f"Aucune mairie enregistrée ne tient les registres de la commune {options['commune']} : parvis org add"
        )
        raise CommandError(message)
    return commands.open_register(
        organisation=keeper.id,
        commune=options["commune"],
        kind=RegisterKind(options["kind"]),
        year=options["year"],
        volume=options["volume"],
        actor=SYSTEM,
    )


def _plain(report: SheetReport, added: int) -> dict[str, Any]:
    found = asdict(report) | {"added": added}
    found["defects"] = [
        {"line": line, "code": problem.code, "message": problem.message} for line, problem in report.defects
    ]
    return found
