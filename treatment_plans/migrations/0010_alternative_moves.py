"""An alternative is accepted only after it was presented, is presented only with lines, and each of its moves has its step."""

from django.db import migrations

from clinic.history.referee import Moves

MOVES = {
    "draft": ["presented", "rejected"],
    "presented": ["accepted", "draft", "rejected"],
    "accepted": ["cancelled"],
    "rejected": [],
    "cancelled": [],
}
LINES = """
CREATE FUNCTION treatment_plans_alternative_lines() RETURNS trigger LANGUAGE plpgsql AS $rule$
BEGIN
  IF NEW.state IN ('accepted', 'rejected')
     AND EXISTS (SELECT FROM treatment_plans_item i WHERE i.alternative_id = NEW.id AND i.frozen_at IS NULL) THEN
    RAISE EXCEPTION 'alternative % has lines that are not frozen', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_alternative_unfrozen';
  END IF;
  IF NEW.state IN ('presented', 'accepted')
     AND NOT EXISTS (SELECT FROM treatment_plans_item i WHERE i.alternative_id = NEW.id AND i.cancelled_at IS NULL) THEN
    RAISE EXCEPTION 'alternative % has no lines', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_alternative_empty';
  END IF;
  RETURN NEW;
END $rule$;
CREATE TRIGGER treatment_plans_alternative_lines BEFORE UPDATE OF state ON treatment_plans_alternative
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION treatment_plans_alternative_lines();
ALTER TABLE treatment_plans_alternative ENABLE ALWAYS TRIGGER treatment_plans_alternative_lines;
CREATE FUNCTION treatment_plans_alternative_in_step() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE about uuid; live text; told text;
BEGIN
  IF TG_TABLE_NAME = 'treatment_plans_alternative' THEN about := NEW.id; ELSE about := NEW.alternative_id; END IF;
  SELECT state INTO live FROM treatment_plans_alternative WHERE id = about;
  SELECT state INTO told FROM treatment_plans_alternativestep WHERE alternative_id = about ORDER BY id DESC LIMIT 1;
  IF live IS DISTINCT FROM told THEN
    RAISE EXCEPTION 'alternative % is %, its last step says %', about, live, coalesce(told, 'nothing')
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'treatment_plans_alternative_in_step';
  END IF;
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER treatment_plans_alternative_in_step AFTER UPDATE OF state ON treatment_plans_alternative
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION treatment_plans_alternative_in_step();
ALTER TABLE treatment_plans_alternative ENABLE ALWAYS TRIGGER treatment_plans_alternative_in_step;
CREATE CONSTRAINT TRIGGER treatment_plans_alternative_in_step AFTER INSERT ON treatment_plans_alternativestep
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION treatment_plans_alternative_in_step();
ALTER TABLE treatment_plans_alternativestep ENABLE ALWAYS TRIGGER treatment_plans_alternative_in_step;
"""
UNDO = """
DROP TRIGGER treatment_plans_alternative_in_step ON treatment_plans_alternativestep;
DROP TRIGGER treatment_plans_alternative_in_step ON treatment_plans_alternative;
DROP TRIGGER treatment_plans_alternative_lines ON treatment_plans_alternative;
DROP FUNCTION treatment_plans_alternative_in_step(), treatment_plans_alternative_lines();
"""
WITHOUT_PRESENTING = {
    "draft": ["accepted", "cancelled", "presented", "rejected"],
    "presented": ["accepted", "cancelled", "draft", "rejected"],
    "accepted": ["cancelled"],
    "rejected": [],
    "cancelled": [],
}


class Migration(migrations.Migration):
    dependencies = [("treatment_plans", "0009_starts")]

    operations = [
        migrations.RunSQL(LINES, UNDO),
        Moves("Alternative", MOVES, before=WITHOUT_PRESENTING),
    ]
