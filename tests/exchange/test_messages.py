from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.xades.xades import XAdESSigner

from parvis.catalogue import queries as catalogue
from parvis.core import certificates, xml
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.xml import XmlRefusedError
from parvis.exchange import commands
from parvis.exchange.commands import Applicant, Deposit, NewAttachment, NewCase
from parvis.exchange.models import Attachment, Subscription
from parvis.teleservices.census import payload
from tests.support import pki, world
from tests.support.ledger import refusals
from tests.teleservices.test_census_payload import BOMB, OURS

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "hubee" / "samples"
MESSAGES = {
    "10870-XML": "10870-XML.xml",
    "ActeEtatCivil-XML": "ActeEtatCivil-XML.xml",
    "flux-pacs": "flux-pacs.xml",
    "DD_Certificatdedeces": "ER20190860001_20190517_1512_DD.xml",
    "VA_CertificatdeDeces": "ER20190860001_20190517_1512_VA.xml",
}


@pytest.mark.skipif(not SAMPLES.exists(), reason="reference data is not beside the project")
@pytest.mark.parametrize(("kind", "name"), MESSAGES.items())
def test_our_schemas_accept_the_reference_messages(kind: str, name: str) -> None:
    xml.validate(xml.parse((SAMPLES / name).read_bytes()), catalogue.message_schema(kind))


@pytest.mark.django_db
def test_every_schema_belongs_to_a_process() -> None:
    world.build()
    known = {kind for process in catalogue.processes() for kind in process.attachment_types}
    assert set(MESSAGES) < catalogue.message_types() <= known
    assert catalogue.signed_types() <= catalogue.message_types()
    with pytest.raises(KeyError):
        catalogue.message_schema("../10870-XML")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [(BOMB, "xml_forbidden"), (b"<?xml version='1.0'?><Autre/>", "xml_invalid"), (b"<a>", "xml_malformed")],
)
def test_a_message_that_is_not_one_stops_at_the_hub(content: bytes, code: str) -> None:
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


CERTIFICATE = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<InsermCertificatAdministrative version="1.00.00"><DateDeces><Date>2026-03-27</Date><Heure>16:00:00</Heure></DateDeces>
<Defunt><Nom>PERRIN</Nom><Prenoms>Louise</Prenoms><DateNaissance>1940-12-23</DateNaissance><Sexe>Feminin</Sexe></Defunt>
<LieuDeces><Commune>RENNES</Commune></LieuDeces><InformationsFuneraires/>
<Validation><NNC>ER1</NNC><Medecin>Dr Essai</Medecin><Date>2026-03-27T16:22:59</Date>
<CodeDepot>5100-1370-5010-3863</CodeDepot></Validation></InsermCertificatAdministrative>"""


def received_verdict(content: bytes) -> str:
    """Deposit a death certificate, send its bytes, and return what the hub says of its signature."""
    here = world.build()
    Subscription.objects.create(subscriber=here.rennes, process_id="CERTDC")
    made = commands.deposit(
        deposit=Deposit(
            "CERTDC",
            "C1",
            Applicant("Louise", "Perrin"),
            [NewCase(here.rennes.id)],
            [NewAttachment("VA_CertificatdeDeces", "ER1_VA.xml", len(content), "application/xml")],
        ),
        depositor=here.operator.id,
        actor=SYSTEM,
    )
    commands.receive_attachment(attachment_id=made.attachments[0], chunks=(content,), actor=SYSTEM)
    return Attachment.objects.get(id=made.attachments[0]).signature


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "name", "verdict"),
    [("yes", b"PERRIN", "recognised"), ("no", b"PERRIN", "intact"), ("yes", b"PERRON", "broken")],
)
def test_the_hub_says_what_a_doctors_signature_is_worth(
    settings: Any, tmp_path: Path, known: str, name: bytes, verdict: str
) -> None:
    authority = pki.authority()
    doctor = pki.signer(authority)
    tool = XAdESSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256, c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1
    )
    signed = etree.tostring(tool.sign(etree.fromstring(CERTIFICATE), key=doctor.key_pem, cert=[doctor.certificate]))
    signers = tmp_path / "signers.pem"
    signers.write_text((authority if known == "yes" else pki.authority()).pem)
    settings.SIGNERS_FILE = str(signers)
    assert received_verdict(bytes(signed).replace(b"PERRIN", name)) == verdict


@pytest.mark.django_db
def test_a_certificate_that_nobody_signed_says_so() -> None:
    assert received_verdict(CERTIFICATE) == "absent"


def test_an_expired_or_foreign_certificate_is_not_recognised() -> None:
    authority, other = pki.authority(), pki.authority()
    doctor, former = pki.signer(authority), pki.signer(authority, days=1)
    moment = now()
    assert certificates.comes_from([authority.certificate], doctor.certificate, [], moment)
    assert not certificates.comes_from([other.certificate], doctor.certificate, [authority.certificate], moment)
    assert not certificates.comes_from([authority.certificate], former.certificate, [], moment)
    assert not certificates.comes_from([], doctor.certificate, [authority.certificate], moment)


def test_a_bomb_too_large_for_a_tree_is_refused_all_the_same() -> None:
    with pytest.raises(XmlRefusedError):
        xml.scan([b"<?xml version='1.0'?> <!DOC", b"TYPE a [<!ENTITY b 'c'>]><a/>"])
    xml.scan([b"<?xml version='1.0' encoding='ISO-8859-1'?><a>", b"\xff\xfe in Latin-1 are two letters</a>"])
    with pytest.raises(XmlRefusedError):
        xml.scan(["<?xml version='1.0'?><!DOCTYPE a><a/>".encode("utf-16")])
