"""Open registers, close them, add mentions; say which court watches over which commune."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError, Problems
from parvis.core.text import clean
from parvis.directory import queries as directory
from parvis.ledger import commands as ledger
from parvis.preservation import numbering
from parvis.preservation.commands import writing
from parvis.preservation.commands.standing import locked_register, require_keeper
from parvis.preservation.enums import EntryKind, LegalState, Office, RegisterKind
from parvis.preservation.intake.drafts import Draft
from parvis.preservation.models import Jurisdiction, Register

FIRST_YEAR, LAST_YEAR = 1792, 2200
LEGAL_BASIS = "Code civil, articles 40 et 49"


def set_jurisdiction(*, organisation: UUID, office: Office, communes: list[str], actor: Actor) -> int:
    """Have an office of a court watch over these communes, in the place of another if need be. Return how many."""
    codes = {code.upper() for code in communes}
    unknown = sorted(code for code in codes if directory.commune(code) is None)
    if unknown:
        raise DomainError(
            "unknown_communes",
            "Aucune commune ne porte ces codes INSEE : %(codes)s.",
            params={"codes": ", ".join(unknown[:10])},
        )
    with transaction.atomic():
        for code in codes:
            Jurisdiction.objects.update_or_create(
                office=office, commune_id=code, defaults={"organisation_id": organisation}
            )
        ledger.record(
            actor=actor,
            action="preservation.jurisdiction_set",
            subject=f"organisation:{organisation}",
            details={"office": str(office), "communes": sorted(codes)},
        )
    return len(codes)


def open_register(
    *, organisation: UUID, commune: str, kind: RegisterKind, year: int, volume: int = 1, actor: Actor
) -> UUID:
    """Open a volume for a commune that the town hall keeps the registers of; the same one twice is the same one."""
    grants = access.require(actor, Action.REGISTER_KEEP, organisation=organisation, process=EVERY_PROCESS).grants
    keeper = directory.organisation_of_commune(commune)
    problems = Problems()
    if keeper is None or keeper.id != organisation:
        problems.add("not_your_commune", "Cet organisme ne tient pas les registres de cette commune.", field="commune")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        problems.add(
            "bad_year", "L’année d’un registre est entre %(first)s et %(last)s.", field="year",
            params={"first": str(FIRST_YEAR), "last": str(LAST_YEAR)},
        )  # fmt: skip
    if volume < 1:
        problems.add("bad_volume", "Le premier tome porte le numéro 1.", field="volume")
    problems.refuse_if_any()
    with transaction.atomic():
        row, created = Register.objects.get_or_create(
            commune_code=commune.upper(),
            kind=kind,
            year=year,
            volume=volume,
            defaults={"organisation_id": organisation},
        )
        if row.organisation_id != organisation:
            raise ConflictError("register_kept_elsewhere", "Ce registre est tenu par un autre organisme.")
        if created:
            ledger.record(
                actor=actor,
                action="preservation.register_opened",
                subject=f"register:{row.id}",
                legal_basis=LEGAL_BASIS,
                grants=grants,
                details={"label": row.label},
            )
    return row.id


def close_register(*, register_id: UUID, on: date, actor: Actor) -> None:
    """Note the day of the closing minutes: no act may be added after. Mentions still are."""
    with transaction.atomic():
        row = locked_register(register_id)
        grants = require_keeper(row, actor)
        if row.closed_on is not None:
            raise ConflictError(
                "register_closed", "Ce registre est clos depuis le %(day)s.", params={"day": row.closed_on}
            )
        row.closed_on = on
        row.save(update_fields=("closed_on",))
        ledger.record(
            actor=actor,
            action="preservation.register_closed",
            subject=f"register:{row.id}",
            legal_basis=LEGAL_BASIS,
            grants=grants,
            details={"on": on, "size": row.size},
        )


def add_mention(
    *,
    register_id: UUID,
    number: str,
    text: str,
    dated: date,
    state: LegalState = LegalState.VALID,
    kind: EntryKind = EntryKind.MENTION,
    actor: Actor,
) -> None:
    """Add a mention in the margin of an act, or a change of its state: a new entry that names the one before it."""
    found = numbering.parse(number)
    said = clean(text)
    problems = Problems()
    if found is None:
        problems.add("bad_act_number", "Écrivez le numéro de l’acte, avec son suffixe (12 bis).", field="number")
    if not said:
        problems.add("mention_empty", "Écrivez le texte de la mention.", field="text")
    problems.refuse_if_any()
    assert found is not None  # noqa: S101 - refused above
    with transaction.atomic():
        row = locked_register(register_id)
        grants = require_keeper(row, actor)
        if found not in writing.heads(row, [found[0]]):
            raise AbsentError("unknown_act", "Ce registre n’a pas d’acte de ce numéro.", field="number")
        one = Draft(EntryKind(kind), *found, dated, LegalState(state), {"texte": said})
        try:
            (added,) = writing.append(row, [one])
        except IntegrityError as error:
            raise ConflictError("act_changed", "Cet acte vient de changer. Recommencez.") from error
        ledger.record(
            actor=actor,
            action="preservation.mention_added",
            subject=f"register:{row.id}",
            legal_basis="Code civil, article 49",
            grants=grants,
            details={"act": added.content.name, "version": added.content.version, "leaf": added.leaf.hex()},
        )
