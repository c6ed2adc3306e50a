"""Letters of Kazakh, Tatar and Ukrainian are found by the Russian letters that people type for them: Әлия is Алия, Өзге is Озге, Їжак is Ижак."""

from django.db import migrations

FOLD = r"""
CREATE OR REPLACE FUNCTION patients_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT trim(regexp_replace(
    replace(replace(replace(translate(lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g')), 'łøđı{letters}', 'lodi{twins}'),
      'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'),
    '[^[:alnum:]]+', ' ', 'g'))
$$;
"""
LETTERS, TWINS = "әғқңөұүһієґҗ", "агкноуухиегж"
REFRESH = f"""
SELECT patients_refresh_search(id) FROM patients_patient
WHERE lower(normalize(concat_ws(' ', last_name, first_name, patronymic, birth_name, external_number), NFKD)) ~ '[{LETTERS}]';
"""  # noqa: S608 - our own letters


def statements(letters: str, twins: str) -> str:
    return FOLD.format(letters=letters, twins=twins) + REFRESH


class Migration(migrations.Migration):
    dependencies = [("patients", "0012_alert_labels")]

    operations = [migrations.RunSQL(statements(LETTERS, TWINS), statements("", ""))]
