"""A service newly takes only codes of the right dictionary that are not closed; the one it has it keeps."""

from django.db import migrations

CODES = {"nomenclature_code_id": "804n", "ccam_code_id": "ccam"}
CHECKS = "".join(
    f"""
  IF NEW.{column} IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.{column} IS DISTINCT FROM OLD.{column}) AND NOT EXISTS (
    SELECT FROM price_list_dictionarycode c
    WHERE c.id = NEW.{column} AND c.kind = '{kind}' AND (c.valid_to IS NULL OR c.valid_to > today)) THEN
    RAISE EXCEPTION 'service %: code % is closed or of another dictionary', NEW.id, NEW.{column}
      USING ERRCODE = 'check_violation', CONSTRAINT = 'price_list_service_code_in_force';
  END IF;"""  # noqa: S608 - our own words
    for column, kind in CODES.items()
)
RULE = f"""
CREATE FUNCTION price_list_service_code_in_force() RETURNS trigger LANGUAGE plpgsql AS $rule$
DECLARE today date := (now() AT TIME ZONE 'Etc/GMT+12')::date; -- where the day begins last, so no branch is refused a code that is open there
BEGIN{CHECKS}
  RETURN NULL;
END $rule$;
CREATE CONSTRAINT TRIGGER price_list_service_code_in_force AFTER INSERT OR UPDATE OF {", ".join(CODES)} ON price_list_service
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION price_list_service_code_in_force();
ALTER TABLE price_list_service ENABLE ALWAYS TRIGGER price_list_service_code_in_force;
"""
UNDO = "DROP TRIGGER price_list_service_code_in_force ON price_list_service; DROP FUNCTION price_list_service_code_in_force();"


class Migration(migrations.Migration):
    dependencies = [("price_list", "0001_initial")]

    operations = [migrations.RunSQL(RULE, UNDO)]
