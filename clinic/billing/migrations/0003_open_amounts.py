"""What is still open of every charge, in rows of their own: kept by trigger, filled here for the charges that stand, checked at every commit."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE FUNCTION billing_keep_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $keep$
DECLARE about uuid; change numeric;
BEGIN
  IF TG_TABLE_NAME = 'billing_charge' THEN
    about := coalesce(NEW.reverses_id, NEW.id);
    change := NEW.amount;
  ELSE
    about := NEW.charge_id;
    change := -NEW.amount;
  END IF;
  PERFORM public.billing_lock_account(NEW.patient_id);
  INSERT INTO billing_openamount AS o (charge_id, patient_id, branch_id, currency, posted_at, amount)
  SELECT id, patient_id, branch_id, currency, posted_at, change FROM billing_charge WHERE id = about AND change <> 0
  ON CONFLICT (charge_id) DO UPDATE SET amount = o.amount + EXCLUDED.amount;
  DELETE FROM billing_openamount WHERE charge_id = about AND amount = 0;
  RETURN NULL;
END $keep$;
"""
TABLES = ("billing_charge", "billing_insurershare", "billing_allocation")
TRIGGERS = "".join(
    f"CREATE TRIGGER billing_open AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION billing_keep_open();\n"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER billing_open;\n"
    for table in TABLES
)
FILL = """
INSERT INTO billing_openamount (charge_id, patient_id, branch_id, currency, posted_at, amount)
SELECT c.id, c.patient_id, c.branch_id, c.currency, c.posted_at, c.amount - coalesce(s.total, 0) - coalesce(i.total, 0)
FROM billing_charge c
LEFT JOIN (SELECT charge_id, sum(amount) AS total FROM billing_allocation GROUP BY charge_id) s ON s.charge_id = c.id
LEFT JOIN (SELECT charge_id, sum(amount) AS total FROM billing_insurershare GROUP BY charge_id) i ON i.charge_id = c.id
WHERE c.reverses_id IS NULL AND NOT EXISTS (SELECT FROM billing_charge r WHERE r.reverses_id = c.id)
  AND c.amount <> coalesce(s.total, 0) + coalesce(i.total, 0);
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'clinic_app' AND rolname <> current_user) THEN
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON billing_openamount FROM clinic_app;
  END IF;
END $$;
"""
DROP = "".join(f"DROP TRIGGER billing_open ON {table};\n" for table in TABLES) + "DROP FUNCTION billing_keep_open();"

COMPARED = """
  SELECT coalesce(sum(amount), 0) INTO open FROM billing_openamount WHERE charge_id = charge;
  IF open <> gross - taken - settled THEN
    PERFORM billing_refuse('billing_open_amount_is_the_sum', format('charge %s has %s open, kept are %s', charge, gross - taken - settled, open));
  END IF;"""


def _check_charge(compared: str) -> str:
    """The sum check of 0002, which all deferred rules of a charge call, with what it compares besides."""
    return f"""
CREATE OR REPLACE FUNCTION billing_check_charge(charge uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE gross numeric; taken numeric; settled numeric; open numeric;
BEGIN
  SELECT coalesce(sum(amount), 0) INTO gross FROM billing_charge WHERE id = charge OR reverses_id = charge;
  SELECT coalesce(sum(amount), 0) INTO taken FROM billing_insurershare WHERE charge_id = charge;
  SELECT coalesce(sum(amount), 0) INTO settled FROM billing_allocation WHERE charge_id = charge;
  IF taken < 0 OR taken > gross THEN
    PERFORM billing_refuse('billing_share_within_charge', format('insurers take %s of charge %s over %s', taken, charge, gross));
  END IF;
  IF settled < 0 OR settled > gross - taken THEN
    PERFORM billing_refuse('billing_allocated_within_charge', format('%s allocated to charge %s, due %s', settled, charge, gross - taken));
  END IF;{compared}
END $$;
"""  # noqa: S608 - both texts stand in this file


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_rules"), ("patients", "0005_consent_texts"), ("staff", "0002_passwords_and_idempotency")]

    operations = [
        migrations.CreateModel(
            name="OpenAmount",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="open_amount",
                        serialize=False,
                        to="billing.charge",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("posted_at", models.DateTimeField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "branch",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.branch"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["branch", "posted_at"], include=("patient", "currency", "amount"), name="billing_open_of_branch")],
            },
        ),
        migrations.RunSQL(KEEP + TRIGGERS + FILL, DROP),
        migrations.RunSQL(_check_charge(COMPARED), _check_charge("")),
    ]
