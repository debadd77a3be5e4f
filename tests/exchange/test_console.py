"""The operator's pages: organisations registered and closed, processes read, failed jobs tried again or given up."""

import pytest
from django.db import connection
from django.urls import reverse

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue.models import Process
from parvis.core import failed_jobs
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory.enums import OrganisationKind, OrganisationState
from parvis.directory.models import Organisation
from parvis.exchange import commands
from parvis.ledger.models import Entry
from tests.exchange.test_webhook_pages import operator, signed
from tests.support import world
from tests.support.jobs import leave_failed_job
from tests.support.world import World

pytestmark = pytest.mark.django_db

NEW = {
    "kind": "ccas",
    "name": "CCAS de Rennes",
    "siret": "263 500 092 00014",
    "commune_code": "",
    "branch_code": "",
    "email": "ccas@rennes.example",
}


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    return str(row[0]) if row else "gone"


def luhn_fixed(siret: str) -> str:
    """Return the number with a last digit that makes its key right."""
    digits = [int(digit) for digit in siret.replace(" ", "")[:13]]
    total = sum(sum(divmod(digit * (1 if place % 2 else 2), 10)) for place, digit in enumerate(reversed(digits)))
    return "".join(map(str, digits)) + str(-total % 10)


def test_an_organisation_is_registered_found_and_corrected() -> None:
    here = world.build()
    http = operator(here)
    asked = NEW | {"siret": luhn_fixed(NEW["siret"])}
    answer = http.post(reverse("organisation_new"), asked)
    row = Organisation.objects.get(name="CCAS de Rennes")
    place = reverse("organisation", args=[row.id])
    assert (answer.status_code, answer["Location"]) == (302, place)
    for text in ("ccas", row.siret[:9], f"{row.siret[:3]} {row.siret[3:6]}"):
        assert place in http.get(reverse("organisations"), {"q": text}).content.decode(), text
    assert place not in http.get(reverse("organisations"), {"q": "introuvable"}).content.decode()
    assert http.post(place, {"geste": "corriger", "name": "CCAS", "email": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.email, row.state) == ("CCAS", "", OrganisationState.ACTIVE)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"siret": "12345678901234"}, "La clé de ce SIRET est fausse"),
        ({"siret": "123"}, "Un SIRET compte 14 chiffres"),
        ({"kind": "commune"}, "Indiquez la commune de cette mairie"),
        ({"kind": "commune", "commune_code": "99999"}, "Aucune commune ne porte le code INSEE 99999"),
        ({"branch_code": "a b"}, "Le code de branche compte de 1 à 10"),
        ({"email": "pas-une-adresse"}, "adresse"),
        ({"kind": "royaume"}, "Nature"),
        ({"name": ""}, "Nom"),
    ],
)
def test_what_is_wrong_is_said_by_its_field_and_nothing_is_written(changes: dict[str, str], said: str) -> None:
    here = world.build()
    before = Organisation.objects.count()
    answer = operator(here).post(reverse("organisation_new"), NEW | {"siret": luhn_fixed(NEW["siret"])} | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Organisation.objects.count() == before


def test_an_organisation_already_there_is_not_registered_twice() -> None:
    here = world.build()
    asked = NEW | {"kind": "commune", "siret": here.rennes.siret, "commune_code": "35238"}
    answer = operator(here).post(reverse("organisation_new"), asked)
    assert answer.status_code == 422
    assert Organisation.objects.filter(siret=here.rennes.siret).count() == 1


def test_closing_is_asked_for_first_stops_rights_and_can_be_undone() -> None:
    here = world.build()
    http = operator(here)
    place = reverse("organisation", args=[here.rennes.id])
    assert "Fermer cet organisme" in http.post(place, {"geste": "fermer"}).content.decode()
    assert may_read(here)
    http.post(place, {"geste": "fermer-vraiment"})
    assert not may_read(here)
    closed = http.get(reverse("organisations"), {"vue": "fermes"}).content.decode()
    assert (here.rennes.name in closed, here.nice.name in closed) == (True, False)
    http.post(place, {"geste": "rouvrir"})
    assert may_read(here)
    said = Entry.objects.filter(action="directory.organisation_updated").count()
    assert said == 2, "each change is in the journal"


def may_read(here: World) -> bool:
    return access.may(here.as_agent, Action.CASE_READ, organisation=here.rennes.id, process=world.PROCESS).allowed


def test_a_process_says_what_it_carries_and_how_long_it_is_kept() -> None:
    here = world.build()
    http = operator(here)
    listed = http.get(reverse("processes")).content.decode()
    for row in Process.objects.all():
        assert reverse("process", args=[row.code]) in listed
    page = http.get(reverse("process", args=["CERTDC"])).content.decode()
    assert "structure et signature" in page, "the doctor's signature is checked"
    row = Process.objects.get(code="CERTDC")
    assert f"{row.days_before_file_deletion} jour" in page
    assert http.get(reverse("process", args=["INCONNUE"])).status_code == 404


def test_failed_jobs_are_tried_again() -> None:
    here = world.build()
    http = operator(here)
    first, second = (
        leave_failed_job("exchange.send_webhook", delivery_id="1"),
        leave_failed_job("notifications.deliver"),
    )
    page = http.get(reverse("jobs")).content.decode()
    assert "Appeler un webhook" in page
    assert "Envoyer un courriel" in page
    assert http.post(reverse("jobs"), {"travail": [str(first)], "geste": "relancer"}).status_code == 302
    assert (status_of(first), status_of(second)) == ("todo", "failed")
    assert Entry.objects.filter(action="jobs.retried").count() == 1


def test_giving_up_is_asked_for_first() -> None:
    here = world.build()
    http = operator(here)
    job = leave_failed_job("exchange.send_webhook")
    asked = http.post(reverse("jobs"), {"travail": [str(job)], "geste": "abandonner"})
    assert "Abandonner les travaux choisis" in asked.content.decode()
    assert status_of(job) == "failed"
    http.post(reverse("jobs"), {"travail": [str(job)], "geste": "abandonner-vraiment"})
    assert status_of(job) == "gone"


def test_a_job_that_did_not_fail_is_left_alone() -> None:
    here = world.build()
    job = leave_failed_job("exchange.send_webhook")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    person = here.as_agent
    world.allow(person, here.operator.id, (Action.PLATFORM_ADMINISTER,))
    assert commands.retry_jobs(jobs=[job], actor=person) == 0
    assert commands.drop_jobs(jobs=[job, 10**18], actor=person) == 0
    assert status_of(job) == "doing"
    assert not Entry.objects.filter(action__startswith="jobs.").exists(), "nothing was done"


@pytest.mark.parametrize("sent", [{}, {"travail": "999999999"}, {"travail": "1; DROP"}, {"travail": "9" * 40}])
def test_no_job_or_an_unknown_one_is_said(sent: dict[str, str]) -> None:
    here = world.build()
    leave_failed_job("exchange.send_webhook")
    answer = operator(here).post(reverse("jobs"), sent | {"geste": "relancer"})
    assert answer.status_code == 422


def test_failed_jobs_come_page_by_page() -> None:
    numbers = [leave_failed_job("exchange.send_webhook") for _ in range(30)]
    assert [job.id for job in failed_jobs.listed(limit=25)] == numbers[:4:-1]
    assert [job.id for job in failed_jobs.listed(limit=25, offset=25)] == numbers[4::-1]


def test_rights_only_the_platform_sees_and_does_this() -> None:
    here = world.build()
    job = leave_failed_job("exchange.send_webhook")
    world.allow(here.as_agent, here.rennes.id, (Action.MEMBERS_MANAGE,))
    for gesture in (
        lambda: commands.add_organisation(
            kind=OrganisationKind.CCAS, name="x", siret="", branch="", commune="", email="", actor=here.as_agent
        ),
        lambda: commands.correct_organisation(organisation=here.rennes.id, name="x", email="", actor=here.as_agent),
        lambda: commands.set_organisation_state(
            organisation=here.rennes.id, state=OrganisationState.CLOSED, actor=here.as_agent
        ),
        lambda: commands.retry_jobs(jobs=[job], actor=here.as_agent),
        lambda: commands.drop_jobs(jobs=[job], actor=here.as_agent),
    ):
        with pytest.raises((RefusedError, AbsentError, DomainError)):
            gesture()
    http = signed(here.agent)
    pages = ["organisations", "organisation_new", "processes", "jobs"]
    places = [reverse(name) for name in pages]
    places += [reverse("organisation", args=[here.rennes.id]), reverse("process", args=["CERTDC"])]
    for place in places:
        assert http.get(place).status_code == 403, place
    assert http.post(places[4], {"geste": "fermer-vraiment"}).status_code == 403
    assert Organisation.objects.get(id=here.rennes.id).state == OrganisationState.ACTIVE
    assert status_of(job) == "failed"


def test_an_unknown_organisation_is_absent() -> None:
    here = world.build()
    assert operator(here).get(reverse("organisation", args=[new_id()])).status_code == 404
