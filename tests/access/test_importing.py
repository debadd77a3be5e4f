"""A sheet of people and rights: all of it or nothing, and every wrong line by its number."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis import cli
from parvis.access import commands, sheet
from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.catalogue.commands import install_processes
from parvis.core import tenancy
from parvis.core.actor import SYSTEM
from parvis.core.errors import DomainError, RefusedError
from parvis.directory.models import Membership
from parvis.identity.models import Account
from tests.access import town as towns
from tests.access.town import MANAGE, administrator, give, may, someone

HEAD = "courriel;service;fonction;droits;demarche;fin\n"


def account(name: str) -> Account:
    return Account.objects.create_user(f"{name}@exemple.example")


def bring(town: towns.Town, text: str, *, dry_run: bool = False, **more: Any) -> commands.ImportReport:
    return commands.import_sheet(organisation=town.id, text=HEAD + text, dry_run=dry_run, **({"actor": SYSTEM} | more))


@pytest.mark.django_db
def test_a_good_sheet_adds_people_and_rights_once() -> None:
    town = towns.build()
    install_processes()
    for name in ("alix", "lou"):
        account(name)
    text = (
        "alix@exemple.example;État civil;Officière;consulter, Traiter;EtatCivil;\n"
        ";;;;;\n"
        "lou@exemple.example;;;télécharger+suivre;;31/12/2026\n"
        "alix@exemple.example;État civil;;deposer;;\n"
    )
    said = bring(town, text, dry_run=True)
    assert (said.done, said.people, said.rights, said.problems) == (False, 2, 3, [])
    assert not Membership.objects.exists()
    assert bring(town, text).done
    assert (Membership.objects.count(), Grant.objects.count()) == (2, 3)
    assert {tuple(row.actions) for row in Grant.objects.all()} == {
        ("case:process", "case:read"),
        ("case:download", "folder:read"),
        ("folder:deposit",),
    }


@pytest.mark.django_db
def test_every_wrong_line_is_told_by_its_number_and_nothing_is_written() -> None:
    town = towns.build()
    install_processes()
    account("alix")
    text = (
        "alix@exemple.example;;;consulter;;\n"
        "inconnu@exemple.example;;;consulter;;\n"
        "sans-adresse;;;;;\n"
        "alix@exemple.example;Nulle part;;;;\n"
        "alix@exemple.example;;;voler;;\n"
        "alix@exemple.example;;;;Rien;\n"
        "alix@exemple.example;;;;;demain\n"
        "alix@exemple.example;;;consulter;;31/12/2099\n"
    )
    said = bring(town, text)
    assert [(number, error.code) for number, error in said.problems] == [
        (3, "account_unknown"),
        (4, "no_email"),
        (5, "unknown_service"),
        (6, "unknown_right"),
        (7, "unknown_process"),
        (8, "bad_date"),
        (9, "too_long"),
    ]
    assert not said.done
    assert not Membership.objects.exists()


@pytest.mark.django_db
def test_rights_a_sheet_is_brought_in_by_who_administers() -> None:
    town = towns.build()
    account("alix")
    for who in (someone(), administrator(town, town.desk)):
        with pytest.raises(RefusedError):
            commands.import_sheet(organisation=town.id, text=HEAD, dry_run=True, actor=who)
    head = administrator(town)
    said = bring(town, "alix@exemple.example;;;gerer;;\n", actor=head)
    assert [error.code for _, error in said.problems] == ["wider_than_yours"]
    assert bring(town, "alix@exemple.example;;;signer;;\n", actor=head).done
    assert Grant.objects.get(actions=["act:sign"]).pending, "a sheet does not go round the second administrator"


@pytest.mark.parametrize(
    "text", ["", "nom;prenom\nA;B\n", "courriel;poids\nx@y;3\n", "courriel\n", "courriel\n" * 2002]
)
def test_what_is_no_sheet_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        sheet.read(text)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with suppress(DomainError):  # and nothing else
        sheet.read(sheet.decode(content))


def test_spreadsheets_of_every_habit_are_read() -> None:
    for separator, encoding in ((";", "cp1252"), (",", "utf-8-sig"), ("\t", "utf-8")):
        text = separator.join(("Courriel", "Fonction", "Droits")) + "\n"
        text += separator.join(("a@b.example", "Régisseur", "consulter")) + "\n"
        (line,) = sheet.read(sheet.decode(text.encode(encoding)))
        assert isinstance(line, sheet.Line)
        assert (line.title, line.actions) == ("Régisseur", (Action.CASE_READ,))


@pytest.fixture
def own_process() -> Iterator[None]:
    """Let a command set what this process works for, then work as the tests do again."""
    yield
    tenancy.work_as(tenancy.OWNER)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_process")
def test_the_command_line_does_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    town = towns.build()
    alix, siret = account("alix"), town.organisation.siret

    def access(*words: str, code: int = 0) -> Any:
        assert cli._guarded("access", [*words, "--json"]) == code  # noqa: SLF001 - `main` leaves the process
        said = capsys.readouterr()
        return json.loads(said.out) if said.out else said.err

    made = access("grant", "--siret", siret, "--email", str(alix.email), "--right", "case:read")
    assert [row["id"] for row in access("list", "--siret", siret)] == [made["id"]]
    said = access("why", "--siret", siret, "--email", str(alix.email), "--process", "X")
    assert (said["allowed"], said["ways"]) == (True, [[made["id"]]])
    assert [row["who"] for row in access("who", "--siret", siret, "--process", "X")] == [f"account:{alix.id}"]
    assert access("review", "--siret", siret) == []
    desk = access("grant", "--siret", siret, "--email", str(alix.email), "--right", "case:read", "--unit", "Voirie")
    assert {row["id"]: row["unit"] for row in access("list", "--siret", siret)}[desk["id"]] == "Voirie"
    assert "Aucun service" in access(
        "grant", "--siret", siret, "--email", str(alix.email), "--right", "case:read", "--unit", "Nulle part", code=1
    )
    access("revoke", desk["id"])
    access("revoke", made["id"])
    assert not access("why", "--siret", siret, "--email", str(alix.email), "--process", "X")["allowed"]
    pending = give(town, someone(), Action.ACT_SIGN, actor=administrator(town))
    assert [row["id"] for row in access("list", "--siret", siret, "--pending")] == [str(pending)]
    access("approve", str(pending))
    file = tmp_path / "agents.csv"
    file.write_text(HEAD + "alix@exemple.example;;;gerer;;\nx;;;;;\n", encoding="utf-8")
    assert access("import", "--siret", siret, str(file), code=1)["problems"] == 1
    file.write_text(HEAD + "alix@exemple.example;;;gerer;;\n", encoding="utf-8")
    assert access("import", "--siret", siret, str(file))["done"]
    assert "existe pas" in access("grant", "--siret", siret, "--email", "x@y.example", "--right", "fly", code=1)
    assert Grant.objects.filter(actions=[MANAGE]).exists()
    assert may(someone(), town) is False
