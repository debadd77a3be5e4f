"""Ask for timestamps, of several authorities in turn, and believe none of them without checking."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import requests
from asn1crypto import tsp

from parvis.core.clock import now
from parvis.signing.cms import der
from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.time import tokens
from parvis.signing.time.tokens import BadTokenError, Token
from parvis.signing.time.unit import TimestampUnit
from parvis.signing.trust import Standing, Trust

MOST_SKEW = timedelta(minutes=2)
TIMEOUT = (3.05, 10)
REST_SECONDS = 30
MOST_BYTES = 64 * 1024
_TRUST_KEPT_SECONDS = 300


class NoTimeError(Exception):
    """No authority gave a timestamp that can be believed: wait, and ask again. Never go on without one."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(reasons))


class Authority(Protocol):
    """Whoever answers timestamp requests."""

    @property
    def name(self) -> str:
        """Who it is, for people."""

    def answer(self, request: bytes) -> bytes:
        """Return the TimeStampResp. Raise OSError (requests' errors are) when it cannot be reached."""


@dataclass(frozen=True)
class HttpAuthority:
    """An authority at an address (RFC 3161 §3.4). ``credentials`` for those that ask a password."""

    name: str
    url: str
    credentials: tuple[str, str] | None = None
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def answer(self, request: bytes) -> bytes:
        """Ask over HTTP."""
        answered = self._session.post(
            self.url,
            data=request,
            headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
            auth=self.credentials,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        )
        with answered:
            answered.raise_for_status()
            content = answered.raw.read(MOST_BYTES + 1, decode_content=True)
        if len(content) > MOST_BYTES:
            raise OSError("answer too long")
        return bytes(content)


@dataclass(frozen=True)
class LocalAuthority:
    """Our own unit, in this process: the demo, a private cloud."""

    unit: TimestampUnit
    name: str = "Parvis"

    def answer(self, request: bytes) -> bytes:
        """Ask without a network."""
        return self.unit.answer(request, at=now())


@dataclass
class TimestampClient:
    """Authorities in order of preference, and whom to trust. ``policies`` empty accepts any policy."""

    authorities: Sequence[Authority]
    trust: Trust
    policies: frozenset[str] = frozenset()
    _resting: dict[str, float] = field(default_factory=dict)
    _believed: dict[bytes, float] = field(default_factory=dict)

    def stamp(self, digest: bytes, algorithm: str = "sha256") -> Token:
        """Return a checked token for a digest, from the first authority that gives one. Raise NoTimeError."""
        reasons = []
        for authority in self.authorities:
            if self._resting.get(authority.name, 0.0) > time.monotonic():
                reasons.append(f"{authority.name}: resting after a failure")
                continue
            try:
                return self._ask(authority, digest, algorithm)
            except (OSError, BadTokenError) as error:
                self._resting[authority.name] = time.monotonic() + REST_SECONDS
                reasons.append(f"{authority.name}: {error or type(error).__name__}")
        raise NoTimeError(reasons or ["no authority is set"])

    def _ask(self, authority: Authority, digest: bytes, algorithm: str) -> Token:
        nonce = secrets.randbits(63)
        asked_at = now()
        token = tokens.read(_granted(authority.answer(request_for(digest, algorithm, nonce))))
        if token.algorithm != algorithm or not token.covers_digest(digest):
            raise BadTokenError("it covers something else")
        if token.nonce != nonce:
            raise BadTokenError("it answers another question")
        if self.policies and token.policy not in self.policies:
            raise BadTokenError("its policy is not accepted")
        self._check_time(token, asked_at)
        self._check_trust(token)
        return token

    @staticmethod
    def _check_time(token: Token, asked_at: datetime) -> None:
        """An authority that lies about time is refused, whatever its certificate."""
        if not asked_at - MOST_SKEW <= token.at <= now() + MOST_SKEW:
            raise BadTokenError("its time is not ours")

    def _check_trust(self, token: Token) -> None:
        mark = token.certificate.fingerprint(Scheme(Padding.ECDSA).hash)
        if self._believed.get(mark, 0.0) > time.monotonic():
            return
        standing = self.trust.standing(token.certificate, token.others, at=token.at)
        if standing is not Standing.TRUSTED:
            message = f"its authority is not trusted: {standing}"
            raise BadTokenError(message)
        self._believed[mark] = time.monotonic() + _TRUST_KEPT_SECONDS


def request_for(digest: bytes, algorithm: str, nonce: int) -> bytes:
    """Return a TimeStampReq that asks for the certificates."""
    imprint = der.sequence(Scheme(Padding.ECDSA, algorithm).digest_identifier, der.octets(digest))
    return der.sequence(der.integer(1), imprint, der.integer(nonce), der.boolean_true())


def _granted(response: bytes) -> bytes:
    """Return the token of a response. Raise BadTokenError when the authority refused."""
    try:
        answered = tsp.TimeStampResp.load(response, strict=True)
        status = answered["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            reason = answered["status"]["fail_info"].native
            message = f"refused: {reason}"
            raise BadTokenError(message)
        return bytes(answered["time_stamp_token"].dump())
    except (ValueError, TypeError, KeyError) as error:
        raise BadTokenError("unreadable answer") from error
