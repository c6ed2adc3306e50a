from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('legal', '0002_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='progress',
            name='rules',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='progress',
            name='marked',
            field=models.BigIntegerField(null=True),
        ),
    ]
