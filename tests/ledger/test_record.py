"""Entries are written with the act they tell of, and cannot be changed."""

import threading
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from parvis.core.actor import ANONYMOUS, SYSTEM, Actor
from parvis.core.errors import ConflictError, RefusedError
from parvis.ledger import commands, rules
from parvis.ledger.models import Entry, Pending
from tests.ledger.conftest import TABLES

ACTOR = Actor("account", id=uuid4(), acting_for=uuid4(), label="Ève Martin")


class Oops(Exception):  # noqa: N818 - not an error of the program
    """Raised by a test to roll back."""


def content_of(entry: Entry) -> rules.Content:
    return rules.Content(**{name: getattr(entry, name) for name in rules.Content.__slots__})


@pytest.mark.django_db
def test_an_entry_says_everything_and_its_digests_commit_to_it() -> None:
    citizen, grant = uuid4(), uuid4()
    identifier = commands.record(
        actor=ACTOR,
        action="exchange.case_read",
        subject="case:12",
        purpose="instruction",
        legal_basis="CRPA L311-1",
        grants=[grant],
        details={"pièce": "acte", "le": date(2026, 1, 2), "montant": Decimal("1.50"), "qui": citizen, "nul": "\x00"},
        about=citizen,
    )
    entry = Entry.objects.get(id=identifier)
    assert (entry.actor_kind, entry.actor_id, entry.acting_for) == ("account", ACTOR.id, ACTOR.acting_for)
    assert (entry.action, entry.subject, entry.purpose) == ("exchange.case_read", "case:12", "instruction")
    assert (entry.legal_basis, entry.grants, entry.outcome) == ("CRPA L311-1", [grant], "done")
    assert (entry.about, entry.actor_label) == (citizen, "Ève Martin")
    assert entry.facts["montant"] == "1.50"
    assert entry.salt is not None
    private = rules.private_digest(content_of(entry), bytes(entry.salt))
    assert bytes(entry.private_digest) == private
    assert bytes(entry.digest) == rules.entry_digest(content_of(entry), private)
    assert Pending.objects.filter(entry_id=identifier, digest=entry.digest).exists()


@pytest.mark.django_db
def test_two_like_acts_have_unlike_digests() -> None:
    for _ in range(2):
        commands.record(actor=SYSTEM, action="a.done", subject="x:1")
    digests = {bytes(digest) for digest in Entry.objects.values_list("digest", flat=True)}
    privates = {bytes(digest) for digest in Entry.objects.values_list("private_digest", flat=True)}
    assert len(digests) == len(privates) == 2


@pytest.mark.django_db
def test_text_that_postgresql_cannot_keep_is_cleaned() -> None:
    identifier = commands.record(actor=ANONYMOUS, action="a.done", subject="x\x00:1", purpose="\ud800!")
    entry = Entry.objects.get(id=identifier)
    assert (entry.subject, entry.purpose) == ("x:1", "?!")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "subject"), [("", "x:1"), ("Case Read", "x:1"), ("1.done", "x:1"), ("a.done", ""), ("a.done\n", "x:1")]
)
def test_a_nameless_act_is_refused(action: str, subject: str) -> None:
    with pytest.raises(IntegrityError):
        commands.record(actor=SYSTEM, action=action, subject=subject)


@pytest.mark.django_db
@pytest.mark.parametrize("details", [{"x": object()}, {"x": float("nan")}, {"x": {1, 2}}])
def test_details_without_a_plain_form_are_refused(details: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        commands.record(actor=SYSTEM, action="a.done", subject="x:1", details=details)


@pytest.mark.django_db(transaction=True)
def test_there_is_no_entry_without_a_transaction() -> None:
    with pytest.raises(commands.OutsideTransactionError):
        commands.record(actor=SYSTEM, action="a.done", subject="x:1")
    with pytest.raises(commands.OutsideTransactionError):
        commands.record_many([commands.NewEntry(actor=SYSTEM, action="a.done", subject="x:1")])
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_command_leaves_no_entry() -> None:
    @transaction.atomic(durable=True)
    def command() -> None:
        commands.record(actor=SYSTEM, action="a.done", subject="x:1")
        commands.record_many([commands.NewEntry(actor=SYSTEM, action="a.done", subject="x:2")])
        raise Oops

    with pytest.raises(Oops):
        command()
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_command_it_refused() -> None:
    @commands.refusals_recorded(actor=ACTOR, action="a.tried", subject="x:1")
    @transaction.atomic(durable=True)
    def command() -> None:
        commands.record(actor=ACTOR, action="a.done", subject="x:1")
        raise RefusedError("not_yours", "Ce dossier n’est pas dans votre périmètre.")

    with pytest.raises(RefusedError):
        command()
    entry = Entry.objects.get()
    assert (entry.action, entry.outcome, entry.facts) == ("a.tried", "refused", {"code": "not_yours"})


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_the_doomed_transaction_is_a_mistake() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        commands.record_refusal(actor=ACTOR, action="a.tried", subject="x:1")


@pytest.mark.django_db(transaction=True)
def test_other_errors_are_not_refusals() -> None:
    with (
        pytest.raises(ConflictError),
        commands.refusals_recorded(actor=ACTOR, action="a.tried", subject="x:1"),
        transaction.atomic(durable=True),
    ):
        raise ConflictError("too_late", "Le dossier est clos.")
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_many_entries_at_once_are_like_single_ones() -> None:
    many = [commands.NewEntry(actor=ACTOR, action="a.done", subject=f"x:{n}", grants=[uuid4()] * n) for n in range(3)]
    identifiers = commands.record_many(many)
    entries = list(Entry.objects.order_by("subject"))
    assert [entry.id for entry in entries] == identifiers
    assert [len(entry.grants) for entry in entries] == [0, 1, 2]
    for entry in entries:
        assert entry.salt is not None
        private = rules.private_digest(content_of(entry), bytes(entry.salt))
        assert bytes(entry.digest) == rules.entry_digest(content_of(entry), private)
    assert Pending.objects.count() == 3
    assert commands.record_many([]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET action = 'b.done'",
        "UPDATE ledger_entry SET details = ''",
        "UPDATE ledger_entry SET salt = NULL, details = '', about = NULL, actor_label = '', subject = 'y:1'",
        "UPDATE ledger_entry SET salt = NULL, details = '', about = NULL, actor_label = '', digest = sha256('x')",
        "UPDATE ledger_entry SET salt = NULL",
        "DELETE FROM ledger_entry",
    ],
)
def test_the_database_refuses_to_change_an_entry(statement: str) -> None:
    commands.record(actor=ACTOR, action="a.done", subject="x:1", details={"a": 1})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_empty_the_journal(table: str) -> None:
    with connection.cursor() as cursor:
        # The session's fixture lets tests be cleaned up; restore what an installation has.
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_threads_record_side_by_side() -> None:
    def work() -> None:
        try:
            for number in range(20):
                with transaction.atomic(durable=True):
                    commands.record(actor=SYSTEM, action="a.done", subject=f"x:{number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Entry.objects.count() == Pending.objects.count() == 80


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_canonical_text_ignores_the_order_of_keys(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert rules.canonical(value) == rules.canonical(turned)
    assert rules.canonical(value).isascii()
