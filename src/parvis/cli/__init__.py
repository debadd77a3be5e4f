"""The `parvis` command. A sub-command is one line in COMMANDS and one module with `add_arguments` and `run`.

Modules are imported when chosen, so that `parvis --help` answers at once. Any other word is a Django command.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

# name: (module, one line of help). `run(options)` returns the exit code; None is success. A module with
# PASSES_THROUGH gets the words it does not know in `options.rest`; for the others they are an error.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("parvis.cli.demo", "essayer : installation complète, personnes fictives, un parcours joué"),
    "up": ("parvis.cli.up", "tout démarrer : base de données, site et tâches de fond"),
    "serve": ("parvis.cli.serve", "servir le site seul"),
    "worker": ("parvis.cli.worker", "exécuter les tâches de fond seules"),
    "signer": ("parvis.cli.signer", "tenir les clés de signature et signer ce qui a été confirmé"),
    "migrate": ("parvis.cli.migrate", "mettre la base de données à jour"),
    "import": ("parvis.cli.importing", "charger les communes, les démarches ou un registre d’état civil"),
    "org": ("parvis.cli.org", "enregistrer et lister les organisations"),
    "subscription": ("parvis.cli.subscription", "abonner une organisation à une démarche"),
    "board": ("parvis.cli.board", "compter les dossiers par état et ancienneté, et voir les retards"),
    "credential": ("parvis.cli.credential", "créer, renouveler, révoquer, rétablir les clés des logiciels"),
    "client": ("parvis.cli.client", "déclarer les sites et les logiciels qui se connectent par Parvis"),
    "keys": ("parvis.cli.keys", "voir et changer les clés qui signent les jetons"),
    "account": ("parvis.cli.account", "fermer, rouvrir, déconnecter le compte d’une personne"),
    "access": ("parvis.cli.access", "donner, retirer, expliquer et revoir les droits"),
    "assurance": ("parvis.cli.assurance", "dire quelle preuve d’identité chaque action demande"),
    "fetch": ("parvis.cli.fetch", "relever les dossiers d’une mairie, et y répondre, depuis un script"),
    "restore": ("parvis.cli.restore", "retrouver les registres depuis le site distinct ; --drill : exercice"),
    "preservation": ("parvis.cli.preservation", "conserver les registres : tribunaux, réplique, fixité, formats"),
    "verify": ("parvis.cli.verify", "vérifier le journal, en ligne ou hors ligne"),
    "journal": ("parvis.cli.journal", "donner des témoins au journal, prouver ce qu’il contient"),
    "witness": ("parvis.cli.witness", "être le témoin d’un journal : un tribunal, une mairie"),
    "card-helper": ("parvis.cli.card_helper", "signer avec sa carte à puce, depuis le navigateur de son poste"),
    "trust-list": ("parvis.cli.trust_list", "reconnaître les autorités de la liste de confiance européenne"),
    "doctor": ("parvis.cli.doctor", "dire ce qui est utilisé, ce qui ne va pas et quoi faire"),
    "upgrade-database": ("parvis.cli.upgrade_database", "passer la base intégrée à la version actuelle de PostgreSQL"),
    "psql": ("parvis.cli.psql", "ouvrir une session SQL sur la base"),
    "bench": ("parvis.cli.bench", "mesurer ce que Parvis coûte, à côté d’un témoin"),
}


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    parser = _parser()
    words = sys.argv[1:] if arguments is None else arguments
    split = _first_command(words)
    options = parser.parse_args(words[:split])
    if options.data:
        os.environ["PARVIS_DATA"] = str(Path(options.data).expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.web.settings.base")
    if split == len(words):
        parser.print_help()
        sys.exit(0)
    sys.exit(_guarded(words[split], words[split + 1 :]))


def _first_command(words: list[str]) -> int:
    """Return the place of the command: the first word that is neither an option nor the value of one."""
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] == "--data" else 1
    return min(place, len(words))


def _guarded(name: str, words: list[str]) -> int:
    """Run a command; a refusal is one plain line, not a traceback."""
    from parvis.core.env import BadSettingError  # noqa: PLC0415 - not needed for --help
    from parvis.core.errors import DomainError  # noqa: PLC0415 - same

    try:
        return _run(name, words)
    except (DomainError, BadSettingError) as refusal:
        sys.stderr.write(f"parvis {name} : {refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(name: str, words: list[str]) -> int:
    if name not in COMMANDS:
        from parvis.cli import django_command  # noqa: PLC0415 - Django is slow to import

        return django_command.run(name, words)
    place, summary = COMMANDS[name]
    module = importlib.import_module(place)
    parser = argparse.ArgumentParser(prog=f"parvis {name}", description=summary.capitalize() + ".")
    module.add_arguments(parser)
    options, rest = parser.parse_known_args(words)
    if rest and not getattr(module, "PASSES_THROUGH", False):
        parser.error(f"option inconnue : {' '.join(rest)}")
    options.rest = rest
    return module.run(options) or 0


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="parvis",
        usage="parvis [--data DOSSIER] COMMANDE [options]",
        description="Parvis, la porte d’entrée commune des citoyens, des mairies et de l’État.",
        epilog=f"commandes :\n{listed}\n\nToute autre commande est une commande Django (parvis shell…).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", metavar="DOSSIER", help="dossier de données (sinon PARVIS_DATA, sinon ~/.local/share/parvis)"
    )
    return parser
