"""The parapheur in the demo: fifty answers signed by one confirmation, and what proves one of them."""

import time
from typing import Any

from parvis.cli.up import say
from parvis.core.actor import SYSTEM, Actor

COUNT = 50
LEFT_TO_SIGN = 5
CIRCUIT = "Réponses aux habitants"
SIGN_SECONDS = 60.0


def play() -> int:
    """Return 0 when the fifty are signed and their proofs hold; say each step."""
    from parvis.core.errors import DomainError  # noqa: PLC0415 - Django must be ready

    try:
        _play()
    except (DomainError, TimeoutError) as error:
        say(f"  ✗ {error}")
        return 1
    return 0


def _play() -> None:
    from parvis.signing import commands, queries  # noqa: PLC0415 - Django must be ready
    from parvis.signing.enums import Level  # noqa: PLC0415 - same

    town, clerk, mayor = _ready()
    circuit = queries.circuits_of([town]).get(name=CIRCUIT).id
    began = time.monotonic()
    sent = _submit(town, circuit, clerk, COUNT)
    _submit(town, circuit, clerk, LEFT_TO_SIGN)
    say(f"  ✓ {COUNT} réponses envoyées au parapheur de la maire, par le greffe")
    batch = queries.batch_of(commands.freeze_batch(organisation=town, items=sent, level=Level.B_T, actor=mayor), mayor)
    say(f"  ✓ liste figée : {batch.count} documents, empreinte {bytes(batch.digest).hex()[:16]}…")
    commands.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=mayor)
    _wait(batch)
    say(f"  ✓ une confirmation : {batch.count} documents signés et horodatés en {time.monotonic() - began:.1f} s")
    say(f"  ✓ {_verified(commands.evidence_container(item_id=sent[0], actor=clerk))}")


def _ready() -> tuple[Any, Actor, Actor]:
    """The town, its clerk and its mayor, with a circuit and a key; made once."""
    from parvis.cli.demo.world import PEOPLE, TOWNS  # noqa: PLC0415 - Django must be ready
    from parvis.directory import queries as directory  # noqa: PLC0415 - same
    from parvis.identity import queries as identity  # noqa: PLC0415 - same
    from parvis.signing import commands, queries  # noqa: PLC0415 - same
    from parvis.signing.enums import StepKind  # noqa: PLC0415 - same

    code, _, siret, _ = TOWNS[0]
    town = directory.organisation_named(siret, code)
    people = [identity.account_by_email(PEOPLE[who][0]) for who in ("clerk", "mayor")]
    if town is None or None in people:
        raise TimeoutError("les comptes de démonstration manquent")
    clerk, mayor = (identity.actor_of(one) for one in people if one)
    if not queries.circuits_of([town.id]).filter(name=CIRCUIT).exists():
        steps = [commands.NewStep(StepKind.SIGNATURE, mayor.person)]
        commands.create_circuit(organisation=town.id, name=CIRCUIT, steps=steps, actor=SYSTEM)
    if not queries.certificates_of([town.id]).filter(key__holder_id=mayor.person).exists():
        commands.open_key(organisation=town.id, holder=mayor.person, actor=SYSTEM)
    return town.id, clerk, mayor


def _submit(town: Any, circuit: Any, clerk: Actor, count: int) -> list[Any]:
    from django.db import transaction  # noqa: PLC0415 - Django must be ready

    from parvis.cli.bench.signing.material import answer  # noqa: PLC0415 - same
    from parvis.core.ids import new_id  # noqa: PLC0415 - same
    from parvis.documents import commands as documents  # noqa: PLC0415 - same
    from parvis.signing import commands  # noqa: PLC0415 - same

    with transaction.atomic():
        made = [
            commands.Submission(
                f"Réponse n° {number}", f"reponse-{number}.pdf", documents.keep_bytes(answer(number)), new_id().hex
            )
            for number in range(1, count + 1)
        ]
        return commands.submit_many(
            organisation=town, circuit=circuit, source="demonstration", submissions=made, actor=clerk
        )


def _wait(batch: Any) -> None:
    from parvis.signing.enums import BatchState  # noqa: PLC0415 - Django must be ready

    deadline = time.monotonic() + SIGN_SECONDS
    while batch.state != BatchState.DONE:
        if time.monotonic() > deadline:
            raise TimeoutError("la signature du lot n’a pas fini à temps")
        time.sleep(0.1)
        batch.refresh_from_db()


def _verified(container: bytes) -> str:
    """Verify the container as anyone would, from its bytes alone."""
    from parvis.core.clock import now  # noqa: PLC0415 - Django must be ready
    from parvis.signing import installation  # noqa: PLC0415 - same
    from parvis.signing.validation import service  # noqa: PLC0415 - same
    from parvis.signing.validation.verdicts import Indication  # noqa: PLC0415 - same

    report = service.validate(
        container,
        name="preuves.asice",
        signers=installation.trust(),
        dated_by=installation.timestamp_trust(),
        at=now(),
    )
    if report.indication is not Indication.PASSED:
        message = f"le conteneur de preuves n’est pas valable : {report.sub}"
        raise TimeoutError(message)
    return f"conteneur de preuves de la première vérifié : {report.indication} ({len(container) // 1024} Ko)"
