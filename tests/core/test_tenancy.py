"""The database's own lock between organisations: its traps, each tried."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.core import tenancy
from parvis.core.actor import SYSTEM, Actor
from parvis.core.ids import new_id
from parvis.core.tenancy import APP, NOBODY, OWNER, PLATFORM, Scope, scoped
from parvis.directory import commands as directory
from parvis.directory import queries as units
from parvis.exchange import commands
from parvis.exchange.models import Attachment, Case, Event, Folder, Notification, Subscription
from parvis.teleservices.models import Request
from tests.exchange.test_api import caller
from tests.exchange.test_webhook_pages import operator, signed
from tests.support import world
from tests.support.deposits import deposited
from tests.support.world import World

pytestmark = pytest.mark.django_db


def of(*organisations: Any, person: Any = "") -> Scope:
    return Scope(APP, "account", str(person), tenancy.array([one.id for one in organisations]))


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return str(cursor.fetchone()[0] or "")


def user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_a_town_meets_its_own_rows_whatever_the_query_forgets() -> None:
    here = world.build()
    case, _ = deposited(here)
    for scope, seen in ((of(here.rennes), 1), (of(here.nice), 0), (of(here.operator), 1), (NOBODY, 0), (PLATFORM, 1)):
        with scoped(scope):
            # No filter at all: the mistake that the second lock is there for.
            assert (Case.objects.count(), Folder.objects.count()) == (seen, seen), scope
            assert bool(Attachment.objects.count()) == bool(seen)
            assert Case.objects.filter(id=case.id).exists() == bool(seen)


def test_a_citizen_meets_their_own_request_and_no_other() -> None:
    here = world.build()
    _, request = deposited(here)
    with scoped(of(person=here.citizen.id)):
        assert Request.objects.get().id == request.id
        assert Folder.objects.count() == Case.objects.count() == 1
    with scoped(of(person=here.agent.id)):
        assert Request.objects.count() == Folder.objects.count() == 0


def test_foreign_rows_are_neither_changed_nor_deleted_nor_written() -> None:
    here = world.build()
    case, _ = deposited(here)
    with scoped(of(here.nice)):
        assert Case.objects.filter(id=case.id).update(status="DONE") == 0
        assert Notification.objects.all().delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Notification.objects.create(
                recipient_id=here.nice.id, transmitter_id=here.nice.id, process_id=world.PROCESS, case_id=case.id
            )
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Grant.objects.create(
                principal_kind="account",
                principal_id=here.agent.id,
                organisation_id=here.rennes.id,
                actions=[Action.CASE_READ],
                granted_by="x",
            )
    case.refresh_from_db()
    assert case.status != "DONE"


def test_who_receives_what_is_read_by_all_and_changed_by_its_owner() -> None:
    here = world.build()
    with scoped(of(here.nice)):
        assert Subscription.objects.filter(subscriber=here.rennes).exists()
        assert Subscription.objects.filter(subscriber=here.rennes).update(emails=["x@y.example"]) == 0


def test_a_scope_ends_with_its_block_also_after_an_error() -> None:
    here = world.build()
    names: list[str] = []
    with pytest.raises(IndexError), scoped(of(here.rennes)):
        names[1] = user()
    with scoped(of(here.rennes)):
        assert user() == APP
    assert (user(), setting("app.organisations")) == (connection.settings_dict["USER"], "")


def test_a_rollback_keeps_no_scope_and_loses_none() -> None:
    here = world.build()
    with scoped(of(here.rennes)):
        ours = setting("app.organisations")
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            scoped(of(here.nice)),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 / 0")
        assert setting("app.organisations") == ours
        with transaction.atomic(), scoped(of(here.nice)):
            pass
        assert setting("app.organisations") == ours, "a savepoint that is kept keeps what was set in it"


@pytest.mark.django_db(transaction=True)
def test_a_connection_taken_again_forgets_whose_it_was() -> None:
    here = world.build()
    deposited(here)
    tenancy.apply(connection, of(here.rennes), local=False)
    assert Case.objects.count() == 1
    connection.close()  # to the pool, in service
    with scoped(NOBODY):
        assert Case.objects.count() == 0
    connection.close()
    assert user() != APP


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_share_a_scope() -> None:
    here = world.build()
    deposited(here)
    seen: list[int] = []

    def look() -> None:
        with scoped(of(here.nice)):
            seen.append(Case.objects.count())
        connection.close()

    with scoped(of(here.rennes)):
        thread = Thread(target=look)
        thread.start()
        thread.join()
        assert Case.objects.count() == 1
    assert seen == [0]


def test_a_row_may_not_point_into_another_organisation() -> None:
    # Foreign keys are checked as the owner: they see what the scope hides.
    here = world.build()
    case, _ = deposited(here)
    with scoped(of(here.nice)), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Event.objects.create(case_id=case.id, type="EVENT", author="x")


def test_a_streamed_answer_reads_for_the_one_who_asked() -> None:
    here = world.build()
    deposited(here)
    lines: Iterator[Any]
    with scoped(of(here.rennes)):
        lines = Case.objects.iterator()
    with scoped(NOBODY):
        assert list(lines) == [], "evaluated after its scope: nothing, rather than everything"


def test_a_request_works_for_who_proved_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    here = world.build()
    case, _ = deposited(here)
    seen: list[Scope] = []
    monkeypatch.setattr("parvis.exchange.queries.inbox", spied(seen))
    signed(here.agent).get(reverse("desk"))
    signed(here.foreign_agent).get(reverse("desk"))
    operator(here).get(reverse("desk"))
    assert [scope.role for scope in seen] == [APP, APP, "parvis_batch"]
    assert str(here.rennes.id) in seen[0].organisations
    assert str(here.rennes.id) not in seen[1].organisations
    assert tenancy.present() == OWNER
    program = caller(here, here.nice, Action.CASE_READ)
    assert program.get(f"/api/v1/cases/{case.id}").status_code == 404


def spied(seen: list[Scope]) -> Any:
    def inbox(*_: Any, **__: Any) -> Any:
        seen.append(tenancy.present())
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == seen[-1].role
        return Case.objects.none()

    return inbox


def test_administering_ones_own_town_is_not_administering_the_platform() -> None:
    here = world.build()
    world.allow(Actor("account", here.agent.id), here.rennes.id, (Action.PLATFORM_ADMINISTER,))
    with tenancy.request():
        tenancy.become("account", here.agent.id)
        assert tenancy.present().role == APP


@pytest.mark.parametrize("way", ["account", "membership", "unit"])
def test_the_operators_people_work_for_the_platform_whichever_way_they_hold_the_right(way: str) -> None:
    here = world.build()
    post = directory.add_member(account=here.foreign_agent.id, organisation=here.operator.id, actor=SYSTEM)
    root = units.units_of(here.operator.id).get(parent=None)
    holder = {"account": here.foreign_agent.id, "membership": post.id, "unit": root.id}[way]
    Grant.objects.create(
        principal_kind=way,
        principal_id=holder,
        organisation_id=here.operator.id,
        actions=[Action.PLATFORM_ADMINISTER],
        granted_by="x",
    )
    with tenancy.request():
        tenancy.become("account", here.foreign_agent.id)
        assert tenancy.present() == PLATFORM
    with tenancy.request():
        tenancy.become("account", here.agent.id)
        assert tenancy.present().role == APP


def test_the_roles_are_neither_owner_nor_above_the_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcanlogin FROM pg_roles"
            " WHERE rolname IN ('parvis_app', 'parvis_batch') ORDER BY 1"
        )
        assert cursor.fetchall() == [("parvis_app", False), ("parvis_batch", False)]
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) LIKE 'parvis\\_%%'")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
        assert cursor.fetchone()[0] is False, "the embedded server's own user obeys policies too"


QUERIES = (Case, Folder, Attachment, Event, Notification, Grant, Request)


def test_no_query_shows_a_row_of_another_organisation() -> None:
    """Random filters, orders and joins, as two towns that got the same folder: what each sees is its own."""
    here = two_towns()

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
    @given(
        model=st.sampled_from(QUERIES),
        towns=st.permutations([here.rennes, here.nice]),
        order=st.sampled_from(["id", "-id", "?"]),
        how=st.sampled_from(["rows", "values", "exclude", "or"]),
    )
    def look(model: Any, towns: Any, order: str, how: str) -> None:
        mine, other = towns
        with scoped(of(mine)):
            rows = model.objects.order_by(order)
            rows = rows.exclude(id=new_id()) if how == "exclude" else rows
            rows = rows.filter(id=new_id()) | rows if how == "or" else rows
            shown = [str(row if how == "values" else vars(row)) for row in (rows.values() if how == "values" else rows)]
            assert model.objects.count() == len(shown)
        assert str(other.id) not in " ".join(shown)

    look()


def two_towns() -> World:
    """One folder for both, and rights in each."""
    here = world.build()
    piece = commands.NewAttachment("ji", "carte.pdf", 1000, "application/pdf", recipients=[0])
    deposit = commands.Deposit(
        world.PROCESS,
        "DEUX-VILLES",
        commands.Applicant("Camille", "Martin"),
        [commands.NewCase(here.rennes.id), commands.NewCase(here.nice.id)],
        [piece],
    )
    commands.deposit(deposit=deposit, depositor=here.operator.id, actor=SYSTEM)
    for town, agent in ((here.rennes, here.agent), (here.nice, here.foreign_agent)):
        world.allow(Actor("account", agent.id), town.id, (Action.CASE_READ,))
    return here


def seen_by(folder: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(seen_by)::text FROM exchange_folder WHERE id = %s ORDER BY 1", [folder])
        return [row[0] for row in cursor.fetchall()]


def test_the_database_keeps_who_receives_a_folder() -> None:
    """Added, moved and removed, whoever writes: the policy of folders reads this and nothing else of its cases."""
    here = two_towns()
    folder = Folder.objects.get()
    both = sorted(str(town.id) for town in (here.rennes, here.nice))
    assert seen_by(folder.id) == both
    Case.objects.filter(recipient=here.nice).update(recipient=here.operator)
    assert seen_by(folder.id) == sorted([str(here.rennes.id), str(here.operator.id)])
    with scoped(of(here.nice)):
        assert not Folder.objects.exists()
    Case.objects.filter(recipient=here.operator).delete()
    assert seen_by(folder.id) == [str(here.rennes.id)]
    with scoped(of(here.rennes)):
        assert Folder.objects.exists()
        assert not hasattr(Folder.objects.get(), "seen_by"), "a recipient does not learn who else receives"


def test_nobody_becomes_a_recipient_by_writing_so() -> None:
    here = two_towns()
    folder = Folder.objects.get()
    with (
        scoped(of(here.rennes)),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO exchange_folder SELECT (jsonb_populate_record(f, jsonb_build_object('id', %s::text,"
            " 'external_id', 'FAUX', 'depositor_id', %s::text))).* FROM exchange_folder f WHERE id = %s",
            [new_id(), here.operator.id, folder.id],
        )
