"""The combinations that the product brings; the clinic changes them and adds its own."""

from django.db import migrations

# kind, severity, ICD-10 code, effect, titles in Russian, French, English
COMBINATIONS = [
    ("caries", "superficial", "K02.0", "filling", "Поверхностный кариес → пломба", "Carie de l'émail → obturation", "Superficial caries → filling"),
    ("caries", "medium", "K02.1", "filling", "Средний кариес → пломба", "Carie de la dentine → obturation", "Medium caries → filling"),
    ("caries", "deep", "K02.1", "filling", "Глубокий кариес → пломба", "Carie profonde → obturation", "Deep caries → filling"),
    ("pulpitis", "acute", "K04.0", "root_canal", "Острый пульпит → лечение каналов", "Pulpite aiguë → traitement canalaire", "Acute pulpitis → root canal treatment"),
    (
        "apical_periodontitis", "chronic", "K04.5", "root_canal",
        "Хронический периодонтит → лечение каналов", "Parodontite apicale chronique → traitement canalaire", "Chronic apical periodontitis → root canal treatment",
    ),
    ("fracture", "crown", "S02.5", "crown", "Перелом коронки зуба → искусственная коронка", "Fracture coronaire → couronne", "Crown fracture → crown"),
    ("retained_root", "", "K08.3", "extraction", "Корень зуба → удаление", "Racine résiduelle → extraction", "Retained root → extraction"),
    ("missing", "", "K08.1", "implant", "Отсутствующий зуб → имплантат", "Dent absente → implant", "Missing tooth → implant"),
]  # fmt: skip


def write(apps, schema_editor):
    combination = apps.get_model("charting", "Combination")
    for position, (kind, severity, code, effect, ru, fr, en) in enumerate(COMBINATIONS):
        titles = {"title_ru": ru, "title_fr": fr, "title_en": en}
        combination.objects.create(kind=kind, severity=severity, diagnosis=code, effect=effect, position=position, **titles)


class Migration(migrations.Migration):
    dependencies = [("charting", "0026_catalogue_gestures_canals")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
