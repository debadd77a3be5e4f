"""What every page of registers shares."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.identity import queries as identity
from parvis.preservation import queries
from parvis.preservation.commands.standing import unknown_register
from parvis.preservation.models import Register
from parvis.preservation.queries import Reach
from parvis.ui.parts import NavItem

PAGE_SIZE = 50


def person(request: HttpRequest) -> Actor:
    """Return the person signed in."""
    return identity.actor_of(request.user)  # type: ignore[arg-type]


def register_of(register_id: UUID, reach: Reach) -> Register:
    """Return a register that someone may open: theirs, or one deposited with them. Raise AbsentError."""
    row = queries.registers_of(reach).filter(id=register_id).first()
    if row is None:
        received = queries.deposits_of(reach).filter(register_id=register_id).first()
        row = received.register if received else None
    if row is None:
        raise unknown_register()
    return row


def views(current: str, reach: Reach) -> list[NavItem]:
    """Return the tabs: registers, for who reads some; deposits."""
    found = []
    if reach.reads or reach.inspects:
        found.append(NavItem(_("Registres"), reverse("registers"), current=current == "registers"))
    found.append(NavItem(_("Versements"), reverse("deposits"), current=current == "deposits"))
    return found


def tried(form: Any, work: Callable[[], object]) -> bool:
    """Do it; a refusal goes to its field of the form."""
    try:
        work()
    except DomainError as error:
        words.tell(form, error)
        return False
    return True
