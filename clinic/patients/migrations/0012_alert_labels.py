"""An alert carries what it is in three languages, as the questionnaire that raised it says; its details are only details."""

import clinic.history.operations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0001_ledger'),
        ('patients', '0011_french_j'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='alert',
            name='patients_alert_other_has_text',
        ),
        migrations.AddField(
            model_name='alert',
            name='label_en',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in English'),
        ),
        migrations.AddField(
            model_name='alert',
            name='label_fr',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in French'),
        ),
        migrations.AddField(
            model_name='alert',
            name='label_ru',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in Russian'),
        ),
        migrations.AddField(
            model_name='historicalalert',
            name='label_en',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in English'),
        ),
        migrations.AddField(
            model_name='historicalalert',
            name='label_fr',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in French'),
        ),
        migrations.AddField(
            model_name='historicalalert',
            name='label_ru',
            field=models.CharField(blank=True, max_length=90, verbose_name='what it is, in Russian'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'other'), _negated=True), models.Q(('text', ''), _negated=True), models.Q(('label_en', ''), _negated=True), _connector='OR'), name='patients_alert_other_has_text'),
        ),
        clinic.history.operations.Capture(
            name='Alert',
        ),
    ]
