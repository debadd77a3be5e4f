"""Signatures and timestamps of an ASiC-E container."""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Callable, Iterator

from parvis.core.xml import XmlRefusedError
from parvis.signing.formats import asice
from parvis.signing.formats.asice import BadContainerError, Container, Listed
from parvis.signing.validation import cms, dates, xmldoc
from parvis.signing.validation.conclusion import Judges, conclude
from parvis.signing.validation.verdicts import BrokenError, Sub, Verdict
from parvis.signing.validation.xmldoc import DIGESTS


def judge(data: bytes, judges: Judges) -> Iterator[Verdict]:
    """Yield a verdict per manifest. A file that no manifest names makes the container incomplete: it is said."""
    try:
        container = asice.unpack(data)
        manifests = {
            name: asice.read_manifest(content)
            for name, content in container.meta.items()
            if name.startswith("META-INF/ASiCManifest")
        }
    except (BadContainerError, XmlRefusedError) as error:
        yield Verdict(Sub.FORMAT_FAILURE, str(error))
        return
    named = {name for listed in manifests.values() for name in listed.digests}
    for name, content in container.meta.items():
        if not _holds_xades(name):
            continue
        try:
            for verdict, covered in xmldoc.judge_files(content, container.files, judges, name):
                named |= covered
                yield verdict
        except (BrokenError, XmlRefusedError) as error:
            yield Verdict(getattr(error, "sub", Sub.FORMAT_FAILURE), str(error), name=name)
    for name, listed in manifests.items():
        try:
            yield from _manifest(container, name, listed, judges)
        except BrokenError as error:
            yield Verdict(error.sub, str(error), name=name)
    for name in sorted(set(container.files) - named):
        yield Verdict(Sub.SIGNED_DATA_NOT_FOUND, "nothing covers this file", what="file", name=name)


def _holds_xades(name: str) -> bool:
    """EN 319 162-1 §4.4.3.2: ``META-INF/*signatures*.xml``."""
    return name.endswith(".xml") and "signatures" in name.rpartition("/")[2]


def _manifest(container: Container, name: str, listed: Listed, judges: Judges) -> Iterator[Verdict]:
    if not listed.digests:
        raise BrokenError(Sub.FORMAT_FAILURE, "a manifest of nothing")
    for file, (method, said) in listed.digests.items():
        _check_file(container, file, method, said)
    sealed = container.meta.get(listed.seal)
    if sealed is None:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, "the signature named by the manifest is missing")
    content = container.meta[name]
    if listed.seal.endswith(".tst"):
        yield dates.timestamp(sealed, content, judges, name=name)
        return
    signed = cms.check(sealed, _digests(content))
    yield conclude(
        signed.certificate,
        signed.others,
        signed.tokens,
        judges,
        claimed_at=signed.claimed_at,
        value=signed.value,
        name=name,
    )
    yield from dates.archives(signed.archives)


def _check_file(container: Container, file: str, method: str, said: str) -> None:
    content = container.files.get(file, container.meta.get(file))
    if content is None:
        raise BrokenError(Sub.SIGNED_DATA_NOT_FOUND, f"{file}: named by the manifest, missing")
    if method not in DIGESTS:
        raise BrokenError(Sub.CRYPTO_CONSTRAINTS_FAILURE, f"{file}: digest not supported, or too weak")
    if not hmac.compare_digest(hashlib.new(DIGESTS[method], content).digest(), b64decode(said)):
        raise BrokenError(Sub.HASH_FAILURE, f"{file}: it is not the file that was signed")


def _digests(content: bytes) -> Callable[[str], bytes]:
    return lambda algorithm: hashlib.new(algorithm, content).digest()
