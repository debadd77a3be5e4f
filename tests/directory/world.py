"""Organisations, people and races that the tests of the directory share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection

from parvis.core.actor import SYSTEM
from parvis.core.errors import DomainError
from parvis.directory import commands
from parvis.directory.enums import OrganisationKind, UnitKind
from parvis.directory.models import Organisation, Unit
from parvis.ledger import queries as ledger

STATE = "13000918600011"


def state(name: str = "Préfecture", **fields: str) -> Organisation:
    return commands.register_organisation(
        kind=OrganisationKind.STATE, name=name, siret=fields.pop("siret", STATE), actor=SYSTEM, **fields
    )


def root_of(organisation: Organisation) -> Unit:
    return Unit.objects.get(organisation=organisation, parent=None)


def account(email: str = "agent@exemple.fr") -> UUID:
    created = get_user_model().objects.create_user(email)
    return created.id


def actions(subject: str) -> list[str]:
    return [entry.action for entry in ledger.entries_of(subject)]


def tree() -> tuple[Unit, Unit, Unit, Unit]:
    root = root_of(state())
    a = commands.add_unit(parent=root.id, name="A", kind=UnitKind.DIRECTION, actor=SYSTEM)
    b = commands.add_unit(parent=root.id, name="B", kind=UnitKind.DIRECTION, actor=SYSTEM)
    leaf = commands.add_unit(parent=a.id, name="Feuille", kind=UnitKind.BUREAU, actor=SYSTEM)
    return root, a, b, leaf


def together(*calls: Callable[[], object]) -> list[str]:
    """Run calls side by side; return "ok" or the code of the refusal, sorted."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))
