"""A paper of a periodontal exam is its patient's, as one of a visit is."""

from django.db import migrations

from clinic.history.referee import SamePatient

VISIT = {"visit_id": "charting_visit"}


class Migration(migrations.Migration):
    dependencies = [("charting", "0041_digits_of_the_map")]

    operations = [SamePatient("IssuedPaper", {**VISIT, "exam_id": "charting_perioexam"}, before=VISIT)]
