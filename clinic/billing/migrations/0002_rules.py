"""What the database itself holds about money: append-only rows, sums, one currency, one account, gapless invoice numbers.

Sums are checked at the end of the transaction under the account's lock, so that two transactions cannot each see only their own half.
"""

from django.db import migrations

from clinic.history.operations import AppendOnly, Freeze

LEDGERS = ("Charge", "InsurerShare", "Payment", "Allocation", "InvoiceLine")

FUNCTIONS = """
CREATE FUNCTION billing_lock_account(patient uuid) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('billing account ' || patient::text, 0))
$$;

CREATE FUNCTION billing_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', message USING ERRCODE = 'check_violation', CONSTRAINT = rule; END $$;

CREATE FUNCTION billing_check_charge(charge uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE gross numeric; taken numeric; settled numeric;
BEGIN
  SELECT coalesce(sum(amount), 0) INTO gross FROM billing_charge WHERE id = charge OR reverses_id = charge;
  SELECT coalesce(sum(amount), 0) INTO taken FROM billing_insurershare WHERE charge_id = charge;
  SELECT coalesce(sum(amount), 0) INTO settled FROM billing_allocation WHERE charge_id = charge;
  IF taken < 0 OR taken > gross THEN
    PERFORM billing_refuse('billing_share_within_charge', format('insurers take %s of charge %s over %s', taken, charge, gross));
  END IF;
  IF settled < 0 OR settled > gross - taken THEN
    PERFORM billing_refuse('billing_allocated_within_charge', format('%s allocated to charge %s, due %s', settled, charge, gross - taken));
  END IF;
END $$;

CREATE FUNCTION billing_check_payment(payment uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept numeric; settled numeric;
BEGIN
  SELECT coalesce(sum(amount), 0) INTO kept FROM billing_payment WHERE id = payment OR refunds_id = payment;
  SELECT coalesce(sum(amount), 0) INTO settled FROM billing_allocation WHERE payment_id = payment;
  IF kept < 0 THEN
    PERFORM billing_refuse('billing_refund_within_payment', format('refunds exceed payment %s by %s', payment, -kept));
  END IF;
  IF settled < 0 OR settled > kept THEN
    PERFORM billing_refuse('billing_allocated_within_payment', format('%s allocated of payment %s, which has %s', settled, payment, kept));
  END IF;
END $$;

CREATE FUNCTION billing_charge_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE o billing_charge;
BEGIN
  IF NEW.reverses_id IS NULL THEN RETURN NULL; END IF;
  PERFORM billing_lock_account(NEW.patient_id);
  SELECT * INTO o FROM billing_charge WHERE id = NEW.reverses_id;
  IF o.reverses_id IS NOT NULL OR (o.amount, o.currency, o.patient_id, o.performance_id, o.legal_entity_id)
     IS DISTINCT FROM (-NEW.amount, NEW.currency, NEW.patient_id, NEW.performance_id, NEW.legal_entity_id) THEN
    PERFORM billing_refuse('billing_charge_reversal_opposite', format('charge %s is not the opposite of %s', NEW.id, o.id));
  END IF;
  PERFORM billing_check_charge(o.id);
  RETURN NULL;
END $$;

CREATE FUNCTION billing_share_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c billing_charge; o billing_insurershare;
BEGIN
  PERFORM billing_lock_account(NEW.patient_id);
  SELECT * INTO c FROM billing_charge WHERE id = NEW.charge_id;
  IF c.reverses_id IS NOT NULL OR c.patient_id <> NEW.patient_id THEN
    PERFORM billing_refuse('billing_share_of_own_charge', format('share %s does not fit charge %s', NEW.id, c.id));
  END IF;
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT * INTO o FROM billing_insurershare WHERE id = NEW.reverses_id;
    IF o.reverses_id IS NOT NULL OR (o.amount, o.charge_id) IS DISTINCT FROM (-NEW.amount, NEW.charge_id) THEN
      PERFORM billing_refuse('billing_share_reversal_opposite', format('share %s is not the opposite of %s', NEW.id, o.id));
    END IF;
  END IF;
  PERFORM billing_check_charge(NEW.charge_id);
  RETURN NULL;
END $$;

CREATE FUNCTION billing_allocation_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c billing_charge; p billing_payment; o billing_allocation;
BEGIN
  PERFORM billing_lock_account(NEW.patient_id);
  SELECT * INTO c FROM billing_charge WHERE id = NEW.charge_id;
  SELECT * INTO p FROM billing_payment WHERE id = NEW.payment_id;
  IF c.reverses_id IS NOT NULL OR p.refunds_id IS NOT NULL
     OR (c.patient_id, c.currency, c.legal_entity_id) IS DISTINCT FROM (p.patient_id, p.currency, p.legal_entity_id)
     OR c.patient_id <> NEW.patient_id THEN
    PERFORM billing_refuse('billing_allocation_fits', format('payment %s and charge %s differ in account, currency or legal entity', p.id, c.id));
  END IF;
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT * INTO o FROM billing_allocation WHERE id = NEW.reverses_id;
    IF o.reverses_id IS NOT NULL OR (o.amount, o.charge_id, o.payment_id) IS DISTINCT FROM (-NEW.amount, NEW.charge_id, NEW.payment_id) THEN
      PERFORM billing_refuse('billing_allocation_reversal_opposite', format('allocation %s is not the opposite of %s', NEW.id, o.id));
    END IF;
  END IF;
  PERFORM billing_check_charge(NEW.charge_id);
  PERFORM billing_check_payment(NEW.payment_id);
  RETURN NULL;
END $$;

CREATE FUNCTION billing_payment_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE o billing_payment;
BEGIN
  IF NEW.refunds_id IS NULL THEN RETURN NULL; END IF;
  PERFORM billing_lock_account(NEW.patient_id);
  SELECT * INTO o FROM billing_payment WHERE id = NEW.refunds_id;
  IF o.refunds_id IS NOT NULL OR (o.currency, o.patient_id, o.legal_entity_id) IS DISTINCT FROM (NEW.currency, NEW.patient_id, NEW.legal_entity_id) THEN
    PERFORM billing_refuse('billing_refund_fits', format('refund %s does not fit payment %s', NEW.id, o.id));
  END IF;
  PERFORM billing_check_payment(o.id);
  RETURN NULL;
END $$;

CREATE FUNCTION billing_invoice_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM billing_invoice WHERE legal_entity_id = NEW.legal_entity_id AND year = NEW.year AND number = NEW.number - 1) THEN
    PERFORM billing_refuse('billing_invoice_number_gapless', format('invoice %s-%s has no predecessor', NEW.year, NEW.number));
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION billing_check_invoice(invoice uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE i billing_invoice; s record;
BEGIN
  SELECT * INTO i FROM billing_invoice WHERE id = invoice;
  SELECT count(*) AS n, coalesce(sum(amount), 0) AS total, coalesce(sum(insurer_amount), 0) AS insurer INTO s
    FROM billing_invoiceline WHERE invoice_id = invoice;
  IF s.n = 0 OR (s.n, s.total, s.insurer) IS DISTINCT FROM (i.line_count::bigint, i.total, i.insurer_total) THEN
    PERFORM billing_refuse('billing_invoice_total', format('invoice %s has %s lines of %s and %s', invoice, s.n, s.total, s.insurer));
  END IF;
END $$;

CREATE FUNCTION billing_invoice_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE o billing_invoice;
BEGIN
  PERFORM billing_check_invoice(NEW.id);
  IF NEW.cancels_id IS NOT NULL THEN
    SELECT * INTO o FROM billing_invoice WHERE id = NEW.cancels_id;
    IF o.cancels_id IS NOT NULL OR (o.total, o.insurer_total, o.currency, o.legal_entity_id, o.patient_id)
       IS DISTINCT FROM (-NEW.total, -NEW.insurer_total, NEW.currency, NEW.legal_entity_id, NEW.patient_id) THEN
      PERFORM billing_refuse('billing_credit_note_opposite', format('invoice %s is not the opposite of %s', NEW.id, o.id));
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION billing_invoice_line_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE c billing_charge; i billing_invoice; o billing_invoiceline;
BEGIN
  PERFORM billing_lock_account(NEW.patient_id);
  SELECT * INTO c FROM billing_charge WHERE id = NEW.charge_id;
  SELECT * INTO i FROM billing_invoice WHERE id = NEW.invoice_id;
  IF c.reverses_id IS NOT NULL OR (c.patient_id, c.currency, c.legal_entity_id) IS DISTINCT FROM (i.patient_id, i.currency, i.legal_entity_id)
     OR c.patient_id <> NEW.patient_id THEN
    PERFORM billing_refuse('billing_invoice_line_fits', format('charge %s does not fit invoice %s', c.id, i.id));
  END IF;
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT * INTO o FROM billing_invoiceline WHERE id = NEW.reverses_id;
    IF o.invoice_id IS DISTINCT FROM i.cancels_id
       OR (o.amount, o.insurer_amount, o.charge_id) IS DISTINCT FROM (-NEW.amount, -NEW.insurer_amount, NEW.charge_id) THEN
      PERFORM billing_refuse('billing_credit_note_opposite', format('line %s is not the opposite of %s', NEW.id, o.id));
    END IF;
  END IF;
  IF (SELECT count(*) FILTER (WHERE reverses_id IS NULL) - count(*) FILTER (WHERE reverses_id IS NOT NULL)
      FROM billing_invoiceline WHERE charge_id = NEW.charge_id) > 1 THEN
    PERFORM billing_refuse('billing_invoiced_once', format('charge %s stands on two invoices', NEW.charge_id));
  END IF;
  PERFORM billing_check_invoice(NEW.invoice_id);
  RETURN NULL;
END $$;

CREATE FUNCTION billing_invoice_file_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM billing_refuse('billing_invoice_file_once', format('invoice %s has its file already', OLD.id));
  RETURN NULL;
END $$;
"""

DEFERRED = {
    "billing_charge": "billing_charge_rule",
    "billing_insurershare": "billing_share_rule",
    "billing_allocation": "billing_allocation_rule",
    "billing_payment": "billing_payment_rule",
    "billing_invoice": "billing_invoice_rule",
    "billing_invoiceline": "billing_invoice_line_rule",
}

TRIGGERS = "".join(
    f"CREATE CONSTRAINT TRIGGER {rule} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {rule}();\n"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {rule};\n"
    for table, rule in DEFERRED.items()
)

AT_ONCE = """
CREATE TRIGGER billing_invoice_number AFTER INSERT ON billing_invoice FOR EACH ROW EXECUTE FUNCTION billing_invoice_number();
ALTER TABLE billing_invoice ENABLE ALWAYS TRIGGER billing_invoice_number;
CREATE TRIGGER billing_invoice_file_once BEFORE UPDATE ON billing_invoice FOR EACH ROW
  WHEN (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) EXECUTE FUNCTION billing_invoice_file_once();
ALTER TABLE billing_invoice ENABLE ALWAYS TRIGGER billing_invoice_file_once;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS + AT_ONCE, reverse_sql=migrations.RunSQL.noop),
        *(AppendOnly(name) for name in LEDGERS),
        Freeze("Invoice", when="true", except_columns=("file_id",)),
    ]
