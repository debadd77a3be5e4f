import pytest

from parvis.catalogue import commands, queries
from parvis.catalogue.models import OnlineService, Process
from parvis.core.text import MAX_NAME, clean, safe_file_name

PROCESS = "recensementCitoyen"


@pytest.mark.django_db
def test_installing_twice_changes_nothing() -> None:
    for _ in range(2):
        codes = commands.install_processes()
    assert {PROCESS, "EtatCivil", "depotDossierPACS", "CERTDC", "JeChangeDeCoordonnees", "SNATED", "RSAFIM"} <= set(
        codes
    )
    assert (Process.objects.count(), OnlineService.objects.count()) == (len(codes), 1)
    facts = queries.process(PROCESS)
    assert facts is not None
    assert "10870-XML" in facts.attachment_types
    assert queries.process("nope") is None


@pytest.mark.django_db
def test_a_closed_service_cannot_be_started() -> None:
    commands.install_processes()
    OnlineService.objects.update(is_open=False)
    assert queries.service("recensement-citoyen") is None


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("carte.pdf", "carte.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\a.pdf", "C__temp_a.pdf"),
        ("...", "document"),
        ("", "document"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("x" * 300 + ".pdf", "x" * (MAX_NAME - 4) + ".pdf"),
    ],
)
def test_file_names_are_made_harmless(given: str, safe: str) -> None:
    assert safe_file_name(given) == safe


def test_text_is_cleaned_of_what_cannot_be_seen() -> None:
    assert clean(" E\u0301lise\x00\x1b ") == "Élise"
