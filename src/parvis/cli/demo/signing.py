"""The parapheur in the demo: fifty cases answered by one confirmation, and what proves one of the answers."""

import time
from collections.abc import Callable
from typing import Any

from parvis.cli.up import say
from parvis.core.actor import SYSTEM, Actor

COUNT = 50
LEFT_TO_SIGN = 5
CIRCUIT = "Réponses aux habitants"
SIGN_SECONDS = 120.0
TEXT = """Bonjour {prénom} {nom},

Votre demande d’acte n° {numéro} est acceptée : l’acte vous sera envoyé sous cinq jours.

{mairie}, le {date}"""


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
    from parvis.signing.enums import BatchState, Level  # noqa: PLC0415 - same

    town, agent, mayor = _ready()
    circuit = queries.circuits_of([town]).get(name=CIRCUIT).id
    began = time.monotonic()
    run = _answer(_cases(town, COUNT), circuit, agent)
    _answer(_cases(town, LEFT_TO_SIGN), circuit, agent)
    sent = _sent(run, agent)
    say(f"  ✓ {COUNT} dossiers choisis, {COUNT} réponses faites d’un seul texte et envoyées au parapheur de la maire")
    batch = queries.batch_of(commands.freeze_batch(organisation=town, items=sent, level=Level.B_T, actor=mayor), mayor)
    say(f"  ✓ liste figée : {batch.count} documents, empreinte {bytes(batch.digest).hex()[:16]}…")
    commands.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=mayor)
    _until("la signature du lot", lambda: _state(batch) == BatchState.DONE)
    _until("la remise des réponses", lambda: _counts(run, agent).delivered == COUNT)
    spent = time.monotonic() - began
    say(f"  ✓ une confirmation : {batch.count} réponses signées, datées, jointes à leurs dossiers en {spent:.1f} s")
    say(f"  ✓ {_verified(commands.evidence_container(item_id=sent[0], actor=agent))}")


def _ready() -> tuple[Any, Actor, Actor]:
    """The town, an agent of its follow-up desk and its mayor, with a circuit and a key; made once."""
    from parvis.access import commands as rights  # noqa: PLC0415 - Django must be ready
    from parvis.access import queries as access  # noqa: PLC0415 - same
    from parvis.access.enums import EVERY_PROCESS, Action  # noqa: PLC0415 - same
    from parvis.cli.demo.world import PEOPLE, TOWNS  # noqa: PLC0415 - Django must be ready
    from parvis.directory import queries as directory  # noqa: PLC0415 - same
    from parvis.identity import queries as identity  # noqa: PLC0415 - same
    from parvis.signing import commands, queries  # noqa: PLC0415 - same
    from parvis.signing.enums import StepKind  # noqa: PLC0415 - same

    code, _, siret, _ = TOWNS[0]
    town = directory.organisation_named(siret, code)
    people = [identity.account_by_email(PEOPLE[who][0]) for who in ("agent", "mayor")]
    if town is None or None in people:
        raise TimeoutError("les comptes de démonstration manquent")
    agent, mayor = (identity.actor_of(one) for one in people if one)
    prepares = access.may(agent, Action.ACT_PREPARE, organisation=town.id, process=EVERY_PROCESS).allowed
    if not prepares:
        rights.grant(to=agent, organisation=town.id, actions=[Action.ACT_PREPARE], actor=SYSTEM)
    if not queries.circuits_of([town.id]).filter(name=CIRCUIT).exists():
        steps = [commands.NewStep(StepKind.SIGNATURE, mayor.person)]
        commands.create_circuit(organisation=town.id, name=CIRCUIT, steps=steps, actor=SYSTEM)
    if not queries.certificates_of([town.id]).filter(key__holder_id=mayor.person).exists():
        commands.open_key(organisation=town.id, holder=mayor.person, actor=SYSTEM)
    return town.id, agent, mayor


def _cases(town: Any, count: int) -> list[Any]:
    """Deposit requests for civil-status records, as a depositor does, and return the town's cases."""
    from parvis.core.ids import new_id  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands, queries  # noqa: PLC0415 - same

    depositor = queries.platform_depositor()
    deposits = [
        commands.Deposit(
            "EtatCivil",
            f"DEMO-{new_id().hex[-20:]}",
            commands.Applicant("Camille", f"Martin {number}"),
            [commands.NewCase(town)],
        )
        for number in range(1, count + 1)
    ]
    made = commands.deposit_many(deposits=[(one, depositor) for one in deposits], actor=SYSTEM)
    refused = next((one for one in made if not isinstance(one, commands.DepositedFolder)), None)
    if refused is not None:
        raise refused
    return [case for one in made if isinstance(one, commands.DepositedFolder) for case in one.cases]


def _answer(cases: list[Any], circuit: Any, agent: Actor) -> Any:
    from parvis.catalogue.enums import CaseStatus  # noqa: PLC0415 - Django must be ready
    from parvis.exchange import commands  # noqa: PLC0415 - same

    reply = commands.NewReply(circuit, "Votre demande d’acte", TEXT, CaseStatus.DONE)
    return commands.send_replies(cases=cases, reply=reply, actor=agent)


def _replies(run: Any, agent: Actor) -> Any:
    from parvis.exchange import queries  # noqa: PLC0415 - Django must be ready

    return queries.replies_of_run(run, agent)


def _sent(run: Any, agent: Actor) -> list[Any]:
    """The documents of a gesture, once its job has made them all."""
    _until("la préparation des réponses", lambda: not _replies(run, agent).filter(item=None).exists())
    return list(_replies(run, agent).values_list("item", flat=True))


def _counts(run: Any, agent: Actor) -> Any:
    from parvis.exchange import queries  # noqa: PLC0415 - Django must be ready

    return queries.count_replies(_replies(run, agent).values_list("state", flat=True))


def _state(batch: Any) -> str:
    batch.refresh_from_db()
    return str(batch.state)


def _until(what: str, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SIGN_SECONDS
    while not done():
        if time.monotonic() > deadline:
            message = f"{what} n’a pas fini à temps"
            raise TimeoutError(message)
        time.sleep(0.1)


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
