"""What every clinic begins with for its notes: requirements, templates and short words in each language; the clinic changes them."""

from django.db import migrations

from charting.defaults import note_outlines, note_requirements, note_templates, text_macros


def write(apps, schema_editor):
    """A clinic that has texts of its own in a language or rules of its own keeps them as they are."""
    _requirements(apps.get_model("charting", "NoteRequirement"))
    _templates(apps.get_model("charting", "NoteTemplate"))
    _outlines(apps.get_model("charting", "NoteOutline"))
    macro = apps.get_model("charting", "TextMacro")
    known = set(macro.objects.filter(owner=None).values_list("word", flat=True))
    macro.objects.bulk_create([macro(word=word, text=text) for word, text in text_macros().items() if word not in known])


def _requirements(requirement):
    requirement.objects.bulk_create([requirement(act=act, parts=parts) for act, parts in note_requirements().items()])


def _templates(template):
    own = set(template.objects.values_list("language", flat=True))
    template.objects.bulk_create([
        template(section=section, language=language, title=title, body=body, position=position)
        for language, sections in note_templates().items() if language not in own
        for section, texts in sections.items()
        for position, (title, body) in enumerate(texts)
    ])  # fmt: skip


def _outlines(outline):
    own = set(outline.objects.values_list("language", flat=True))
    outline.objects.bulk_create([
        outline(language=language, position=position, **values)
        for language, rows in note_outlines().items() if language not in own
        for position, values in enumerate(rows)
    ])  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("charting", "0029_note_requirements")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
