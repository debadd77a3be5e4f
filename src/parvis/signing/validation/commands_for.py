"""The commands that anyone may run to verify the same file without us."""

import shlex
from collections.abc import Sequence

from parvis.signing.validation.verdicts import Kind

ROOT = "racine.pem"


def commands(kind: Kind, name: str) -> Sequence[str]:
    """Return the commands for a file saved under this name, the authority's root saved as ``racine.pem``."""
    file = shlex.quote(name)
    detached = (
        f"openssl cms -verify -cades -binary -inform DER -in {file} -content DOCUMENT -CAfile {ROOT}"
        " -purpose any -out /dev/null"
    )
    inside = (
        "openssl cms -verify -cades -binary -inform DER -in conteneur/META-INF/signature001.p7s"
        f" -content conteneur/META-INF/ASiCManifest001.xml -CAfile {ROOT} -purpose any -out /dev/null"
    )
    return {
        Kind.PDF: [f"pdfsig {file}", f"pdfsig -dump {file}"],
        Kind.CMS: [detached],
        Kind.XML: [f"xmlsec1 --verify --trusted-pem {ROOT} {file}"],
        Kind.ASICE: [
            f"unzip {file} -d conteneur",
            inside,
            "sha256sum conteneur/*",
        ],
        Kind.TIMESTAMP: [f"openssl ts -verify -data DOCUMENT -token_in -in {file} -CAfile {ROOT}"],
        Kind.EVIDENCE: [f"openssl asn1parse -inform DER -in {file}"],
    }.get(kind, [])
