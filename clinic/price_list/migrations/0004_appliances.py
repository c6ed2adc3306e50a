"""Services that draw braces, retainers and plates, and that take them off."""

import clinic.history.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0001_ledger'),
        ('price_list', '0003_dentition'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='service',
            name='price_list_service_effect_known',
        ),
        migrations.AlterField(
            model_name='historicalservice',
            name='chart_effect',
            field=models.CharField(choices=[('none', 'nothing'), ('filling', 'filling'), ('inlay', 'inlay'), ('veneer', 'veneer'), ('crown', 'crown'), ('bridge', 'bridge'), ('root_canal', 'root canal filling'), ('post', 'post'), ('extraction', 'extraction'), ('implant', 'implant'), ('sealant', 'sealant'), ('denture', 'removable denture'), ('splint', 'splint'), ('bracket', 'bracket'), ('braces', 'braces'), ('retainer', 'fixed retainer'), ('plate', 'removable orthodontic plate'), ('removal', 'taking off a crown or an appliance')], default='none', max_length=20, verbose_name='on the chart'),
        ),
        migrations.AlterField(
            model_name='service',
            name='chart_effect',
            field=models.CharField(choices=[('none', 'nothing'), ('filling', 'filling'), ('inlay', 'inlay'), ('veneer', 'veneer'), ('crown', 'crown'), ('bridge', 'bridge'), ('root_canal', 'root canal filling'), ('post', 'post'), ('extraction', 'extraction'), ('implant', 'implant'), ('sealant', 'sealant'), ('denture', 'removable denture'), ('splint', 'splint'), ('bracket', 'bracket'), ('braces', 'braces'), ('retainer', 'fixed retainer'), ('plate', 'removable orthodontic plate'), ('removal', 'taking off a crown or an appliance')], default='none', max_length=20, verbose_name='on the chart'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('chart_effect__in', ['none', 'filling', 'inlay', 'veneer', 'crown', 'bridge', 'root_canal', 'post', 'extraction', 'implant', 'sealant', 'denture', 'splint', 'bracket', 'braces', 'retainer', 'plate', 'removal'])), name='price_list_service_effect_known'),
        ),
        clinic.history.operations.Capture(
            name='Service',
        ),
    ]
