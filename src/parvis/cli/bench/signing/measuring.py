"""The measures: processor time of one process, beside the raw speed of the key in the same rounds."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session
from parvis.cli.bench.signing.material import Material, answer, material, openssl_milliseconds, spent
from parvis.signing.enums import Form
from parvis.signing.formats import making
from parvis.signing.keys.authority import KeyKind
from parvis.signing.time import evidence
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Indication

BATCH = 500


def measure(session: Session) -> list[Metric]:
    """Return every figure."""
    session.tell("Préparation des clés et des documents…")
    rsa, curve = material(KeyKind.RSA3072), material(KeyKind.P256)
    count = session.size(BATCH, 100)
    whole = BATCH / count  # figures are of a batch of 500, whatever was measured
    return [
        _pdf_batch(session, rsa, KeyKind.RSA3072, count, whole),
        _pdf_batch(session, curve, KeyKind.P256, count, whole),
        *_made_and_signed(session, rsa, count, whole),
        _detached(session, rsa, KeyKind.RSA3072, count),
        _detached(session, curve, KeyKind.P256, count * 4),
        _verification(session, rsa, session.size(100, 20)),
        _evidence(session, rsa),
    ]


def _pdf_batch(session: Session, of: Material, kind: KeyKind, count: int, whole: float) -> Metric:
    documents = [answer(number) for number in range(10)]
    prepared = [
        making.prepare(Form.PADES, documents[place % 10], "a.pdf", of.template, at=datetime.now(UTC))
        for place in range(count)
    ]

    def sign(number: int) -> None:
        one = prepared[number]
        (signature,) = of.key.sign(of.template.scheme, [one.digest])
        token = of.clock.stamp(making.timestamp_digest(one, of.template, signature)).encoded
        making.complete(documents[number % 10], one, of.template, signature, [token])

    rounds = session.in_turns(
        f"Signature de PDF, {kind}…",
        {
            "product": lambda: spent(sign, count) * whole / 1000,
            "baseline": lambda: openssl_milliseconds(kind, BATCH) / 1000,
        },
    )
    target = Target("≤", 5.0) if kind is KeyKind.RSA3072 else None
    label = f"{BATCH} PAdES B-T {kind} après confirmation (témoin : openssl speed, signatures nues)"
    return metric(f"pades_bt_{kind}", label, "s", rounds["product"], rounds["baseline"], target=target)


def _made_and_signed(session: Session, of: Material, count: int, whole: float) -> list[Metric]:
    """An answer made in PDF; then made, prepared, signed, timestamped and written."""

    def everything(number: int) -> None:
        document = answer(number)
        one = making.prepare(Form.PADES, document, "a.pdf", of.template, at=datetime.now(UTC))
        (signature,) = of.key.sign(of.template.scheme, [one.digest])
        token = of.clock.stamp(making.timestamp_digest(one, of.template, signature)).encoded
        making.complete(document, one, of.template, signature, [token])

    few = max(20, count // 5)
    rounds = session.in_turns(
        "Réponses faites et signées…",
        {
            "made": lambda: spent(answer, few) / few,
            "all": lambda: spent(everything, few) / few * count * whole / 1000,
        },
    )
    return [
        metric("pdf", "une réponse en PDF (typst)", "ms", rounds["made"], target=Target("≤", 5.0)),
        metric(
            "made_and_signed",
            f"{BATCH} réponses faites, préparées, signées (RSA-3072), horodatées",
            "s",
            rounds["all"],
            target=Target("≤", 10.0),
        ),
    ]


def _detached(session: Session, of: Material, kind: KeyKind, count: int) -> Metric:
    """CAdES over digests already computed, against the same key alone: 80 % of its speed is 1.25 of its time."""
    digest = hashlib.sha256(b"document").digest()
    scheme, at = of.template.scheme, datetime.now(UTC)

    def sign(_: int) -> None:
        attributes = of.template.attributes(digest, at=at)
        (signature,) = of.key.sign(scheme, [scheme.hashed(attributes)])
        of.template.assemble(attributes, signature)

    def raw(_: int) -> None:
        of.key.sign(scheme, [digest])

    sides: dict[str, Callable[[], float]] = {
        "product": lambda: spent(sign, count) / count,
        "baseline": lambda: spent(raw, count) / count,
    }
    rounds = session.in_turns(f"CAdES, {kind}…", sides)
    target = Target("≤", 1.25, "ratio") if kind is KeyKind.RSA3072 else None
    label = f"une signature CAdES {kind} sur une empreinte (témoin : la même clé, sans CMS)"
    return metric(f"cades_{kind}", label, "ms", rounds["product"], rounds["baseline"], target=target)


def _verification(session: Session, of: Material, count: int) -> Metric:
    document = answer(1)
    one = making.prepare(Form.PADES, document, "a.pdf", of.template, at=datetime.now(UTC))
    (signature,) = of.key.sign(of.template.scheme, [one.digest])
    token = of.clock.stamp(making.timestamp_digest(one, of.template, signature)).encoded
    signed = making.complete(document, one, of.template, signature, [token])

    def verify(_: int) -> None:
        report = service.validate(signed, name="a.pdf", signers=of.trust, dated_by=of.trust, at=datetime.now(UTC))
        if report.indication is not Indication.PASSED:
            message = f"what was just signed is not valid: {report.verdicts}"
            raise RuntimeError(message)

    rounds = session.in_turns("Vérification…", {"product": lambda: spent(verify, count) / count})
    label = "vérification d’un PAdES B-T, révocation comprise"
    return metric("validation", label, "ms", rounds["product"], target=Target("≤", 20.0))


def _evidence(session: Session, of: Material) -> Metric:
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(BATCH)]
    rounds = session.in_turns("Enregistrements de preuve…", {"product": partial(_records, digests, of)})
    label = f"{BATCH} enregistrements de preuve sous un horodatage"
    return metric("evidence", label, "ms", rounds["product"], target=Target("≤", 50.0))


def _records(digests: list[bytes], of: Material) -> float:
    began = time.process_time()
    evidence.make(digests, of.clock.stamp)
    return (time.process_time() - began) * 1000
