"""How records of the mouth begin, how procedures move, and which visits still take records.

Who writes into a visit holds it until the transaction ends, and who signs or cancels it changes it: so one of two at once waits and then sees the other.
"""

from django.db import migrations

from clinic.history.referee import Moves, Starts

MOVES = {
    "proposed": ["cancelled", "in_progress", "planned", "referred"],
    "planned": ["cancelled", "in_progress", "proposed", "referred"],
    "in_progress": ["cancelled", "planned", "referred"],
    "referred": ["cancelled", "existing_elsewhere", "planned", "proposed"],
    "existing_here": ["cancelled"],
    "existing_elsewhere": ["cancelled"],
    "cancelled": ["proposed"],
    "done": [],
}
PERFORMED = "EXISTS (SELECT FROM charting_performance p WHERE p.procedure_id = NEW.id AND p.reversed_at IS NULL)"
BEFORE = "(SELECT p.state_before FROM charting_performance p WHERE p.procedure_id = NEW.id ORDER BY p.reversed_at DESC, p.id DESC LIMIT 1)"
BY_PERFORMANCE = f"""CASE WHEN NEW.state = 'done' THEN OLD.state IN ('proposed', 'planned', 'in_progress') AND {PERFORMED}
    ELSE OLD.state = 'done' AND NOT {PERFORMED} AND NEW.state = {BEFORE} END"""
BEGINNINGS = "'proposed', 'planned', 'referred', 'existing_here', 'existing_elsewhere'"

TAKES = """
CREATE FUNCTION charting_visit_takes() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE v charting_visit;
BEGIN
  SELECT * INTO v FROM charting_visit WHERE id = NEW.visit_id FOR SHARE;
  IF v.cancelled_at IS NOT NULL THEN
    RAISE EXCEPTION 'visit % is cancelled and takes no %', v.id, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_cancelled';
  END IF;
  IF TG_ARGV[0] = 'open' AND (v.signed_at IS NOT NULL OR v.locked_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the note of visit % is fixed and takes no %', v.id, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_fixed';
  END IF;
  IF TG_ARGV[0] = 'fixed' AND v.signed_at IS NULL AND v.locked_at IS NULL THEN
    RAISE EXCEPTION 'the note of visit % can still be written and takes no %', v.id, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_not_fixed';
  END IF;
  RETURN NEW;
END $rule$;
CREATE FUNCTION charting_visit_untouched() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF EXISTS (SELECT FROM charting_finding r WHERE r.visit_id = NEW.id) OR EXISTS (SELECT FROM charting_diagnosis r WHERE r.visit_id = NEW.id)
     OR EXISTS (SELECT FROM charting_performance r WHERE r.visit_id = NEW.id) OR EXISTS (SELECT FROM charting_image r WHERE r.visit_id = NEW.id)
     OR EXISTS (SELECT FROM charting_visitaddendum r WHERE r.visit_id = NEW.id) OR EXISTS (SELECT FROM charting_perioexam r WHERE r.visit_id = NEW.id) THEN
    RAISE EXCEPTION 'visit % holds records and cannot be cancelled', NEW.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charting_visit_untouched';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER charting_visit_untouched BEFORE UPDATE OF cancelled_at ON charting_visit FOR EACH ROW
  WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL) EXECUTE FUNCTION charting_visit_untouched();
ALTER TABLE charting_visit ENABLE ALWAYS TRIGGER charting_visit_untouched;
"""
WHICH = {"finding": "open", "diagnosis": "open", "performance": "open", "visitaddendum": "fixed", "image": "standing", "perioexam": "standing"}
"""Records of a visit, and which visits take them: a picture or a periodontal exam stands with a signed one too, for no signature covers it."""

TRIGGERS = "".join(
    f"CREATE TRIGGER charting_visit_takes BEFORE INSERT OR UPDATE OF visit_id ON charting_{table} FOR EACH ROW WHEN (NEW.visit_id IS NOT NULL)"
    f" EXECUTE FUNCTION charting_visit_takes('{which}');\n"
    f"ALTER TABLE charting_{table} ENABLE ALWAYS TRIGGER charting_visit_takes;\n"
    for table, which in WHICH.items()
)
DROP = "".join(f"DROP TRIGGER charting_visit_takes ON charting_{table};\n" for table in WHICH)
DROP += "DROP TRIGGER charting_visit_untouched ON charting_visit; DROP FUNCTION charting_visit_takes(), charting_visit_untouched();"


class Migration(migrations.Migration):
    dependencies = [("charting", "0011_perio")]

    operations = [
        Starts("Diagnosis", "NEW.in_error_at IS NULL"),
        Starts("Finding", "NEW.resolved_at IS NULL AND NEW.in_error_at IS NULL"),
        Starts("Image", "NEW.in_error_at IS NULL"),
        Starts("PerioExam", "NEW.closed_at IS NULL AND NEW.in_error_at IS NULL"),
        Starts("Performance", "NEW.reversed_at IS NULL"),
        Starts("Procedure", f"NEW.state IN ({BEGINNINGS})"),
        Starts("Visit", "NEW.signed_at IS NULL AND NEW.locked_at IS NULL AND NEW.cancelled_at IS NULL AND NEW.in_error_at IS NULL"),
        Starts("VisitAddendum", "NEW.in_error_at IS NULL"),
        Moves("Procedure", MOVES, or_when=BY_PERFORMANCE),
        migrations.RunSQL(TAKES + TRIGGERS, DROP),
    ]
