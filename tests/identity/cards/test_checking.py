"""Each defect of a card has its refusal; a good one gives its level."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from parvis.identity.assurance import Axes
from parvis.identity.cards.checking import CardRefusedError, Trust, check
from tests.support.card_pki import DAY, RGS2, RGS3, Pki, issue

LEVELS = {RGS2: "rgs2", RGS3: "rgs3"}
PKI, OTHER = Pki(), Pki()


def checked(certificate: Any, **changes: Any) -> Any:
    given: dict[str, Any] = {"authorities": PKI.authorities, "lists": PKI.lists(), "policies": LEVELS} | changes
    return check(certificate, Trust(**given), datetime.now(UTC))


@pytest.mark.parametrize(("policy", "axes"), [(RGS2, Axes(2, 2, 1)), (RGS3, Axes(3, 3, 1))])
def test_a_good_card_gives_its_level_and_what_identifies_it(policy: str, axes: Axes) -> None:
    held = PKI.card(policy=policy)
    card = checked(held.certificate)
    assert card.axes == axes
    assert int(card.serial, 16) == held.certificate.serial_number
    assert "Autorité des agents" in card.issuer
    assert len(card.sha256) == 64


@pytest.mark.parametrize(
    ("code", "certificate", "changes"),
    [
        ("certificate_expired", PKI.card(begins=-3 * DAY, ends=-DAY), {}),
        ("certificate_expired", PKI.card(begins=DAY, ends=2 * DAY), {}),
        ("authority_unknown", OTHER.card(), {}),
        ("authority_unknown", issue("Claude", None, policy=RGS2), {}),
        ("not_for_sign_in", PKI.card(purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)), {}),
        ("not_for_sign_in", PKI.card(purposes=()), {}),
        ("not_for_sign_in", PKI.issuing, {}),
        ("policy_unknown", PKI.card(policy="1.2.3.4"), {}),
        ("policy_unknown", PKI.card(policy=""), {}),
        ("revocation_unknown", PKI.card(), {"lists": []}),
        ("revocation_unknown", PKI.card(), {"lists": PKI.lists(age=timedelta(days=2))}),
        ("revocation_unknown", PKI.card(), {"lists": PKI.lists()[:1]}),
        ("revocation_unknown", PKI.card(), {"lists": PKI.lists()[1:]}),
        ("revocation_unknown", PKI.card(), {"lists": OTHER.lists()}),  # same names, another key
    ],
)
def test_each_defect_is_refused(code: str, certificate: Any, changes: Any) -> None:
    with pytest.raises(CardRefusedError) as refused:
        checked(certificate.certificate, **changes)
    assert refused.value.code == code


def test_a_revoked_card_is_refused_even_by_an_old_list() -> None:
    held = PKI.card()
    for lists in (PKI.lists(held.certificate), [*PKI.lists(held.certificate, age=timedelta(days=9)), *PKI.lists()]):
        with pytest.raises(CardRefusedError) as refused:
            checked(held.certificate, lists=lists)
        assert refused.value.code == "certificate_revoked"


def test_a_revoked_intermediate_refuses_its_cards() -> None:
    from tests.support.card_pki import revocations  # noqa: PLC0415 - of this test alone

    at = datetime.now(UTC)
    lists = [revocations(PKI.root, [PKI.issuing.certificate], at), revocations(PKI.issuing, [], at)]
    with pytest.raises(CardRefusedError) as refused:
        checked(PKI.card().certificate, lists=lists)
    assert refused.value.code == "certificate_revoked"


def test_a_card_of_two_known_policies_has_the_better_level() -> None:
    assert checked(PKI.card(policy=RGS3).certificate).level == "rgs3"
