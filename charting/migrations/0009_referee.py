"""Roots fit their tooth and degrees their finding, records stay with their patient, a diagnosis takes only a code in force."""

from django.db import migrations, models

from clinic.history.referee import SamePatient

RULE = """
CREATE FUNCTION charting_diagnosis_code_in_force() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE day date;
BEGIN
  SELECT (NEW.made_at AT TIME ZONE b.time_zone)::date INTO day
  FROM patients_patient p JOIN staff_branch b ON b.id = p.branch_id WHERE p.id = NEW.patient_id;
  IF NOT EXISTS (
    SELECT FROM price_list_dictionarycode c
    WHERE c.id = NEW.code_id AND c.kind = 'icd10' AND c.valid_from <= day AND (c.valid_to IS NULL OR c.valid_to > day)) THEN
    RAISE EXCEPTION 'diagnosis %: code % is not in force on %', NEW.id, NEW.code_id, day
      USING ERRCODE = 'check_violation', CONSTRAINT = 'charting_diagnosis_code_in_force';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER charting_diagnosis_code_in_force AFTER INSERT ON charting_diagnosis
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION charting_diagnosis_code_in_force();
ALTER TABLE charting_diagnosis ENABLE ALWAYS TRIGGER charting_diagnosis_code_in_force;
"""
UNDO = "DROP TRIGGER charting_diagnosis_code_in_force ON charting_diagnosis; DROP FUNCTION charting_diagnosis_code_in_force();"


class Migration(migrations.Migration):
    dependencies = [("charting", "0008_cancelled_visits"), ("scheduling", "0003_referee")]

    operations = [
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_roots_known',
        ),
        migrations.RemoveConstraint(
            model_name='proceduretooth',
            name='charting_procedure_roots_known',
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('roots', []), models.Q(('roots__contained_by', ['C', 'R']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63])), models.Q(('roots__contained_by', ['B', 'BR', 'C', 'L', 'PR']), ('tooth__in', [14, 24])), models.Q(('roots__contained_by', ['B', 'C', 'L', 'R']), ('tooth__in', [15, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('roots__contained_by', ['DB', 'DB1', 'MB', 'MB1', 'MB2', 'P', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('roots__contained_by', ['DBC', 'DC', 'DLC', 'DR', 'MBC', 'MLC', 'MR']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_finding_roots_fit'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('severity', ''), models.Q(('kind', 'caries'), ('severity__in', ['initial', 'superficial', 'medium', 'deep'])), models.Q(('kind', 'pulpitis'), ('severity__in', ['reversible', 'acute', 'chronic'])), models.Q(('kind', 'apical_periodontitis'), ('severity__in', ['acute', 'chronic', 'granuloma'])), models.Q(('kind', 'fracture'), ('severity__in', ['enamel', 'crown', 'root'])), models.Q(('kind', 'mobility'), ('severity__in', ['1', '2', '3'])), models.Q(('kind', 'wear'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'recession'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'plaque'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'calculus'), ('severity__in', ['slight', 'moderate', 'severe'])), _connector='OR'), name='charting_finding_severity_fits'),
        ),
        migrations.AddConstraint(
            model_name='proceduretooth',
            constraint=models.CheckConstraint(condition=models.Q(('roots', []), models.Q(('roots__contained_by', ['C', 'R']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63])), models.Q(('roots__contained_by', ['B', 'BR', 'C', 'L', 'PR']), ('tooth__in', [14, 24])), models.Q(('roots__contained_by', ['B', 'C', 'L', 'R']), ('tooth__in', [15, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('roots__contained_by', ['DB', 'DB1', 'MB', 'MB1', 'MB2', 'P', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('roots__contained_by', ['DBC', 'DC', 'DLC', 'DR', 'MBC', 'MLC', 'MR']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_procedure_roots_fit'),
        ),
        SamePatient("Diagnosis", {"visit_id": "charting_visit", "finding_id": "charting_finding"}),
        SamePatient("Finding", {"visit_id": "charting_visit", "resolved_through_id": "charting_performance"}),
        SamePatient("FindingChange", {"finding_id": "charting_finding"}),
        SamePatient("Image", {"visit_id": "charting_visit"}),
        SamePatient("Performance", {"procedure_id": "charting_procedure", "visit_id": "charting_visit"}),
        SamePatient("Procedure"),
        SamePatient("ProcedureChange", {"procedure_id": "charting_procedure"}),
        SamePatient("ProcedureTooth", {"procedure_id": "charting_procedure"}),
        SamePatient("Visit", {"appointment_id": "scheduling_appointment"}),
        SamePatient("VisitAddendum", {"visit_id": "charting_visit"}),
        migrations.RunSQL(RULE, UNDO),
    ]
