"""The evidence container: a signed document and all that proves it, in one file that needs nobody to be verified.

An ASiC-E under one timestamp: the document, its signature when it is apart, an evidence record, the place of the
signature's act in the journal, the certificates, and a page that says in words what is there and how to check it.
"""

import hashlib
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from parvis.core.actor import Actor
from parvis.core.errors import ConflictError
from parvis.documents import queries as documents
from parvis.ledger import commands as ledger
from parvis.ledger import queries as journal
from parvis.signing import installation, queries
from parvis.signing.enums import EntryState, Form
from parvis.signing.formats import asice
from parvis.signing.formats.making import result_name
from parvis.signing.models import BatchEntry, Item
from parvis.signing.time import evidence
from parvis.signing.time.client import NoTimeError

_WORDS = """{title}

Ce conteneur (ASiC-E, norme ETSI EN 319 162-1) réunit un document signé et ce qui le prouve.
Il se vérifie sans connexion, sur n’importe quelle installation de Parvis (/verifier/) ou avec des outils libres.

Document            {name}
Référence           {reference}
Organisme           {organisation}
Signé par           {signers}

documents/          le document signé, et sa signature quand elle est à part
preuves/            enregistrement de preuve (RFC 4998) ; pour chaque signature, sa place dans le journal
                    (c2sp.org/tlog-proof@v1, témoins compris) et ce que l’entrée dit
certificats/        les certificats des signataires et de leurs autorités
META-INF/           la liste des fichiers avec leurs empreintes, et l’horodatage (RFC 3161) qui la couvre

Vérifier l’horodatage :
  openssl ts -verify -token_in -in META-INF/timestamp001.tst -data META-INF/ASiCManifest001.xml -CAfile racine.pem
Tout vérifier d’un coup, sans connexion :
  python3 parvis-verify.py container preuves.asice   (le programme : /verifier/parvis-verify.py)
Vérifier une empreinte :
  sha256sum documents/*   puis comparer à META-INF/ASiCManifest001.xml (en base 64)
"""


def evidence_container(*, item_id: UUID, actor: Actor) -> bytes:
    """Return the container of a signed document. Raise AbsentError, ConflictError when not signed or no time."""
    item = queries.item_of(item_id, actor)
    if item.signature is None:
        raise ConflictError("not_signed_yet", "Ce document n’est pas encore signé : il n’y a rien à prouver.")
    entries = list(
        BatchEntry.objects.filter(item=item, state=EntryState.DONE).select_related("batch__certificate__key__holder")
    )
    try:
        files = dict(_files(item, entries))
        listed = asice.manifest(files, seal=asice.TIMESTAMP)
        sealed = installation.clock().stamp(hashlib.sha256(listed).digest()).encoded
    except NoTimeError as error:
        raise ConflictError(
            "no_time_now", "Aucune autorité d’horodatage ne répond. Redemandez ce conteneur dans quelques minutes."
        ) from error
    with transaction.atomic():
        ledger.record(actor=actor, action="signing.container_made", subject=f"item:{item.id}")
    return asice.pack(files, listed, sealed, seal=asice.TIMESTAMP)


def _files(item: Item, entries: list[BatchEntry]) -> Iterator[tuple[str, bytes]]:
    name = _plain(item.file_name)
    form = Form(item.form)
    assert item.signature is not None  # noqa: S101 - checked by the caller
    made = b"".join(documents.content(item.signature))
    yield f"documents/{result_name(form, name)}", made
    if result_name(form, name) != name:
        yield f"documents/{name}", b"".join(documents.content(item.document))
    yield "preuves/enregistrement.ers", _record(item, entries, made)
    yield from _journal(item)
    for place, entry in enumerate(entries, start=1):
        certificate = entry.batch.certificate
        yield f"certificats/signataire-{place}.pem", (certificate.pem + certificate.chain).encode()
    signers = ", ".join(str(entry.batch.certificate.key.holder) for entry in entries)
    yield (
        "LISEZMOI.txt",
        _WORDS.format(
            title=item.title,
            name=item.file_name,
            reference=item.reference,
            organisation=item.organisation.name,
            signers=signers,
        ).encode(),
    )


def _record(item: Item, entries: list[BatchEntry], made: bytes) -> bytes:
    """The record kept with the batch; one of its own when it is not made yet."""
    for entry in entries:
        if entry.result == item.signature and entry.evidence:
            return bytes(entry.evidence)
    (record,) = evidence.make([hashlib.sha256(made).digest()], installation.clock().stamp)
    return record


def _plain(name: str) -> str:
    """A file's name that may stand in a container."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last if asice.is_plain(last) else "document"


def _journal(item: Item) -> Iterator[tuple[str, bytes]]:
    """The acts of signature in the journal: the proof of each and what opens it; one not sealed yet has none."""
    acts = queries.journal_proofs(item)
    for place, act in enumerate(acts, start=1):
        yield f"preuves/journal-{place}.tlog-proof", act.proof.encode()
        yield f"preuves/journal-{place}.json", act.opening.encode()
    if acts:
        yield "preuves/journal-politique.txt", journal.log_policy().encode()
