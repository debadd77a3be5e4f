"""`parvis card-helper`: on an agent's own machine, between the browser and their smartcard."""

import argparse
import getpass
import sys
from contextlib import suppress
from typing import Any

PORT = 8641


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which card, for which sites."""
    parser.add_argument("--module", required=True, metavar="FICHIER", help="bibliothèque PKCS#11 de la carte")
    parser.add_argument("--token", required=True, help="nom de la carte, tel que « pkcs11-tool -L » le montre")
    parser.add_argument("--origin", action="append", required=True, help="site autorisé, https://… (répétable)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port local ({PORT})")


def run(options: argparse.Namespace) -> int:
    """Answer until stopped."""
    from parvis.signing.keys import card  # noqa: PLC0415 - loads a native library

    held = card.Card(options.module, options.token, frozenset(options.origin), _ask)
    server = card.serving(held, options.port)
    sys.stderr.write(f"parvis card-helper : prêt sur http://127.0.0.1:{options.port}/ (Ctrl+C pour arrêter)\n")
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
    return 0


def _ask(demand: Any) -> str | None:
    """Show on this terminal what will be signed, and take the PIN here."""
    sys.stderr.write(
        f"\n{demand.origin} demande de signer {demand.count} document(s) : {demand.title}\n"
        f"Certificat : {demand.certificate}\nEmpreinte de la liste : {demand.digest}\n"
    )
    try:
        return getpass.getpass("Code PIN (vide pour refuser) : ") or None
    except EOFError:
        return None
