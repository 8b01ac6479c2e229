from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0003_duties"),
    ]

    operations = [
        migrations.RenameField(model_name="breach", old_name="data", new_name="kinds"),
    ]
