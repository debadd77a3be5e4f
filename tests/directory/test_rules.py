"""Keys of SIREN and SIRET numbers, names of places as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.directory import rules

DIGITS = st.text("0123456789", min_size=14, max_size=14)


def with_luhn_key(body: str) -> str:
    """Append the key, computed the long way: try the ten digits."""

    def total(number: str) -> int:
        doubled = [int(c) * 2 if i % 2 else int(c) for i, c in enumerate(reversed(number))]
        return sum(sum(map(int, str(value))) for value in doubled)

    return next(body + str(key) for key in range(10) if total(body + str(key)) % 10 == 0)


def siret(siren_body: str, establishment: str) -> str:
    return with_luhn_key(with_luhn_key(siren_body) + establishment)


@given(st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=4))
def test_a_number_with_both_keys_is_a_siret(body: str, establishment: str) -> None:
    number = siret(body, establishment)
    assert rules.is_siren(number[:9])
    assert rules.is_siret(number)


@given(
    st.text("0123456789", min_size=8, max_size=8).filter(lambda body: body != "35600000"),
    st.text("0123456789", min_size=4, max_size=4),
    st.integers(0, 13),
    st.integers(1, 9),
)
def test_any_single_wrong_digit_is_caught(body: str, establishment: str, at: int, shift: int) -> None:
    number = siret(body, establishment)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    if not wrong.startswith(rules.LA_POSTE_SIREN):
        assert not rules.is_siret(wrong)


@pytest.mark.parametrize("number", ["21750001600019", "13000918600011", "35600000000048", "35600000049837"])
def test_real_numbers(number: str) -> None:
    assert rules.is_siret(number)


def test_la_poste_follows_its_own_sum() -> None:
    assert rules.is_siret("35600000000001") is (sum(map(int, "35600000000001")) % 5 == 0)
    assert not rules.is_siret("35600000000002")
    # The same ending under another SIREN gains nothing from the exception.
    assert not rules.is_siret("21750001600010")


@pytest.mark.parametrize(
    "text", ["", "2175000160001", "217500016000199", "2175000160001A", "٢١٧٥٠٠٠١٦٠٠٠١٩", "²1750001600019"]
)
def test_what_is_not_fourteen_ascii_digits_is_no_siret(text: str) -> None:
    assert not rules.is_siret(text)


@given(st.text())
def test_no_text_breaks_the_number_rules(text: str) -> None:
    rules.is_siret(text)
    rules.is_siren(rules.compact_number(text))


def test_numbers_are_compacted() -> None:
    assert rules.compact_number(" 217 500 016 00019 ") == "21750001600019"
    assert rules.compact_number("217.500.016\u00a000019") == "21750001600019"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("st etienne", "saint etienne"),
        ("Saint-Étienne", "saint etienne"),
        ("STE MARIE", "sainte marie"),
        ("l'hay les roses", "l hay les roses"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("oeuilly", "oeuilly"),
        ("Paris 15", "paris 15"),
        ("paris 15e", "paris 15"),
        ("PARIS 15ème arrondissement", "paris 15"),
        ("Paris 15e Arrondissement", "paris 15"),
        ("paris 05", "paris 5"),
        ("marseille 1er", "marseille 1"),
        ("Lyon 2nd", "lyon 2"),
        ("Lyon 3 arr.", "lyon 3"),
        ("ST-DENIS CEDEX", "saint denis"),
        ("Nantes Cedex 2", "nantes"),
        ("  Bourg   en\tBresse ", "bourg en bresse"),
        ("Sts-Geosmes", "saints geosmes"),
        ("Y", "y"),
        ("---", ""),
        ("", ""),
        ("Cedex", "cedex"),
    ],
)
def test_names_as_people_type_them(typed: str, key: str) -> None:
    assert rules.normalise(typed) == key


WORDS = st.sampled_from(["St", "saint", "cedex", "CEDEX 2", "paris", "15e", "1er", "arr.", "l'", "œ", "-", "É", "7"])


@given(st.text() | st.lists(WORDS, max_size=6).map(" ".join))
def test_normalise_is_idempotent_and_plain(text: str) -> None:
    key = rules.normalise(text)
    assert rules.normalise(key) == key
    assert key == " ".join(key.split())
    assert key.isascii()
    assert key == key.lower()


@given(st.sampled_from(["Saint-Étienne", "L’Haÿ-les-Roses", "Œuilly", "Évry-Courcouronnes"]))
def test_case_and_accents_do_not_matter(name: str) -> None:
    assert rules.normalise(name.upper()) == rules.normalise(name.lower()) == rules.normalise(name)
