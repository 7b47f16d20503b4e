from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0002_pieces'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedpage',
            name='ingredients',
            field=models.CharField(blank=True, default='', help_text='A digest, or nothing', max_length=64),
            preserve_default=False,
        ),
    ]
