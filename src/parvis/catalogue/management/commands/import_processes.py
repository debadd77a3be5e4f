"""``parvis import processes``: install or update the processes that Parvis ships."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from parvis.catalogue import commands


class Command(BaseCommand):
    """Installe ou met à jour les démarches livrées avec Parvis."""

    help = "Installe ou met à jour les démarches livrées avec Parvis."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="écrit les codes en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Install."""
        codes = commands.install_processes()
        self.stdout.write(json.dumps(codes) if options["as_json"] else f"Démarches installées : {', '.join(codes)}.")
