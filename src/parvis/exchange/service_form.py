"""The choice of a service, where the organisation has several."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.ui.forms import Form, SelectField

_STEP = " › "
EVERYONE = "organisme"  # no service: the organisation as a whole


class ServiceForm(Form):
    """In whose hands something is put: a service, or `EVERYONE`."""

    unit = SelectField(label=_("Service"), choices=[], missing=_("Choisissez un service."))


def service_form(organisation: UUID, present: UUID | None) -> ServiceForm | None:
    """Return the form, on the present service; None when the organisation has no service to choose from. One query."""
    choices = _choices(organisation)
    if not choices:
        return None
    form = ServiceForm(initial={"unit": str(present or EVERYONE)})
    field: Any = form.fields["unit"]
    field.choices = [(EVERYONE, _("Tout l’organisme")), *choices]
    return form


def _choices(organisation: UUID) -> list[tuple[str, str]]:
    """Every service below the root, named with those above it, in the order of these names."""
    rows = list(directory.units_of(organisation))
    names = {row.id.hex: row.name for row in rows}
    places = [
        (str(row.id), _STEP.join(names.get(step, "") for step in row.path.strip("/").split("/")[1:]))
        for row in rows
        if row.parent_id
    ]
    return sorted(places, key=lambda place: place[1])


def chosen_unit(posted: str) -> UUID | None:
    """Read what was posted. Raise DomainError when it is no id."""
    if posted == EVERYONE:
        return None
    try:
        return UUID(posted)
    except ValueError as error:
        raise DomainError("unknown_unit", "Ce service n’existe pas dans cet organisme.", field="unit") from error
