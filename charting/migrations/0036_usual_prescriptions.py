"""Usual prescriptions that the product brings: ordinary doses of adults as the product information has them; the prescriber checks and changes each."""

from django.db import migrations

# title, INN, class, form, strength, amount, how to take it
DRUGS = {
    "ru": [
        ("Амоксициллин 500 мг", "Amoxicillini", "penicillins", "Caps.", "500 mg", "N. 20", "По 1 капсуле 3 раза в день, 5–7 дней"),
        ("Амоксициллин + клавулановая кислота", "Amoxicillini + Acidi clavulanici", "penicillins", "Tab.", "875 mg + 125 mg", "N. 14", "По 1 таблетке 2 раза в день в начале еды, 5–7 дней"),
        ("Азитромицин 500 мг", "Azithromycini", "macrolides", "Tab.", "500 mg", "N. 3", "По 1 таблетке 1 раз в день, 3 дня"),
        ("Метронидазол 250 мг", "Metronidazoli", "metronidazole", "Tab.", "250 mg", "N. 20", "По 1 таблетке 3 раза в день, 7 дней; без алкоголя"),
        ("Ибупрофен 400 мг", "Ibuprofeni", "nsaids", "Tab.", "400 mg", "N. 10", "По 1 таблетке при боли, не чаще 3 раз в день, после еды, не дольше 3 дней"),
        ("Парацетамол 500 мг", "Paracetamoli", "paracetamol", "Tab.", "500 mg", "N. 10", "По 1–2 таблетки при боли, не больше 8 таблеток в сутки, не дольше 3 дней"),
        ("Хлоргексидин 0,05 %", "Chlorhexidini", "", "Sol.", "0,05 %", "100 ml", "Ротовые ванночки по 1 минуте 2 раза в день, 7 дней"),
    ],
    "fr": [
        ("Amoxicilline 1 g", "Amoxicilline", "penicillins", "comprimé dispersible", "1 g", "14 comprimés", "1 comprimé matin et soir pendant 7 jours"),
        ("Amoxicilline + acide clavulanique", "Amoxicilline + acide clavulanique", "penicillins", "sachet", "1 g / 125 mg", "14 sachets", "1 sachet matin et soir au début du repas pendant 7 jours"),
        ("Azithromycine 250 mg", "Azithromycine", "macrolides", "comprimé", "250 mg", "6 comprimés", "2 comprimés en une prise par jour pendant 3 jours"),
        ("Métronidazole 500 mg", "Métronidazole", "metronidazole", "comprimé", "500 mg", "21 comprimés", "1 comprimé 3 fois par jour pendant 7 jours ; pas d'alcool"),
        ("Ibuprofène 400 mg", "Ibuprofène", "nsaids", "comprimé", "400 mg", "9 comprimés", "1 comprimé en cas de douleur, 3 par jour au plus, au cours du repas, 3 jours au plus"),
        ("Paracétamol 1 g", "Paracétamol", "paracetamol", "comprimé", "1 g", "8 comprimés", "1 comprimé en cas de douleur, 6 heures au moins entre deux prises, 3 par jour au plus"),
        ("Chlorhexidine 0,12 %", "Chlorhexidine", "", "solution pour bain de bouche", "0,12 %", "1 flacon", "1 bain de bouche d'une minute 2 fois par jour après le brossage pendant 7 jours"),
    ],
    "en": [
        ("Amoxicillin 500 mg", "Amoxicillin", "penicillins", "capsule", "500 mg", "15 capsules", "1 capsule three times a day for 5 days"),
        ("Azithromycin 500 mg", "Azithromycin", "macrolides", "tablet", "500 mg", "3 tablets", "1 tablet once a day for 3 days"),
        ("Metronidazole 400 mg", "Metronidazole", "metronidazole", "tablet", "400 mg", "15 tablets", "1 tablet three times a day for 5 days; no alcohol"),
        ("Ibuprofen 400 mg", "Ibuprofen", "nsaids", "tablet", "400 mg", "9 tablets", "1 tablet when in pain, at most 3 a day, after food, for 3 days at most"),
        ("Paracetamol 500 mg", "Paracetamol", "paracetamol", "tablet", "500 mg", "16 tablets", "1 or 2 tablets when in pain, at most 8 a day"),
        ("Chlorhexidine 0.2 %", "Chlorhexidine", "", "mouthwash", "0.2 %", "300 ml", "Rinse with 10 ml for one minute twice a day for 7 days"),
    ],
}  # fmt: skip
FIELDS = ("title", "inn", "drug_class", "form", "strength", "quantity", "signa")


def write(apps, schema_editor):
    drug = apps.get_model("charting", "UsualDrug")
    drug.objects.bulk_create([
        drug(language=language, position=position, **dict(zip(FIELDS, row, strict=True)))
        for language, rows in DRUGS.items()
        for position, row in enumerate(rows)
    ])  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("charting", "0035_prescriptions")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
