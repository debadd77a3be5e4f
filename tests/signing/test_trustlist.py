"""Trusted lists: only what the right people signed, in time, about services that are granted."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from parvis.cli import trust_list
from parvis.signing import installation, trustlist
from parvis.signing.cms.keys import MemoryKey
from parvis.signing.formats import xades
from parvis.signing.keys.authority import Holder
from parvis.signing.trustlist import DATES, GRANTED, ISSUES, BadTrustListError
from tests.support.officers import pem, pki, template_of, unit

NOW = datetime.now(UTC).replace(microsecond=0)


def identity(certificate: Certificate) -> str:
    text = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return f"<DigitalId><X509Certificate>{text}</X509Certificate></DigitalId>"


def service(certificate: Certificate, kind: str, status: str = GRANTED) -> str:
    return (
        f"<TSPService><ServiceInformation><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>"
        f"<ServiceDigitalIdentity>{identity(certificate)}</ServiceDigitalIdentity>"
        f"<ServiceStatus>{status}</ServiceStatus></ServiceInformation></TSPService>"
    )


def listed(body: str, by: Holder, *, until: datetime = NOW + timedelta(days=30), pointers: str = "") -> bytes:
    text = (
        f'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="tsl"><SchemeInformation>'
        f"<PointersToOtherTSL>{pointers}</PointersToOtherTSL><NextUpdate><dateTime>{until:%Y-%m-%dT%H:%M:%SZ}</dateTime>"
        f"</NextUpdate></SchemeInformation><TrustServiceProviderList>{body}</TrustServiceProviderList>"
        "</TrustServiceStatusList>"
    ).encode()
    template = template_of(by)
    prepared = xades.prepare(text, template, at=NOW)
    (signature,) = MemoryKey(by.key).sign(template.scheme, [prepared.digest])
    return xades.complete(text, prepared, template, signature)


def pointer(territory: str, location: str, by: Holder) -> str:
    return (
        f"<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity>{identity(by.certificate)}"
        f"</ServiceDigitalIdentity></ServiceDigitalIdentities><TSLLocation>{location}</TSLLocation>"
        f"<AdditionalInformation><OtherInformation><SchemeTerritory>{territory}</SchemeTerritory></OtherInformation>"
        "</AdditionalInformation></OtherTSLPointer>"
    )


EUROPE, FRANCE = pki().holder("Europe"), pki().holder("France")
OLD = GRANTED.replace("granted", "withdrawn")
SERVICES = service(pki().issuing.certificate, ISSUES) + service(unit().template.certificate, DATES)
SERVICES += service(pki().holder("Retirée").certificate, ISSUES, OLD)


def test_from_the_list_of_lists_to_the_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fr.xml").write_bytes(listed(SERVICES, FRANCE))
    (tmp_path / "lotl.xml").write_bytes(listed("", EUROPE, pointers=pointer("FR", f"{tmp_path}/fr.xml", FRANCE)))
    found = trustlist.follow(f"{tmp_path}/lotl.xml", [EUROPE.certificate], "FR", at=NOW)
    assert found.issuing == (pki().issuing.certificate,)
    assert found.dating == (unit().template.certificate,)
    with pytest.raises(BadTrustListError, match="no list"):
        trustlist.follow(f"{tmp_path}/lotl.xml", [EUROPE.certificate], "DE", at=NOW)
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    (tmp_path / "eu.pem").write_bytes(pem(EUROPE.certificate))
    assert _command(tmp_path / "lotl.xml", tmp_path / "eu.pem") == 0
    assert installation.trust().roots == found.issuing
    (tmp_path / "lotl.xml").write_bytes(b"<x/>")
    assert _command(tmp_path / "lotl.xml", tmp_path / "eu.pem") == 1
    assert installation.timestamp_trust().roots == (*found.issuing, *found.dating), "the former ones stay"


def _command(location: Path, signers: Path) -> int:
    import argparse  # noqa: PLC0415 - as the command does

    parser = argparse.ArgumentParser()
    trust_list.add_arguments(parser)
    return trust_list.run(parser.parse_args(["--list", str(location), "--signers", str(signers)]))


def test_a_list_that_cannot_be_believed() -> None:
    good = listed(SERVICES, FRANCE)
    for content, signers, at in (
        (good, [EUROPE.certificate], NOW),
        (good.replace(OLD.encode(), GRANTED.encode()), [FRANCE.certificate], NOW),
        (good, [FRANCE.certificate], NOW + timedelta(days=60)),
        (good.replace(b"TrustServiceStatusList", b"TrustServiceStatusLost"), [FRANCE.certificate], NOW),
        (b"<x/>", [FRANCE.certificate], NOW),
        (b"", [FRANCE.certificate], NOW),
        (b"<!DOCTYPE x><x/>", [FRANCE.certificate], NOW),
    ):
        with pytest.raises(BadTrustListError):
            trustlist.authorities(content, signers, at=at)
    with pytest.raises(BadTrustListError, match="https"):
        trustlist.content_of("http://liste.example/tl.xml")
