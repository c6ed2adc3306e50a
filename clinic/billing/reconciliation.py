"""Whether the open amounts that the triggers keep are what charges, shares and allocations add up to."""

from uuid import UUID

from django.db import connection

DIFFERENT = """
WITH rows AS (
  SELECT coalesce(reverses_id, id) AS charge_id, amount FROM billing_charge
  UNION ALL SELECT charge_id, -amount FROM billing_insurershare
  UNION ALL SELECT charge_id, -amount FROM billing_allocation),
sums AS (SELECT charge_id, sum(amount) AS amount FROM rows GROUP BY charge_id HAVING sum(amount) <> 0)
SELECT coalesce(s.charge_id, o.charge_id)
FROM sums s FULL JOIN billing_openamount o USING (charge_id) LEFT JOIN billing_charge c ON c.id = o.charge_id
WHERE s.amount IS DISTINCT FROM o.amount
   OR (c.patient_id, c.branch_id, c.currency, c.posted_at) IS DISTINCT FROM (o.patient_id, o.branch_id, o.currency, o.posted_at)
"""


def differences() -> set[UUID]:
    """Charges whose kept open amount is not the sum of their rows, or stands to another account; none in a sound database."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return {row[0] for row in cursor.fetchall()}
