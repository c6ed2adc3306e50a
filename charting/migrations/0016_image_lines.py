"""Lines drawn on pictures, taken back at most, and how a picture is shown; both stay with the picture's patient."""

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
        ('charting', '0015_default_questionnaire'),
        ('history', '0001_ledger'),
        ('patients', '0009_rectification'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalImageDisplay',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('low', models.FloatField(blank=True, null=True, verbose_name='darkest value')),
                ('high', models.FloatField(blank=True, null=True, verbose_name='lightest value')),
                ('is_negative', models.BooleanField(default=False, verbose_name='negative')),
                ('quarter_turns', models.PositiveSmallIntegerField(default=0, verbose_name='quarter turns clockwise')),
                ('is_mirrored', models.BooleanField(default=False, verbose_name='mirrored')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('image', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.image', verbose_name='image')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('saved_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
            ],
            options={
                'verbose_name': 'historical display of an image',
                'verbose_name_plural': 'historical display of an images',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalImageLine',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('frame', models.PositiveIntegerField(default=0, verbose_name='frame')),
                ('start_column', models.FloatField(verbose_name='column of the start')),
                ('start_row', models.FloatField(verbose_name='row of the start')),
                ('end_column', models.FloatField(verbose_name='column of the end')),
                ('end_row', models.FloatField(verbose_name='row of the end')),
                ('label', models.CharField(blank=True, max_length=120, verbose_name='what the line shows')),
                ('length_mm', models.DecimalField(blank=True, decimal_places=1, max_digits=8, null=True, verbose_name='length, mm')),
                ('basis', models.CharField(blank=True, choices=[('patient', 'in the patient'), ('detector', 'at the detector')], max_length=10, verbose_name='where millimetres hold')),
                ('drawn_at', models.DateTimeField(verbose_name='drawn')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='line taken back')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('drawn_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drawn by')),
                ('image', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.image', verbose_name='image')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient')),
                ('withdrawn_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='line taken back by')),
            ],
            options={
                'verbose_name': 'historical line on an image',
                'verbose_name_plural': 'historical line on an images',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ImageDisplay',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('low', models.FloatField(blank=True, null=True, verbose_name='darkest value')),
                ('high', models.FloatField(blank=True, null=True, verbose_name='lightest value')),
                ('is_negative', models.BooleanField(default=False, verbose_name='negative')),
                ('quarter_turns', models.PositiveSmallIntegerField(default=0, verbose_name='quarter turns clockwise')),
                ('is_mirrored', models.BooleanField(default=False, verbose_name='mirrored')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('image', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='display', to='charting.image', verbose_name='image')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
            ],
            options={
                'verbose_name': 'display of an image',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('high', None), ('low', None)), ('high__gt', models.F('low')), _connector='OR'), name='charting_display_window_or_none'), models.CheckConstraint(condition=models.Q(('quarter_turns__lte', 3)), name='charting_display_quarter_turns')],
            },
        ),
        migrations.CreateModel(
            name='ImageLine',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('frame', models.PositiveIntegerField(default=0, verbose_name='frame')),
                ('start_column', models.FloatField(verbose_name='column of the start')),
                ('start_row', models.FloatField(verbose_name='row of the start')),
                ('end_column', models.FloatField(verbose_name='column of the end')),
                ('end_row', models.FloatField(verbose_name='row of the end')),
                ('label', models.CharField(blank=True, max_length=120, verbose_name='what the line shows')),
                ('length_mm', models.DecimalField(blank=True, decimal_places=1, max_digits=8, null=True, verbose_name='length, mm')),
                ('basis', models.CharField(blank=True, choices=[('patient', 'in the patient'), ('detector', 'at the detector')], max_length=10, verbose_name='where millimetres hold')),
                ('drawn_at', models.DateTimeField(verbose_name='drawn')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='line taken back')),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drawn by')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='charting.image', verbose_name='image')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='line taken back by')),
            ],
            options={
                'verbose_name': 'line on an image',
                'indexes': [models.Index(fields=['image', 'drawn_at'], name='charting_line_image')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end_column__gte', 0), ('end_row__gte', 0), ('start_column__gte', 0), ('start_row__gte', 0), ('end_column__lte', 65535), ('end_row__lte', 65535), ('start_column__lte', 65535), ('start_row__lte', 65535)), name='charting_line_on_picture'), models.CheckConstraint(condition=models.Q(models.Q(('start_column', models.F('end_column')), _negated=True), models.Q(('start_row', models.F('end_row')), _negated=True), _connector='OR'), name='charting_line_has_two_ends'), models.CheckConstraint(condition=models.Q(('basis__in', ['', 'patient', 'detector'])), name='charting_line_basis_known'), models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('length_mm', None)), models.Q(('length_mm__gte', 0), models.Q(('basis', ''), _negated=True)), _connector='OR'), name='charting_line_length_with_basis'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='charting_line_withdrawn_by_someone')],
            },
        ),
        clinic.history.operations.Capture(
            name='ImageDisplay',
        ),
        clinic.history.operations.Capture(
            name='ImageLine',
        ),
        clinic.history.operations.Freeze(name='ImageLine', when='TRUE', except_columns=('withdrawn_at', 'withdrawn_by_id')),
        clinic.history.operations.Freeze(name='ImageLine', when='OLD.withdrawn_at IS NOT NULL', label='withdrawn'),
        SamePatient("ImageLine", {"image_id": "charting_image"}),
        SamePatient("ImageDisplay", {"image_id": "charting_image"}),
    ]
