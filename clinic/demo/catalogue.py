"""The demo clinic's dictionaries, services with prices, materials with norms and lots, laboratories."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from clinic.demo.people import Clinic
from clinic.price_list import actions
from clinic.price_list.dictionaries import actions as dictionaries
from clinic.price_list.models import DictionaryCode, PriceList, Service
from inventory import actions as stock
from lab_orders import actions as lab_actions
from lab_orders.models import Lab

DATA = Path(__file__).parent / "data"
EDITION = "demo"
PRICES_SINCE = date(2024, 1, 1)
RISE = Decimal("0.08")
LABS = (("Зуботехническая лаборатория «Циркон»", "+74957654321", 7), ("Laboratoire Riviera", "+33493987654", 10))


def stock_the_clinic(clinic: Clinic, *, at: datetime) -> None:
    """Everything that can be sold, used up or ordered."""
    _import_dictionaries(at.date())
    services = _offer_services(clinic)
    _price(clinic, services, at.date())
    _fill_the_store(clinic, services, at)
    _find_labs(clinic)


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the demo's own tables."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def _import_dictionaries(day: date) -> None:
    """The codes the demo uses, as parts of their dictionaries; the published files can be imported over them."""
    services = list(rows("services"))
    acts = sorted({(row["n804"], row["ru"]) for row in services}, key=lambda pair: pair[0])
    acts = list(dict(reversed(acts)).items())
    nomenclature = "S_CODE;NAME;REL;DATEOUT\n" + "".join(f"{code};{title};1;\n" for code, title in acts)
    french = {row["ccam"]: row for row in services if row["ccam"]}
    ccam = "code;activite;phase;date_effet;tarif;libelle_long\n"
    ccam += "".join(f"{code};1;0;2024-01-01;{row['eur']};{row['fr']}\n" for code, row in sorted(french.items()))
    diagnoses = (DATA / "diagnoses.csv").read_text(encoding="utf-8")
    for kind, text in (("804n", nomenclature), ("ccam", ccam), ("icd10", diagnoses)):
        dictionaries.import_dictionary(actor=None, kind=kind, content=text.encode(), version=EDITION, valid_from=day, is_whole=False)


@transaction.atomic
def _offer_services(clinic: Clinic) -> dict[str, Service]:
    codes = {(code.kind, code.code): code.pk for code in DictionaryCode.objects.filter(valid_to=None)}
    offered = {}
    for row in rows("services"):
        details = actions.ServiceDetails(
            code=row["code"],
            title_ru=row["ru"],
            title_fr=row["fr"],
            title_en=row["en"],
            category=row["category"],
            scope=row["scope"],
            dentition=row["dentition"],
            chart_effect=row["effect"],
            nomenclature_code_id=codes.get(("804n", row["n804"])),
            ccam_code_id=codes.get(("ccam", row["ccam"])),
            minutes=int(row["minutes"]),
            needs_lab=row["lab"] == "1",
            is_expensive_treatment=row["category"] == "implants",
        )
        offered[row["code"]] = actions.create_service(actor=clinic.users["manager"], day=PRICES_SINCE, details=details)
    return offered


@transaction.atomic
def _price(clinic: Clinic, services: dict[str, Service], today: date) -> None:
    """Prices since 2024 in roubles and euros; the rouble list rose at the beginning of this year."""
    manager = clinic.users["manager"]
    names = ("Основной прейскурант", "Tarif du cabinet")
    lists = [
        actions.create_price_list(actor=manager, name=name, legal_entity=branch.legal_entity, currency=branch.currency)
        for name, branch in zip(names, clinic.branches, strict=True)
    ]
    for row in rows("services"):
        service = services[row["code"]]
        before = (Decimal(row["rub"]) * (1 - RISE)).quantize(Decimal(10))
        _set(clinic, lists[0], service, before, PRICES_SINCE)
        _set(clinic, lists[0], service, Decimal(row["rub"]), date(today.year, 1, 1))
        _set(clinic, lists[1], service, Decimal(row["eur"]), PRICES_SINCE)


def _set(clinic: Clinic, price_list: PriceList, service: Service, amount: Decimal, since: date) -> None:
    actions.set_price(actor=clinic.users["manager"], price_list=price_list, service=service, amount=amount, valid_from=since)


@transaction.atomic
def _fill_the_store(clinic: Clinic, services: dict[str, Service], at: datetime) -> None:
    keeper = clinic.users["lebedev"]
    for number, row in enumerate(rows("materials")):
        reorder_at = Decimal(row["reorder"])
        material = stock.create_material(
            actor=keeper, name=row["name"], code=row["code"], unit=row["unit"], reorder_at=reorder_at, anaesthetic=row["anaesthetic"]
        )
        for code in row["services"].split():
            quantity = Decimal(row["quantity"])
            stock.set_norm(actor=keeper, service=services[code], material_id=material.pk, quantity=quantity, on_shortage=row["shortage"])
        for branch in clinic.branches:
            for lot in range(2):
                stock.receive(
                    actor=keeper,
                    at=at,
                    material_id=material.pk,
                    branch=branch,
                    number=f"{row['code']}-{lot + 1}",
                    quantity=max(Decimal(row["reorder"]) * 12, Decimal(40)),
                    expires_on=at.date() + timedelta(days=45 + 90 * lot + 11 * number),
                    unit_cost=Decimal(row["price"]),
                    barcode=f"46{number:05d}{lot}0000",
                    supplier="ДентаСнаб",
                    document=f"ТН-{number + 1:03d}",
                )


@transaction.atomic
def _find_labs(clinic: Clinic) -> list[Lab]:
    return [
        lab_actions.save_lab(actor=clinic.users["orlova"], lab_id=None, name=name, contact="", phone=phone, email="", usual_days=days, is_active=True)
        for name, phone, days in LABS
    ]
