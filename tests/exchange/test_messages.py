from pathlib import Path

import pytest

from parvis.catalogue import queries as catalogue
from parvis.core import xml
from parvis.core.actor import SYSTEM
from parvis.core.xml import XmlRefusedError
from parvis.exchange import commands
from parvis.exchange.commands import Applicant, Deposit, NewAttachment, NewCase
from parvis.exchange.models import Attachment
from tests.support import world
from tests.support.ledger import refusals
from tests.teleservices.test_census_payload import BOMB, OURS

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "hubee" / "samples"
MESSAGES = {
    "10870-XML": "10870-XML.xml",
    "ActeEtatCivil-XML": "ActeEtatCivil-XML.xml",
    "flux-pacs": "flux-pacs.xml",
    "VA_CertificatdeDeces": "ER20190860001_20190517_1512_VA.xml",
}


@pytest.mark.skipif(not SAMPLES.exists(), reason="reference data is not beside the project")
@pytest.mark.parametrize(("kind", "name"), MESSAGES.items())
def test_our_schemas_accept_the_reference_messages(kind: str, name: str) -> None:
    xml.validate(xml.parse((SAMPLES / name).read_bytes()), catalogue.message_schema(kind))


def test_every_schema_belongs_to_a_process() -> None:
    assert catalogue.message_types() == set(MESSAGES)
    with pytest.raises(KeyError):
        catalogue.message_schema("../10870-XML")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [(BOMB, "xml_forbidden"), (b"<?xml version='1.0'?><Autre/>", "xml_invalid"), (b"<a>", "xml_malformed")],
)
def test_a_message_that_is_not_one_stops_at_the_hub(content: bytes, code: str) -> None:
    from parvis.teleservices.census import payload  # noqa: PLC0415

    here = world.build()
    good = payload.emit(OURS)
    for data in (content, good):
        made = commands.deposit(
            deposit=Deposit(
                "recensementCitoyen",
                f"N{len(data)}",
                Applicant("Camille", "Martin"),
                [NewCase(here.rennes.id)],
                [NewAttachment("10870-XML", "10870-XML.xml", len(data), "application/xml")],
            ),
            depositor=here.operator.id,
            actor=SYSTEM,
        )
        if data == good:
            commands.receive_attachment(attachment_id=made.attachments[0], chunks=(data,), actor=SYSTEM)
            continue
        with pytest.raises(XmlRefusedError) as refused:
            commands.receive_attachment(attachment_id=made.attachments[0], chunks=(data,), actor=SYSTEM)
        assert refused.value.code == code
    assert refusals() == ["attachment.received"]
    assert sorted(Attachment.objects.values_list("state", flat=True)) == ["PENDING", "RECEIVED"]
