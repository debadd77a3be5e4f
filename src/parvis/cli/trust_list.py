"""`parvis trust-list`: whom the State recognises, from the European list of lists."""

import argparse
import sys
from datetime import UTC, datetime

from parvis.core import certificates, env, files

LOTL = "https://ec.europa.eu/tools/lotl/eu-lotl.xml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the list is, and who may sign it: never taken from the list itself."""
    parser.add_argument("--list", default=LOTL, dest="location", help=f"liste des listes : fichier ou adresse ({LOTL})")
    parser.add_argument("--signers", required=True, metavar="PEM", help="certificats qui signent la liste des listes")
    parser.add_argument("--territory", default="FR", help="pays (FR)")


def run(options: argparse.Namespace) -> int:
    """Write the authorities where the installation reads them; say what is wrong and change nothing otherwise."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - slow to import

    from parvis.signing import trustlist  # noqa: PLC0415 - same
    from parvis.signing.validation import qualified  # noqa: PLC0415 - same

    try:
        found = trustlist.follow(
            options.location, certificates.anchors(options.signers), options.territory, at=datetime.now(UTC)
        )
    except (trustlist.BadTrustListError, OSError) as error:
        sys.stderr.write(f"parvis trust-list : {error}. Les autorités déjà en place le restent.\n")
        return 1
    folder = env.data_dir() / "trust"
    folder.mkdir(parents=True, exist_ok=True)
    for name, listed in (("issuing.pem", found.issuing), ("dating.pem", found.dating)):
        files.replace(folder / name, (one.public_bytes(Encoding.PEM) for one in listed))
    files.replace(folder / "services.json", (qualified.dump(found.services).encode(),))
    sys.stdout.write(f"{len(found.issuing)} autorités de certification, {len(found.dating)} d’horodatage.\n")
    return 0
