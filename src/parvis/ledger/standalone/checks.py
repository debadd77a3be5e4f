"""The verifications: a file's place in a journal, an evidence record, a container, two checkpoints, a whole journal."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from parvis.core.tlog import cosigning, directory, merkle, notes, policy, proofs
from parvis.core.tlog.policy import Policy
from parvis.ledger import rules
from parvis.ledger.standalone import container, dating, evidence, timetokens
from parvis.ledger.standalone.dating import BadStampError, DatedCheckpoint
from parvis.ledger.standalone.findings import Verdict, day
from parvis.ledger.standalone.timetokens import BadTimeTokenError, TimeToken

STAMPS = "stamps.jsonl"


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whom who verifies trusts. ``policy`` None is nobody yet; ``roots`` are of timestamp authorities."""

    policy: Policy | None
    roots: Sequence[x509.Certificate] = ()


def check_file(verdict: Verdict, data: bytes, proof_text: str, opening: str | None, trusted: Trusted) -> None:
    """A file, its proof, and what its entry says."""
    leaf = _check_proof(verdict, proof_text, opening, trusted)
    if opening is None or leaf is None:
        verdict.unsure("Sans l’ouverture de l’entrée, rien ne relie ce fichier à cette place du journal.")
        return
    content, _ = rules.read_opening(opening)
    digest = hashlib.sha256(data).hexdigest()
    if digest in _digests_of(content.details):
        when = day(content.at.astimezone(UTC))
        verdict.proven(f"L’entrée du journal parle de ce fichier : « {content.action} », le {when}.")
    else:
        verdict.wrong("L’entrée du journal parle d’un autre fichier : l’empreinte diffère.")


def _check_proof(verdict: Verdict, text: str, opening: str | None, trusted: Trusted) -> bytes | None:
    """Check a proof for the leaf of an opening, or for the one it brings; return the leaf that is proven."""
    try:
        proof = proofs.read_proof(text)
        leaf = rules.read_opening(opening)[1] if opening else proof.extra
        stated, known = _stated(trusted, proof.checkpoint)
        proof.check_under(leaf, stated)
    except (proofs.BadProofError, notes.BadNoteError, rules.BadOpeningError) as error:
        verdict.wrong(str(error))
        return None
    verdict.proven(
        f"L’entrée est à la place {proof.index} du journal « {stated.origin} », qui en compte {stated.size}."
    )
    if not known:
        verdict.unsure("Sans la clé du journal (--policy, --key), rien ne dit que ce point de contrôle est le sien.")
    check_witnesses(verdict, proof.checkpoint, trusted)
    return leaf


def _stated(trusted: Trusted, note: str) -> tuple[notes.Checkpoint, bool]:
    """What a checkpoint states, and whether a key that is trusted signed it; none given, it is only read."""
    if trusted.policy is not None and trusted.policy.logs:
        return notes.read(note, trusted.policy.logs), True
    return notes.unverified(note)[0], False


def check_witnesses(verdict: Verdict, note: str, trusted: Trusted) -> None:
    """Whether enough witnesses saw a checkpoint."""
    if trusted.policy is None or not trusted.policy.witnesses:
        return
    times = {key.name: cosigning.cosigned_at(note, key) for key in trusted.policy.witnesses.values()}
    seen = ", ".join(f"{name} ({day(datetime.fromtimestamp(at, UTC))})" for name, at in times.items() if at is not None)
    if trusted.policy.satisfied_by(note):
        verdict.proven(f"Vu par assez de témoins : {seen or 'la politique n’en demande aucun'}.")
    else:
        verdict.wrong(f"Pas vu par assez de témoins. L’ont vu : {seen or 'aucun'}.")


def check_record(verdict: Verdict, data: bytes, record: bytes, trusted: Trusted) -> None:
    """A document and its evidence record."""
    try:
        tokens = evidence.verify_record(record, _hasher(data))
    except evidence.BadRecordError as error:
        verdict.wrong(str(error))
        return
    verdict.proven(f"Le document existait le {day(tokens[0].at)} (enregistrement de preuve, RFC 4998).")
    for token in tokens:
        _check_authority(verdict, token, trusted)
    if tokens[-1].certificate.not_valid_after_utc < datetime.now(UTC):
        verdict.unsure("Le certificat du dernier horodatage est expiré : il fallait renouveler la preuve avant.")


def check_container(verdict: Verdict, data: bytes, trusted: Trusted) -> None:
    """Everything that a container holds."""
    try:
        files = container.open_box(data)
        for manifest in sorted(name for name in files if name.startswith(container.MANIFESTS)):
            _check_seal(verdict, files, manifest, trusted)
        container.check_nothing_loose(files)
    except (container.BadBoxError, BadTimeTokenError) as error:
        verdict.wrong(str(error))
        return
    documents = {name: content for name, content in files.items() if name.startswith("documents/")}
    _check_records(verdict, files, documents, trusted)
    _check_acts(verdict, files, documents, _with_inner_policy(verdict, files, trusted))


def _check_seal(verdict: Verdict, files: dict[str, bytes], manifest: str, trusted: Trusted) -> None:
    seal = container.sealed_by(files, manifest)
    if not seal.endswith(".tst") or seal not in files:
        verdict.unsure(f"{manifest} : sa signature ne se vérifie pas avec ce programme (openssl cms -verify).")
        return
    token = timetokens.read_time_token(files[seal])
    token.check_covers(hashlib.new(token.algorithm, files[manifest]).digest())
    verdict.proven(f"Le conteneur est entier, tel qu’il était le {day(token.at)}.")
    _check_authority(verdict, token, trusted)


def _check_records(verdict: Verdict, files: dict[str, bytes], documents: dict[str, bytes], trusted: Trusted) -> None:
    for name in (name for name in files if name.endswith(".ers")):
        tried = []
        for content in documents.values():
            tried.append(Verdict())
            check_record(tried[-1], content, files[name], trusted)
        best = min(tried, key=lambda one: [code for code, _ in one.lines].count(1), default=Verdict())
        verdict.lines += best.lines


def _check_acts(verdict: Verdict, files: dict[str, bytes], documents: dict[str, bytes], trusted: Trusted) -> None:
    """Each act of the journal: proven, and the last one is about a document that is there."""
    spoken: set[str] = set()
    for name in sorted(name for name in files if name.endswith(".tlog-proof")):
        opening = files.get(name.removesuffix(".tlog-proof") + ".json", b"").decode("utf-8", "replace")
        if _check_proof(verdict, files[name].decode("utf-8", "replace"), opening or None, trusted) and opening:
            spoken = _digests_of(rules.read_opening(opening)[0].details)
    if spoken and not any(hashlib.sha256(content).hexdigest() in spoken for content in documents.values()):
        verdict.wrong("Le journal parle d’un autre document que ceux du conteneur.")
    elif spoken:
        verdict.proven("Le journal parle du document du conteneur.")


def _with_inner_policy(verdict: Verdict, files: dict[str, bytes], trusted: Trusted) -> Trusted:
    name = "preuves/journal-politique.txt"
    if trusted.policy is not None or name not in files:
        return trusted
    verdict.unsure("Les clés du journal et des témoins sont celles du conteneur : donnez les vôtres (--policy).")
    return Trusted(policy.read_policy(files[name].decode("utf-8", "replace")), trusted.roots)


def _check_authority(verdict: Verdict, token: TimeToken, trusted: Trusted) -> None:
    if not trusted.roots:
        verdict.unsure("L’autorité d’horodatage n’est pas vérifiée : donnez sa racine (--tsa-root).")
    elif not token.leads_to(trusted.roots):
        verdict.wrong("L’horodatage vient d’une autorité qui n’est pas parmi les vôtres.")


def check_consistency(
    verdict: Verdict, old: str, new: str, prove: Callable[[int, int], Sequence[bytes]], trusted: Trusted
) -> None:
    """Whether the tree of a checkpoint extends that of another."""
    try:
        (before, known), (after, _) = _stated(trusted, old), _stated(trusted, new)
        if before.origin != after.origin:
            verdict.wrong("Ces deux points de contrôle ne sont pas du même journal.")
            return
        if before.size > after.size:
            before, after = after, before
        proof = [] if before.size == after.size else prove(before.size, after.size)
        held = merkle.is_consistent(before.size, after.size, before.root, after.root, proof)
    except (notes.BadNoteError, proofs.BadProofError, LookupError, ValueError) as error:
        verdict.wrong(str(error))
        return
    if not known:
        verdict.unsure(
            "Sans la clé du journal (--policy, --key), rien ne dit que ces points de contrôle sont les siens."
        )
    if held:
        verdict.proven(f"Le journal de {after.size} entrées prolonge celui de {before.size} : rien n’a été réécrit.")
    else:
        verdict.wrong("Ces deux points de contrôle racontent deux passés différents, ou la preuve ne tient pas.")


def check_log(verdict: Verdict, place: Path, kept_elsewhere: Sequence[str], trusted: Trusted) -> None:
    """A whole exported journal: leaves, tiles, roots, signatures, witnesses, daily timestamps."""
    given = trusted.policy.logs if trusted.policy else ()
    report = directory.verify_directory(place, given or directory.keys_of(place), kept_elsewhere)
    for finding in report.findings:
        verdict.wrong(finding.message)
    if not report.findings:
        verdict.proven(f"{report.entries} entrées, {report.checkpoints} points de contrôle : le journal est intact.")
    if not given:
        verdict.unsure("La clé publique est celle du dossier lui-même : donnez la vôtre (--policy ou --key).")
    check_witnesses(verdict, (place / directory.CHECKPOINT).read_text(encoding="utf-8"), trusted)
    _check_stamps(verdict, place, trusted)


def _check_stamps(verdict: Verdict, place: Path, trusted: Trusted) -> None:
    if not (place / STAMPS).is_file():
        return
    try:
        kept = [_stamp_of(line) for line in (place / STAMPS).read_text(encoding="utf-8").splitlines()]
        rows = map(json.loads, (place / directory.CHECKPOINTS).read_text(encoding="utf-8").splitlines())
        tokens = dating.verify_stamps(kept, {int(row["size"]): str(row["note"]) for row in rows})
    except (BadStampError, ValueError, KeyError, TypeError) as error:
        verdict.wrong(str(error) if isinstance(error, BadStampError) else f"{STAMPS} est illisible.")
        return
    if tokens:
        size, token = tokens[-1]
        verdict.proven(f"{len(tokens)} horodatages enchaînés ; le dernier date {size} entrées du {day(token.at)}.")
    for _, token in tokens[-1:]:
        _check_authority(verdict, token, trusted)


def _stamp_of(line: str) -> DatedCheckpoint:
    row = json.loads(line)
    return DatedCheckpoint(int(row["size"]), bytes.fromhex(row["previous"]), notes.unb64(row["token"]))


def _digests_of(details: str) -> set[str]:
    """Every text that an entry's details hold at the first level: the SHA-256 is among them under whatever name."""
    found = json.loads(details) if details else {}
    return {value for value in found.values() if isinstance(value, str)} if isinstance(found, dict) else set()


def _hasher(data: bytes) -> Callable[[str], bytes]:
    return lambda algorithm: hashlib.new(algorithm, data).digest()
