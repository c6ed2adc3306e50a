"""Papers with the mouth on them, kept as they were issued."""

import clinic.history.operations
import clinic.lib.ids
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.referee import SamePatient


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0032_screening_of_children'),
        ('files', '0001_initial'),
        ('history', '0001_ledger'),
        ('patients', '0012_alert_labels'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalIssuedPaper',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('kind', models.CharField(choices=[('handout', 'What we found'), ('chart', 'Dental chart'), ('visit', 'Card of a visit (form 043/у)')], max_length=10, verbose_name='kind')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('mouth_at', models.DateTimeField(verbose_name='the mouth as it was on')),
                ('own_words', models.TextField(blank=True, verbose_name="in the dentist's own words")),
                ('content_hash', models.CharField(max_length=64, verbose_name='hash of the content')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('file', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='files.storedfile', verbose_name='PDF')),
                ('issued_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('visit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'historical paper for the patient',
                'verbose_name_plural': 'historical paper for the patients',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='IssuedPaper',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('handout', 'What we found'), ('chart', 'Dental chart'), ('visit', 'Card of a visit (form 043/у)')], max_length=10, verbose_name='kind')),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Русский'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('mouth_at', models.DateTimeField(verbose_name='the mouth as it was on')),
                ('own_words', models.TextField(blank=True, verbose_name="in the dentist's own words")),
                ('content_hash', models.CharField(max_length=64, verbose_name='hash of the content')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='PDF')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='patients.patient', verbose_name='patient')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='charting.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'paper for the patient',
                'indexes': [models.Index(fields=['patient', '-issued_at'], name='charting_paper_patient')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['handout', 'chart', 'visit'])), name='charting_paper_kind_known'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'ru', 'fr'])), name='charting_paper_language_known'), models.CheckConstraint(condition=models.Q(('mouth_at__lte', models.F('issued_at'))), name='charting_paper_of_the_past'), models.CheckConstraint(condition=models.Q(('kind', 'visit'), ('visit', None), _connector='XOR'), name='charting_paper_of_a_visit')],
            },
        ),
        clinic.history.operations.Capture(
            name='IssuedPaper',
        ),
        clinic.history.operations.AppendOnly(name="IssuedPaper"),
        SamePatient("IssuedPaper", {"visit_id": "charting_visit"}),
    ]
