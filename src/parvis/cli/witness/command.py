"""Make a witness, tell it which journals it watches, run it."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from parvis.cli.witness.home import BadHomeError, Home
from parvis.cli.witness.memory import LostMemoryError
from parvis.cli.witness.server import WitnessServer
from parvis.core.tlog.notes import BadNoteError

_PORT = 8710


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Init, trust, keys, serve."""
    actions = parser.add_subparsers(dest="action", required=True)
    init = actions.add_parser("init", help="créer la clé du témoin")
    init.add_argument("--name", required=True, help="son nom : une adresse à vous, sans https:// (tribunal.example/1)")
    trust = actions.add_parser("trust", help="suivre un journal")
    trust.add_argument("key", metavar="CLÉ", help="la clé publique du journal (adresse du site, /journal/keys)")
    keys = actions.add_parser("keys", help="les clés publiques du témoin, et ce qu’il a vu")
    serve = actions.add_parser("serve", help="répondre aux journaux")
    serve.add_argument("--bind", default=f"127.0.0.1:{_PORT}", metavar="ADRESSE:PORT", help=f"127.0.0.1:{_PORT}")
    for action in (init, trust, keys, serve):
        action.add_argument("--folder", required=True, type=Path, help="le dossier du témoin : sa clé, sa mémoire")


def run(options: argparse.Namespace) -> int:
    """Run the action; a mistake is one plain line."""
    try:
        return int(globals()[f"_{options.action}"](options))
    except (BadHomeError, BadNoteError, LostMemoryError, OSError) as error:
        sys.stderr.write(f"parvis witness : {error}\n")
        return 1


def _init(options: argparse.Namespace) -> int:
    return _told(Home.make(options.folder, options.name))


def _trust(options: argparse.Namespace) -> int:
    key = Home(options.folder).trust(options.key)
    sys.stdout.write(f"Journal suivi : {key.name}\n")
    return 0


def _keys(options: argparse.Namespace) -> int:
    home = Home(options.folder)
    _told(home)
    for seen in home.memory.all():
        sys.stdout.write(f"{seen.origin} : {seen.size} entrées vues, racine {seen.root.hex()}\n")
    return 0


def _told(home: Home) -> int:
    sys.stdout.write("À donner à l’exploitant du journal :\n")
    sys.stdout.writelines(f"{one.key}\n" for one in home.cosigners)
    return 0


def _serve(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    host, _, port = options.bind.rpartition(":")
    server = WitnessServer((host.strip("[]"), int(port)), Home(options.folder))
    for number in (signal.SIGTERM, signal.SIGINT):
        # From another thread: `shutdown` waits for the loop that this very thread runs.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stderr.write(f"parvis witness : {server.home.name} répond sur {host}:{server.server_port}\n")
    sys.stderr.flush()
    server.serve_forever()
    server.server_close()
    return 0
