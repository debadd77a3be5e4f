"""Keys in a PKCS#11 module: one session, opened when first needed and opened again when the module comes back.

Threads that share a session get errors from modules (measured on SoftHSM): the caller holds one lock. A PIN that was
refused is never sent again by this process.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11.constants import Attribute, ObjectClass
from pkcs11.exceptions import (
    MultipleObjectsReturned,
    NoSuchKey,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)
from pkcs11.mechanisms import MGF, KeyType, Mechanism
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from parvis.signing.cms import der
from parvis.signing.cms.schemes import Padding, PublicKey, Scheme
from parvis.signing.keys.authority import KeyKind
from parvis.signing.keys.backends import check_name
from parvis.signing.keys.errors import (
    BadRequestError,
    PinRefusedError,
    SignerError,
    UnknownKeyError,
    UnreachableError,
)

_PIN_ERRORS = (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired)
_MODULE_ERRORS = (PKCS11Error, OSError)
_PSS = {
    "sha256": (Mechanism.SHA256, MGF.SHA256, 32),
    "sha384": (Mechanism.SHA384, MGF.SHA384, 48),
    "sha512": (Mechanism.SHA512, MGF.SHA512, 64),
}
Result = TypeVar("Result")


@dataclass
class Module:
    """A token of a PKCS#11 module. ``library`` is the path of the module, ``token`` the token's label."""

    library: str
    token: str
    pin: str = field(repr=False)
    _session: Any = field(default=None, repr=False)
    _keys: dict[str, Any] = field(default_factory=dict, repr=False)
    _pin_refused: bool = False

    def make(self, name: str, kind: KeyKind) -> PublicKey:
        """Make a pair that never leaves the token."""
        check_name(name)
        return self._using(lambda session: self._make(session, name, kind))

    def public(self, name: str) -> PublicKey:
        """Return the public key of a pair."""
        check_name(name)
        return self._using(lambda session: _public(session, name))

    def sign(self, name: str, scheme: Scheme, digests: Sequence[bytes]) -> list[bytes]:
        """Sign each digest within the token."""
        check_name(name)

        def signing(session: Any) -> list[bytes]:
            if name not in self._keys:
                self._keys[name] = _found(session, name, ObjectClass.PRIVATE_KEY)
            return [_signed(self._keys[name], scheme, digest) for digest in digests]

        return self._using(signing)

    def close(self) -> None:
        """End the session: the PIN counts no more."""
        session, self._session = self._session, None
        self._keys.clear()
        if session is not None:
            with suppress(*_MODULE_ERRORS):
                session.close()

    def _using(self, work: Callable[[Any], Result]) -> Result:
        """Work with the session. When the module fails, forget it and try once more with a new one."""
        for attempt in (1, 2):
            fresh = self._session is None
            try:
                return work(self._opened())
            except SignerError:
                raise
            except _MODULE_ERRORS as error:
                self._forget()
                # A session just opened that fails will fail again; one kept since long may only be stale.
                if fresh or attempt == 2:  # noqa: PLR2004 - the second of two
                    raise UnreachableError(f"{type(error).__name__} {error}".strip()) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _opened(self) -> Any:
        if self._session is None:
            if self._pin_refused:
                raise PinRefusedError("the PIN was refused: correct it, then start the signer again")
            try:
                library = pkcs11.lib(self.library)
                self._session = library.get_token(token_label=self.token).open(rw=True, user_pin=self.pin)
            except _PIN_ERRORS as error:
                self._pin_refused = True
                raise PinRefusedError(type(error).__name__) from error
        return self._session

    def _forget(self) -> None:
        self.close()  # it may be gone: that is why
        _look_again(self.library)

    def _make(self, session: Any, name: str, kind: KeyKind) -> PublicKey:
        try:
            _found(session, name, ObjectClass.PRIVATE_KEY)
        except UnknownKeyError:
            pass
        else:
            raise BadRequestError("this name is taken")
        private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
        options = {"store": True, "label": name, "id": name.encode(), "private_template": private}
        if kind is KeyKind.P256:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(**options)
        else:
            session.generate_keypair(KeyType.RSA, 3072, **options)
        return _public(session, name)


def certificates(library: str, token: str) -> list[tuple[str, x509.Certificate]]:
    """Return the certificates of a token with the names of their keys; no PIN is needed. Raise UnreachableError."""
    try:
        with pkcs11.lib(library).get_token(token_label=token).open() as session:
            found = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            pairs = [(str(one[Attribute.LABEL]), bytes(one[Attribute.VALUE])) for one in found]
    except _MODULE_ERRORS as error:
        _look_again(library)
        raise UnreachableError(f"{type(error).__name__} {error}".strip()) from error
    return [(name, x509.load_der_x509_certificate(encoded)) for name, encoded in pairs]


def _look_again(library: str) -> None:
    """Make the module list its tokens anew: one plugged back in is seen only then."""
    with suppress(*_MODULE_ERRORS):
        pkcs11.lib(library).reinitialize()


def _found(session: Any, name: str, kind: ObjectClass) -> Any:
    try:
        return session.get_key(object_class=kind, label=name)
    except (NoSuchKey, MultipleObjectsReturned):
        raise UnknownKeyError(name) from None


def _public(session: Any, name: str) -> PublicKey:
    found = _found(session, name, ObjectClass.PUBLIC_KEY)
    if found.key_type == KeyType.EC:
        encoded = encode_ec_public_key(found)
    else:  # SubjectPublicKeyInfo around the bare RSA key
        algorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.null())
        encoded = der.sequence(algorithm, der.tlv(0x03, b"\0", encode_rsa_public_key(found)))
    key = load_der_public_key(encoded)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise SignerError("a key of another family")
    return key


def _signed(key: Any, scheme: Scheme, digest: bytes) -> bytes:
    if (key.key_type == KeyType.EC) is not (scheme.padding is Padding.ECDSA):
        raise BadRequestError("the key is of another family than the scheme")
    if scheme.padding is Padding.ECDSA:
        raw = bytes(key.sign(digest, mechanism=Mechanism.ECDSA))
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
    if scheme.padding is Padding.PSS:
        return bytes(key.sign(digest, mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=_PSS[scheme.digest]))
    # DigestInfo (RFC 8017 §9.2): its algorithm carries NULL parameters there.
    algorithm = der.sequence(der.content(scheme.digest_identifier), der.null())
    return bytes(key.sign(der.sequence(algorithm, der.octets(digest)), mechanism=Mechanism.RSA_PKCS))
