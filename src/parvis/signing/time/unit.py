"""Our own timestamp unit (RFC 3161): the demo's, and a private cloud's that has none. Not a qualified authority."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import tsp

from parvis.signing.cms import der
from parvis.signing.cms.keys import SigningKey
from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.cms.template import Template
from parvis.signing.time.tokens import ALGORITHMS

TST_INFO = "1.2.840.113549.1.9.16.1.4"
# Test arc of RFC 5612: a unit put in service takes its operator's own.
POLICY = "1.3.6.1.4.1.32473.1.1"
_BAD_ALGORITHM, _BAD_REQUEST, _BAD_DATA, _UNACCEPTED_POLICY, _UNACCEPTED_EXTENSION = 0, 2, 5, 15, 16


@dataclass(frozen=True)
class TimestampUnit:
    """A certificate for dating, its key, and the policy it follows. The token carries the issuing authority."""

    template: Template
    key: SigningKey
    policy: str = POLICY

    def token(self, imprint: bytes, algorithm: str, *, at: datetime, nonce: int | None = None) -> bytes:
        """Return a token for a digest. ``at`` is written in whole seconds, with an accuracy of one."""
        scheme = Scheme(Padding.ECDSA, algorithm)
        info = der.sequence(
            der.integer(1),
            der.oid(self.policy),
            der.sequence(scheme.digest_identifier, der.octets(imprint)),
            der.integer(secrets.randbits(64)),
            der.generalized_time(at),
            der.sequence(der.integer(1)),
            *([der.integer(nonce)] if nonce is not None else []),
        )
        own = self.template.scheme
        attributes = self.template.attributes(own.hashed(info), at=at, content_type=TST_INFO)
        (signature,) = self.key.sign(own, [own.hashed(attributes)])
        return self.template.assemble(attributes, signature, content=info, content_type=TST_INFO)

    def answer(self, request: bytes, *, at: datetime) -> bytes:
        """Answer a request (TimeStampReq in, TimeStampResp out). A bad one gets its reason, never an exception."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            digest, nonce = imprint["hashed_message"].native, asked["nonce"].native
            policy = asked["req_policy"].dotted if asked["req_policy"].native else self.policy
            extended = bool(asked["extensions"].native)
        except (ValueError, TypeError, KeyError, AttributeError):
            return _refusal(_BAD_DATA)
        if algorithm not in ALGORITHMS:
            return _refusal(_BAD_ALGORITHM)
        if extended:
            return _refusal(_UNACCEPTED_EXTENSION)
        if policy != self.policy:
            return _refusal(_UNACCEPTED_POLICY)
        if len(digest) != Scheme(Padding.ECDSA, algorithm).hash.digest_size or (nonce is not None and nonce < 0):
            return _refusal(_BAD_REQUEST)
        return der.sequence(der.sequence(der.integer(0)), self.token(digest, algorithm, at=at, nonce=nonce))


def _refusal(bit: int) -> bytes:
    """PKIStatusInfo "rejection" with one failure bit (RFC 3161 §2.4.2)."""
    octet_count = bit // 8 + 1
    bits = (1 << (octet_count * 8 - 1 - bit)).to_bytes(octet_count)
    unused = octet_count * 8 - 1 - bit
    return der.sequence(der.sequence(der.integer(2), der.tlv(0x03, bytes((unused,)), bits)))
