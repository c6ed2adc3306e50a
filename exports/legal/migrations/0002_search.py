import django.contrib.postgres.indexes
import django.contrib.postgres.search
from pathlib import Path

from django.db import migrations, models


SEARCH = Path(__file__).parent.parent / 'sql' / 'search.sql'


class Migration(migrations.Migration):

    dependencies = [
        ('legal', '0001_cases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('low', models.BigIntegerField()),
                ('seen', models.BigIntegerField()),
                ('seen_xid', models.BigIntegerField()),
                ('until_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('event_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('op', models.CharField(max_length=1)),
                ('tbl', models.TextField()),
                ('actor', models.TextField()),
                ('patient_id', models.UUIDField(null=True)),
                ('is_late', models.BooleanField(default=False)),
                ('is_after_signing', models.BooleanField(default=False)),
                ('is_outside', models.BooleanField(default=False)),
                ('words', django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
            options={
                'indexes': [models.Index(models.F('at'), name='legal_entry_at'), models.Index(models.F('actor'), models.F('at'), name='legal_entry_actor'), models.Index(models.F('patient_id'), models.F('at'), condition=models.Q(('patient_id__isnull', False)), name='legal_entry_patient'), models.Index(models.F('tbl'), models.F('at'), name='legal_entry_table'), models.Index(models.F('op'), models.F('at'), condition=models.Q(('op__in', ['I', 'U', 'V']), _negated=True), name='legal_entry_kind'), models.Index(models.F('at'), condition=models.Q(('is_late', True)), name='legal_entry_late'), models.Index(models.F('at'), condition=models.Q(('is_after_signing', True)), name='legal_entry_after_signing'), models.Index(models.F('at'), condition=models.Q(('is_outside', True)), name='legal_entry_outside'), django.contrib.postgres.indexes.GinIndex(models.F('words'), name='legal_entry_words')],
            },
        ),
        migrations.CreateModel(
            name='Hand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('patient_id', models.UUIDField()),
                ('actor', models.TextField()),
                ('first_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('patient_id', 'actor'), name='legal_hand_once')],
            },
        ),
        migrations.RunSQL([SEARCH.read_text()]),
    ]
