"""Numbers, dates and typed lines, as plain decisions."""

import contextlib
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import nir

from clinic.patients import rules
from clinic.patients.models import Patient

TODAY = date(2026, 11, 22)


def snils(number: int) -> str:
    digits = f"{number:09}"
    control = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True)) % 101 % 100
    return f"{digits}{control:02}"


def refusal(kind: str, number: str) -> str:
    with pytest.raises(rules.Refused) as refused:
        rules.normalise_identifier(kind, number)
    return refused.value.code


@given(st.integers(1001999, 999_999_999), st.integers(0, 10), st.integers(1, 9))
def test_it_accepts_a_snils_and_refuses_one_wrong_digit(number: int, place: int, shift: int) -> None:
    good = snils(number)
    assert rules.normalise_identifier("snils", f"{good[:3]}-{good[3:6]}-{good[6:9]} {good[9:]}") == good
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    if snils(int(wrong[:9])) != wrong and int(wrong[:9]) > 1001998:
        assert refusal("snils", wrong) == "snils_check"


@given(st.from_regex(r"\A[0-9]{15}\Z"))
def test_it_checks_the_last_digit_of_an_oms_policy(stem: str) -> None:
    assume(int(stem))
    good = stem + luhn.calc_check_digit(stem)
    assert rules.normalise_identifier("oms", good) == good
    assert refusal("oms", stem + str((int(good[-1]) + 1) % 10)) == "oms_check"


@pytest.mark.parametrize("stem", ["2951099126111", "185032A123456", "185032B123456"])
def test_it_checks_the_key_of_a_nir_in_corsica_too(stem: str) -> None:
    key = nir.calc_check_digits(stem)
    assert rules.normalise_identifier("nir", f"{stem[0]} {stem[1:3]} {stem[3:5]} {stem[5:7].lower()} {stem[7:]} {key}") == stem + key
    assert refusal("nir", stem + f"{(int(key) + 1) % 97:02}") == "nir_key"
    assert refusal("nir", stem) == "nir"


def test_a_number_of_zeros_is_nobodys() -> None:
    assert (refusal("snils", "000-000-000 00"), refusal("oms", "0" * 16)) == ("snils_check", "oms_check")


def test_it_reads_what_russian_keyboards_and_word_processors_write() -> None:
    corsican = "185032A123456" + nir.calc_check_digits("185032A123456")
    assert rules.normalise_identifier("nir", corsican.replace("A", "А")) == corsican
    assert rules.normalise_identifier("snils", "112\u2011233\u2011445\u00a095") == "11223344595"


def test_it_checks_passports_and_cards() -> None:
    assert rules.normalise_identifier("ru_passport", "45 08 № 123456") == "4508123456"
    assert refusal("ru_passport", "4508") == "ru_passport"
    assert rules.normalise_identifier("foreign_passport", "12ab34567") == "12AB34567"
    assert refusal("foreign_passport", "<script>") == "foreign_passport"
    assert refusal("insurance_card", "") == "insurance_card"


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("+7 916 123 45 67", "FR", "+79161234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_it_writes_phones_in_one_form(text: str, region: str, value: str) -> None:
    assert rules.normalise_phone(text, region) == value


@given(st.text())
def test_no_text_breaks_a_rule(text: str) -> None:
    for kind in rules.IDENTIFIERS:
        try:
            assert rules.normalise_identifier(kind, text).isalnum()
        except rules.Refused:
            continue
    rules.parse_date(text, TODAY)
    rules.parse_search(text, TODAY)
    with contextlib.suppress(rules.Refused):
        rules.normalise_phone(text, "RU")
    with contextlib.suppress(rules.Refused):
        rules.normalise_email(text)


@given(st.dates(date(1900, 1, 1), TODAY))
def test_it_reads_a_date_in_every_form(day: date) -> None:
    for form in ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %b %Y", "%d %B %Y"):
        assert rules.parse_date(day.strftime(form), TODAY) == day


DATES = """14 марта 1985; 14 mars 1985; 14 March 1985; 14.03.85; 14/3/1985; 1985-03-14 00:00:00; 14 мар 1985г; March 14, 1985; Mar 14th 1985;
14-mars-85; 14.03.1985 г.; 14 марта 1985 года; 14.03.1985 0:00; 14/03/1985 00:00:00; 19850314; 14031985"""
NO_DATES = "31.02.1985; 1985; 14.13.1985; 14 foo 1985; ; 00.00.0000; 31071; 13131985; 99999999; foo 14, 1985"


@pytest.mark.parametrize("text", [text.strip() for text in DATES.split(";")])
def test_it_reads_dates_of_three_languages(text: str) -> None:
    assert rules.parse_date(text, TODAY) == date(1985, 3, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22.11.26", date(2026, 11, 22)),
        ("23.11.26", date(1926, 11, 23)),
        ("1 дек 26", date(1926, 12, 1)),
        ("1-déc-26", date(1926, 12, 1)),
        ("29.02.00", date(2000, 2, 29)),
        ("29.02.26", None),
    ],
)
def test_a_year_of_two_digits_is_never_in_the_future(text: str, day: date | None) -> None:
    assert rules.parse_date(text, date(2026, 11, 22)) == day


@pytest.mark.parametrize("text", [text.strip() for text in NO_DATES.split(";")])
def test_it_takes_nothing_else_for_a_date(text: str) -> None:
    assert rules.parse_date(text, TODAY) is None


def test_it_splits_what_is_typed() -> None:
    assert rules.parse_search("Петров Ив 1234", TODAY) == rules.Search("Петров Ив", ("1234",))
    assert rules.parse_search("8 (916) 123-45-67", TODAY).numbers == ("9161234567",)
    assert rules.parse_search("06 12 34 56 78", TODAY).numbers == ("612345678",)
    assert rules.parse_search("Dupont 14/03/1985", TODAY) == rules.Search("Dupont", birth_date=date(1985, 3, 14))
    assert rules.parse_search("10042", TODAY).card_number == 10042
    assert rules.parse_search("12", TODAY) == rules.Search(card_number=12)
    assert rules.parse_search(" -- ", TODAY).is_empty


def test_it_knows_a_minor_by_the_day() -> None:
    assert rules.is_minor(date(2008, 11, 23), TODAY)
    assert not rules.is_minor(date(2008, 11, 22), TODAY)
    assert not rules.is_minor(None, TODAY)


@pytest.mark.parametrize(
    ("country", "line"),
    [("FR", "12 bis rue de la Paix, 06000 Nice"), ("RU", "06000, Nice, 12 bis rue de la Paix"), ("", "06000, Nice, 12 bis rue de la Paix")],
)
def test_an_address_goes_as_the_post_of_its_country_writes_it(country: str, line: str) -> None:
    patient = Patient(address="12 bis rue de la Paix", postal_code="06000", city="Nice", country=country)
    assert patient.postal_address == line
    assert Patient(city="Nice", country=country).postal_address == "Nice"
