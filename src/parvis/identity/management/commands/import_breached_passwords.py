"""``parvis import breached-passwords``: a set of stolen passwords of the installation's own, beside the shipped one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.core.management.base import BaseCommand, CommandError, CommandParser

from parvis.identity import breached

_STEP = 5_000_000


class Command(BaseCommand):
    """Installe une liste de mots de passe volés, que personne ne pourra plus choisir ici."""

    help = "Installe une liste de mots de passe volés, que personne ne pourra plus choisir ici."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="lignes « SHA1:nombre », triées ; ou mots de passe avec --plain")
        parser.add_argument("--plain", action="store_true", help="un mot de passe en clair par ligne, sans ordre")
        parser.add_argument("--least", type=int, default=1, help="nombre de vols à partir duquel retenir (1)")
        parser.add_argument("--to", type=Path, default=settings.BREACHED_FILE, help="où écrire la liste")

    def handle(self, *_args: object, file: Path, plain: bool, least: int, to: Path, **_options: object) -> None:
        """Write the set; whatever goes wrong, the former one stays."""
        try:
            with file.open("rb") as source:
                lines = self._followed(source)
                found = (
                    breached.of_passwords(lines, shortest=_shortest())
                    if plain
                    else breached.of_digests(lines, least=least)
                )
                count = breached.write(to, found)
        except breached.UnsortedError as error:
            message = f"{file} n’est pas trié (ligne {error.args[0]}) : « LC_ALL=C sort » d’abord."
            raise CommandError(message) from error
        except (OSError, ValueError) as error:
            message = f"{file} n’a pas pu être lu : {error}. La liste en place n’a pas changé."
            raise CommandError(message) from error
        self.stdout.write(f"{count} mots de passe refusés, dans {to}.")

    def _followed(self, source: BinaryIO) -> Iterator[bytes]:
        size = os.fstat(source.fileno()).st_size
        read = 0
        for number, line in enumerate(source, start=1):
            read += len(line)
            if number % _STEP == 0:
                self.stderr.write(f"{number} lignes, {100 * read // size} %")
            yield line


def _shortest() -> int:
    """The length under which no password is accepted here anyway."""
    rules = get_default_password_validators()
    return max(rule.min_length for rule in rules if isinstance(rule, MinimumLengthValidator))
