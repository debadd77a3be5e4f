"""``parvis verify``: recompute the journal, from the database or from an exported directory."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parvis.core.errors import DomainError
from parvis.core.tlog import directory, notes
from parvis.core.tlog.audit import Report
from parvis.ledger import keys, queries


class Command(BaseCommand):
    """Vérifie que le journal n’a pas été modifié."""

    help = "Vérifie que le journal n’a pas été modifié. Sort avec le code 1 à la première différence."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="écrit le compte rendu en JSON")
        parser.add_argument("--export", type=Path, metavar="DOSSIER", help="écrit le journal scellé dans un dossier")
        parser.add_argument("--offline", type=Path, metavar="DOSSIER", help="vérifie un tel dossier, sans base")
        parser.add_argument("--key", action="append", default=[], metavar="CLÉ", help="clé publique à croire")
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            type=Path,
            metavar="FICHIER",
            help="point de contrôle conservé ailleurs : révèle aussi une fin de journal coupée",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run; exit with 1 when something differs."""
        try:
            if options["export"]:
                self._export(options["export"])
                return
            given = [notes.Verifier.parse(text) for text in options["key"]]
            witnessed = [file.read_text(encoding="utf-8") for file in options["checkpoint"]]
            report = self._verify(options["offline"], given, witnessed)
        except (DomainError, notes.BadNoteError, directory.BadExportError, OSError) as error:
            raise CommandError(str(error)) from error
        self._tell(report, as_json=options["as_json"])

    def _export(self, target: Path) -> None:
        with _progress("Entrées écrites") as progress:
            size = queries.export(target, progress=progress)
        self.stdout.write(f"{size} entrées scellées écrites dans {target}.")
        self.stdout.write(f"Pour vérifier : parvis verify --offline {target} --key {keys.signer().verifier}")

    def _verify(self, place: Path | None, given: list[notes.Verifier], witnessed: list[str]) -> Report:
        if place is None:
            verifiers = given or keys.known_verifiers()
            with _progress("Entrées vérifiées") as progress:
                seen = [(notes.read(text, verifiers), text) for text in witnessed]
                return queries.verify(verifiers=verifiers, witnessed=seen, progress=progress)
        if not given:
            self.stderr.write(
                "La clé publique est celle du dossier lui-même. Pour une preuve, donnez avec --key la clé obtenue "
                "auprès de l’exploitant."
            )
        return directory.verify_directory(place, given or directory.keys_of(place), witnessed)

    def _tell(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
        else:
            for line in _sentences(report):
                self.stdout.write(line)
        if report.findings:
            raise SystemExit(1)


def _sentences(report: Report) -> Iterator[str]:
    yield f"{report.entries} entrées scellées, {report.checkpoints} points de contrôle, {report.pending} en attente."
    if report.erased:
        yield f"{report.erased} entrées dont la partie personnelle a été effacée."
    if not report.findings:
        yield f"Le journal est intact. Racine : {report.root}"
        return
    yield "Le journal A ÉTÉ MODIFIÉ :"
    for finding in report.findings:
        yield f"- {finding.message} [{finding.code}]"
    if report.more:
        yield f"- et {report.more} autres différences."


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int], None]]:
    columns = (SpinnerColumn(), TextColumn(f"{label} : {{task.completed:.0f}}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda count: bar.update(task, completed=count)
