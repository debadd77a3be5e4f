"""``parvis import communes``: bring the communes to a release of the official geographic code."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parvis.core.actor import SYSTEM
from parvis.core.errors import DomainError
from parvis.directory import cog, commands


class Command(BaseCommand):
    """Importe les communes du code officiel géographique (INSEE)."""

    help = "Importe les communes du code officiel géographique (INSEE). Sans option : la version livrée avec Parvis."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--from", dest="source", type=Path, default=cog.PACKED, metavar="DOSSIER|FICHIER")
        parser.add_argument("--force", action="store_true", help="accepte un fichier nettement plus court")
        parser.add_argument("--json", action="store_true", dest="as_json", help="écrit le compte rendu en JSON")
        parser.add_argument(
            "--pack", type=Path, metavar="FICHIER", help="n’importe rien : écrit la forme compacte du fichier lu"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, or refuse with one sentence."""
        try:
            if options["pack"]:
                count = cog.pack(cog.locate(options["source"]), options["pack"])
                self.stdout.write(f"{count} lignes écrites dans {options['pack']}")
            else:
                self._import(options["source"], force=options["force"], as_json=options["as_json"])
        except (cog.BadSourceError, DomainError) as error:
            raise CommandError(str(error)) from error

    def _import(self, source: Path, *, force: bool, as_json: bool) -> None:
        columns = (SpinnerColumn(), TextColumn("Communes lues : {task.completed:.0f}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("communes", total=None)
            report = commands.import_communes(
                source=source, actor=SYSTEM, force=force, progress=lambda count: bar.update(task, completed=count)
            )
        if as_json:
            self.stdout.write(json.dumps(asdict(report)))
            return
        self.stdout.write(
            f"{report.read} lignes lues : {report.added} communes ajoutées, {report.changed} modifiées, "
            f"{report.removed} retirées ; {report.former} anciens noms ou codes."
        )
        if report.kept_because_used:
            self.stdout.write(
                f"{report.kept_because_used} communes n’existent plus mais des organisations y sont rattachées : "
                "rattachez ces organisations à la commune nouvelle."
            )
