"""A certification authority for the bench, officers and a clock; the raw speed of the machine beside."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from parvis.exchange.letters import Addressee, letter
from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Holder, KeyKind, Profile, Request
from parvis.signing.time.client import LocalAuthority, TimestampClient
from parvis.signing.time.unit import TimestampUnit
from parvis.signing.trust import Trust

_OPENSSL = {KeyKind.RSA3072: "rsa3072", KeyKind.P256: "ecdsap256"}
_TEXT = "\n\n".join(["Votre demande a été examinée par nos services."] * 4)


@dataclass(frozen=True)
class Material:
    """All that a batch needs."""

    template: Template
    key: MemoryKey
    clock: TimestampClient
    trust: Trust


@cache
def material(kind: KeyKind) -> Material:
    """Make an authority, an officer with this kind of key, and a timestamp unit on P-256."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    end = start + timedelta(days=365)
    root = authority.self_signed(Request("Racine", Profile.AUTHORITY, start, end), authority.new_key(KeyKind.P256))

    def certified(name: str, profile: Profile, of: KeyKind) -> Holder:
        key = authority.new_key(of)
        return Holder(key, authority.issue(root, Request(name, profile, start, end), key.public_key()))

    officer, dating = (
        certified("Officier", Profile.OFFICER, kind),
        certified("Horodatage", Profile.TIMESTAMP, KeyKind.P256),
    )
    lists = (authority.revocation_list(root, (), number=1, at=datetime.now(UTC)),)
    trust = Trust((root.certificate,), crls=lists)
    unit = TimestampUnit(_template(dating, root), MemoryKey(dating.key))
    return Material(
        _template(officer, root), MemoryKey(officer.key), TimestampClient([LocalAuthority(unit)], trust), trust
    )


def _template(holder: Holder, root: Holder) -> Template:
    return Template(holder.certificate, (root.certificate,), scheme_for(holder.key.public_key()))


def answer(number: int) -> bytes:
    """Make one answer in PDF, as the mass runs do."""
    to = Addressee("Camille", "Martin", str(number), "Mairie de Rennes", date(2026, 11, 24))
    return letter("Réponse à votre demande n° {numéro}", _TEXT, to)


def openssl_milliseconds(kind: KeyKind, count: int) -> float:
    """Return how long so many raw signatures take to `openssl speed` on one core; 0 when openssl is missing."""
    program = shutil.which("openssl")
    if program is None:
        return 0.0
    command = [program, "speed", "-seconds", "1", "-mr", _OPENSSL[kind]]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout  # noqa: S603 - ours
    line = next(one for one in said.splitlines() if one.startswith(("+F2:", "+F4:")))
    return count / float(line.split(":")[3]) * 1000


def spent(work: object, count: int) -> float:
    """Return the milliseconds of processor time of ``work(number)`` done so many times."""
    assert callable(work)  # noqa: S101 - a function of ours
    began = time.process_time()
    for number in range(count):
        work(number)
    return (time.process_time() - began) * 1000
