import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("improvement", "0007_tasks_moments"),
        ("units", "0001_dated_tree"),
    ]

    operations = [
        migrations.AddField(
            model_name="periodicreport",
            name="held_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AlterField(
            model_name="periodicreport",
            name="state",
            field=models.CharField(
                choices=[
                    ("counting", "figures being counted"),
                    ("draft", "draft"),
                    ("sent", "sent up"),
                    ("back", "sent back"),
                    ("taken", "taken in"),
                    ("replaced", "replaced by a later version"),
                    ("ended", "the unit ended before the cut-off"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="periodicreport",
            name="improvement_one_report_in_work",
        ),
        migrations.AddConstraint(
            model_name="periodicreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["counting", "draft", "back"])),
                fields=("unit", "kind", "year"),
                name="improvement_one_report_in_work",
            ),
        ),
        migrations.CreateModel(
            name="ItemEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160)),
                ("stored", models.CharField(max_length=100, unique=True)),
                ("kind", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added", models.DateTimeField(default=django.utils.timezone.now)),
                ("added_by", models.CharField(max_length=200)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="improvement.commitmentitem",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
    ]
