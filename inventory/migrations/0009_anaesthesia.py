"""Anaesthetics of the stock, and what an anaesthesia took from it."""

import clinic.history.operations
import clinic.lib.ids
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from clinic.history.operations import AppendOnly
from clinic.history.referee import SamePatient

LINKS = {"performance_id": "charting_performance", "reverses_id": "inventory_movement"}


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0022_ranks_and_anaesthesia'),
        ('history', '0001_ledger'),
        ('inventory', '0008_costs_not_said'),
        ('patients', '0011_french_j'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnaesthesiaLot',
            fields=[
                ('id', models.UUIDField(default=clinic.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('quantity', models.DecimalField(decimal_places=3, max_digits=12, verbose_name='quantity')),
            ],
            options={
                'verbose_name': 'lot of an anaesthesia',
            },
        ),
        migrations.CreateModel(
            name='HistoricalAnaesthesiaLot',
            fields=[
                ('event_id', models.BigIntegerField()),
                ('actor_name', models.CharField(max_length=200)),
                ('id', models.UUIDField(db_index=True, default=clinic.lib.ids.uuid7, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('history_user_id', models.UUIDField(null=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('quantity', models.DecimalField(decimal_places=3, max_digits=12, verbose_name='quantity')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical lot of an anaesthesia',
                'verbose_name_plural': 'historical lot of an anaesthesias',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name='movement',
            name='inventory_write_off_for_performance',
        ),
        migrations.AddField(
            model_name='historicalmaterial',
            name='anaesthetic',
            field=models.CharField(blank=True, max_length=24, verbose_name='anaesthetic'),
        ),
        migrations.AddField(
            model_name='historicalmovement',
            name='anaesthesia',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddField(
            model_name='material',
            name='anaesthetic',
            field=models.CharField(blank=True, max_length=24, verbose_name='anaesthetic'),
        ),
        migrations.AddField(
            model_name='movement',
            name='anaesthesia',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddConstraint(
            model_name='material',
            constraint=models.CheckConstraint(condition=models.Q(('anaesthetic__in', ['', 'articaine_100', 'articaine_200', 'lidocaine_100', 'mepivacaine_3', 'mepivacaine_100', 'prilocaine_felypressin', 'bupivacaine_200', 'lidocaine_spray', 'benzocaine_gel'])), name='inventory_anaesthetic_known'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['write_off', 'settlement']), _negated=True), ('performance__isnull', False), ('anaesthesia__isnull', False), ('patient', None), _connector='OR'), name='inventory_write_off_for_an_act'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('performance', None), ('anaesthesia', None), _connector='OR'), name='inventory_movement_for_one_act'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'write_off')), fields=('anaesthesia',), name='inventory_anaesthesia_taken_once'),
        ),
        migrations.AddField(
            model_name='anaesthesialot',
            name='anaesthesia',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='drawn_from', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddField(
            model_name='anaesthesialot',
            name='lot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='anaesthesia', to='inventory.lot', verbose_name='lot'),
        ),
        migrations.AddField(
            model_name='anaesthesialot',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesialot',
            name='anaesthesia',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='charting.anaesthesia', verbose_name='anaesthesia'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesialot',
            name='lot',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.lot', verbose_name='lot'),
        ),
        migrations.AddField(
            model_name='historicalanaesthesialot',
            name='patient',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient', verbose_name='patient'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesialot',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='inventory_anaesthesia_quantity_positive'),
        ),
        clinic.history.operations.Capture(
            name='AnaesthesiaLot',
        ),
        clinic.history.operations.Capture(
            name='Material',
        ),
        clinic.history.operations.Capture(
            name='Movement',
        ),
        AppendOnly("AnaesthesiaLot"),
        SamePatient("AnaesthesiaLot", {"anaesthesia_id": "charting_anaesthesia"}),
        SamePatient("Movement", {**LINKS, "anaesthesia_id": "charting_anaesthesia"}, before=LINKS),
    ]
