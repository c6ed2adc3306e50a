"""The rules of recalls that the product brings; where no guideline names the interval, the source says that it is a default. The clinic changes and ends them."""

from datetime import UTC, datetime

from django.db import migrations

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
OWN = "Clinic's own default"
NICE = "NICE guideline CG19 (2004): 3 to 24 months by risk, under 18 at most 12"
EFP = "EFP S3 guideline, periodontitis stages I-III (Sanz et al., J Clin Periodontol 2020): supportive care every 3 to 12 months"
ESE = "ESE quality guidelines for endodontic treatment (Int Endod J 2006;39:921): radiograph at least after 1 year"
APICAL = ["K04.4", "K04.5", "K04.6", "K04.7", "K04.8"]
SEEN = ["category:diagnostics", "category:hygiene"]
# code, kind, diagnoses, acts, months, days, younger than, purpose in Russian, French, English, source
RULES = [
    ("healthy", "checkup", ["Z01.2"], SEEN, 12, None, None,
     "профилактический осмотр", "visite de contrôle", "check-up", f"{OWN}; {NICE}"),
    ("healthy_child", "checkup", ["Z01.2"], SEEN, 6, None, 18,
     "профилактический осмотр ребёнка", "visite de contrôle de l'enfant", "check-up of a child", f"{OWN}; {NICE}"),
    ("caries", "checkup", ["K02"], [], 6, None, None,
     "осмотр при риске кариеса", "contrôle du risque carieux", "check-up for risk of caries", f"{OWN}; {NICE}"),
    ("caries_child", "checkup", ["K02"], [], 3, None, 18,
     "осмотр ребёнка при риске кариеса", "contrôle du risque carieux de l'enfant", "check-up of a child for risk of caries", f"{OWN}; {NICE}"),
    ("gingivitis", "periodontal", ["K03.6", "K05.0", "K05.1"], [], 6, None, None,
     "контроль дёсен и профессиональная гигиена", "contrôle des gencives et détartrage", "check of the gums and professional cleaning", OWN),
    ("periodontitis", "periodontal", ["K05.2", "K05.3"], [], 3, None, None,
     "поддерживающая пародонтологическая терапия", "maintenance parodontale", "supportive periodontal care", f"{OWN}; {EFP}"),
    ("implant", "periodontal", [], ["category:implants", "effect:implant"], 6, None, None,
     "контроль и гигиена имплантата", "contrôle et maintenance implantaire", "check and care of the implant", OWN),
    ("peri_implantitis", "periodontal", ["T85.7"], [], 3, None, None,
     "контроль имплантата после воспаления", "contrôle de l'implant après inflammation", "check of the implant after inflammation", OWN),
    ("apical_6_months", "radiograph", APICAL, [], 6, None, None,
     "контрольный снимок верхушки корня через 6 месяцев", "radiographie de contrôle apical à 6 mois", "control radiograph of the root tip at 6 months", OWN),
    ("endodontic_12_months", "radiograph", APICAL, ["effect:root_canal"], 12, None, None,
     "контрольный снимок после лечения каналов через год", "radiographie de contrôle endodontique à 1 an",
     "control radiograph a year after root canal treatment", ESE),
    ("surgery_check", "aftercare", [], ["category:surgery", "effect:extraction", "effect:implant"], None, 7, None,
     "осмотр раны, снятие швов", "contrôle de la plaie, dépose des fils", "check of the wound, removal of sutures", OWN),
    ("denture_check", "aftercare", [], ["effect:denture"], None, 7, None,
     "осмотр и коррекция протеза", "contrôle et retouches de la prothèse", "check and adjustment of the denture", OWN),
    ("mucosa", "mucosa", ["K13.2", "L43"], [], 3, None, None,
     "контроль слизистой оболочки", "contrôle de la muqueuse", "check of the mucosa", OWN),
]  # fmt: skip


def write(apps, schema_editor):
    rule = apps.get_model("charting", "RecallRule")
    names = ("code", "kind", "diagnoses", "acts", "months", "days", "younger_than", "purpose_ru", "purpose_fr", "purpose_en", "source")
    for row in RULES:
        rule.objects.create(in_force_from=SINCE, **dict(zip(names, row, strict=True)))


class Migration(migrations.Migration):
    dependencies = [("charting", "0038_recalls")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
