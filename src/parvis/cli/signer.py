"""`parvis signer`: the process that alone holds the keys of officers."""

import argparse
import signal
import sys

from parvis.cli import children
from parvis.core import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing on the command line: a PIN would be read there by anyone."""
    parser.epilog = (
        "PARVIS_PKCS11_MODULE, PARVIS_PKCS11_TOKEN et PARVIS_PKCS11_PIN_FILE désignent le module de sécurité. "
        "Sans eux, les clés sont des fichiers : seulement en mode démonstration."
    )


def run(_options: argparse.Namespace) -> int:
    """Listen until told to stop."""
    from parvis.signing.keys import places  # noqa: PLC0415 - slow to import
    from parvis.signing.keys.process import Listener, Signer  # noqa: PLC0415 - same

    children.follow_parent()
    backend = places.backend()
    listener = Listener(places.socket_path(env.data_dir()), Signer(backend, places.seal_secret(env.data_dir())))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: listener.close())
    sys.stderr.write("parvis signer : prêt\n")
    listener.serve()
    return 0
