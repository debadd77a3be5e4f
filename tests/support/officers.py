"""A certification authority with officers, and documents to sign, made once for all tests of a process."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import PrivateKey, scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Holder, KeyKind, Profile, Request
from parvis.signing.time.client import LocalAuthority, TimestampClient
from parvis.signing.time.unit import TimestampUnit
from parvis.signing.trust import Trust

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Pki:
    """Root, issuing authority, and the lists of what they revoked."""

    root: Holder
    issuing: Holder

    def holder(
        self,
        name: str = "Claire Officier",
        profile: Profile = Profile.OFFICER,
        kind: KeyKind = KeyKind.P256,
        *,
        start: timedelta = timedelta(days=-30),
        end: timedelta = timedelta(days=365),
    ) -> Holder:
        """Return someone certified by the issuing authority."""
        key = _key(kind)
        request = Request(name, profile, NOW + start, NOW + end, organisation="Mairie d’essai")
        return Holder(key, authority.issue(self.issuing, request, key.public_key()))

    def lists(self, *revoked: authority.Revoked) -> list[bytes]:
        """The two revocation lists, with these certificates of the issuing authority revoked."""
        at = datetime.now(UTC) - timedelta(seconds=5)
        return [
            authority.revocation_list(self.root, (), number=1, at=at),
            authority.revocation_list(self.issuing, revoked, number=1, at=at),
        ]


@cache
def _key(kind: KeyKind) -> PrivateKey:
    return authority.new_key(kind)


@cache
def pki() -> Pki:
    """Return the one authority of this process."""
    start, end = NOW - timedelta(days=60), NOW + timedelta(days=3650)
    root_key = authority.new_key(KeyKind.P256)
    root = authority.self_signed(Request("Racine d’essai", Profile.AUTHORITY, start, end), root_key)
    key = authority.new_key(KeyKind.P256)
    request = Request("Autorité d’essai", Profile.AUTHORITY, start, end)
    return Pki(root, Holder(key, authority.issue(root, request, key.public_key())))


@cache
def officer(kind: KeyKind = KeyKind.P256, digest: str = "sha256", *, pss: bool = False) -> tuple[Template, MemoryKey]:
    """Return an officer's template and key."""
    holder = pki().holder(kind=kind)
    return template_of(holder, digest=digest, pss=pss), MemoryKey(holder.key)


def template_of(holder: Holder, *, digest: str = "sha256", pss: bool = False) -> Template:
    """Return the template of someone certified by the issuing authority."""
    scheme = scheme_for(holder.certificate.public_key(), digest=digest, pss=pss)  # type: ignore[arg-type]
    return Template(holder.certificate, (pki().issuing.certificate,), scheme)


@cache
def pdf(pages: int = 2) -> bytes:
    """Return a PDF made by typst, as our answers are."""
    import typst  # noqa: PLC0415 - slow to load, for the tests that need it only

    text = "#pagebreak()\n".join(f"= Page {page + 1}\nUne réponse de la mairie.\n" for page in range(pages))
    made = typst.compile(text.encode(), format="pdf", ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


def pem(*certificates: Certificate) -> bytes:
    """Certificates one after the other."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a real tool and return all it said. Fail when it is missing: `.ci/run` installs it."""
    program = shutil.which(str(command[0]))
    assert program, f"{command[0]} is missing: see .ci/run"
    done = subprocess.run([program, *map(str, command[1:])], capture_output=True, check=False, cwd=cwd, timeout=60)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, said
    return said


@cache
def unit(kind: KeyKind = KeyKind.P256) -> TimestampUnit:
    """Return our own timestamp unit, certified by the same authority."""
    holder = pki().holder("Unité d’horodatage d’essai", Profile.TIMESTAMP, kind)
    return TimestampUnit(template_of(holder), MemoryKey(holder.key))


def trust(*revoked: authority.Revoked, hard: bool = False) -> Trust:
    """Return a trust in the root, with fresh revocation lists."""
    return Trust((pki().root.certificate,), (pki().issuing.certificate,), crls=tuple(pki().lists(*revoked)), hard=hard)


def clock() -> TimestampClient:
    """Return a client of our own unit."""
    return TimestampClient([LocalAuthority(unit())], trust())
