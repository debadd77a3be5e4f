"""CMS written from the template, held to OpenSSL: every scheme, detached, and what must not pass."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms

from parvis.signing.cms.template import Policy, Template
from parvis.signing.formats import cades
from parvis.signing.formats.prepared import ChangedDocumentError, load
from parvis.signing.keys.authority import KeyKind
from tests.support.officers import officer, pem, pki, run

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DOCUMENT = "Délibération n° 12".encode()
SCHEMES = [
    (kind, digest, pss)
    for kind in KeyKind
    for digest in ("sha256", "sha384", "sha512")
    for pss in ((False, True) if kind is KeyKind.RSA3072 else (False,))
]


def _verified(folder: Path, signature: bytes, document: bytes = DOCUMENT) -> str:
    (folder / "root.pem").write_bytes(pem(pki().root.certificate))
    (folder / "s.p7s").write_bytes(signature)
    (folder / "doc").write_bytes(document)
    return run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "s.p7s", "-content", "doc"),
        *("-CAfile", "root.pem", "-purpose", "any", "-out", "/dev/null"),
        cwd=folder,
    )


@pytest.mark.parametrize(("kind", "digest", "pss"), SCHEMES)
def test_openssl_accepts_every_scheme(tmp_path: Path, kind: KeyKind, digest: str, pss: bool) -> None:  # noqa: FBT001
    template, key = officer(kind, digest, pss=pss)
    prepared = cades.prepare(DOCUMENT, template, at=AT)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    made = cades.complete(DOCUMENT, load(prepared.dump()), template, signature)
    assert "CAdES Verification successful" in _verified(tmp_path, made)
    with pytest.raises(AssertionError, match=r"digest failure|verification failure|Verification failure"):
        _verified(tmp_path, made, b"another document")


def test_a_general_library_writes_the_same_bytes() -> None:
    """DER is one: what asn1crypto reads, it writes back identically."""
    template, key = officer()
    prepared = cades.prepare(DOCUMENT, template, at=AT)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    made = cades.complete(DOCUMENT, prepared, template, signature)
    read = cms.ContentInfo.load(made, strict=True)
    assert read.copy().dump(force=True) == made
    (signer,) = read["content"]["signer_infos"]
    names = {attribute["type"].native for attribute in signer["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_time", "signing_certificate_v2"}


def test_a_policy_is_declared() -> None:
    template, _ = officer()
    policy = Policy("1.2.250.1.999.1", hashlib.sha256(b"policy").digest())
    declared = Template(template.certificate, template.chain, template.scheme, policy)
    names = {one["type"].native for one in cms.CMSAttributes.load(declared.attributes(b"x" * 32))}
    assert "signature_policy_identifier" in names


def test_another_document_is_refused_before_it_is_written() -> None:
    template, key = officer()
    prepared = cades.prepare(DOCUMENT, template, at=AT)
    (signature,) = key.sign(template.scheme, [prepared.digest])
    with pytest.raises(ChangedDocumentError):
        cades.complete(DOCUMENT + b".", prepared, template, signature)


def test_a_damaged_preparation_is_refused() -> None:
    template, _ = officer()
    kept = cades.prepare(DOCUMENT, template, at=AT).dump()
    for place in range(0, len(kept), 7):
        damaged = bytearray(kept)
        damaged[place] ^= 0x40
        try:
            found = load(bytes(damaged))
        except ValueError:
            continue
        assert found == load(kept)  # a bit that compression does not use
