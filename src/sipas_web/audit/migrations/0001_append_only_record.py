"""The record, and the triggers that keep it from being changed.

SQLite drops a table's triggers when a later migration makes the table anew: such a migration must end with PROTECT.
"""

from typing import Any, ClassVar

from django.db import migrations, models

PROTECT = {
    "sqlite": [
        "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record "
        "BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END",
        "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record "
        "BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_record_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit records are append-only'; END $$",
        "CREATE TRIGGER audit_record_no_change BEFORE UPDATE OR DELETE ON audit_record "
        "FOR EACH ROW EXECUTE FUNCTION audit_record_refuse()",
        "CREATE TRIGGER audit_record_no_truncate BEFORE TRUNCATE ON audit_record "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_refuse()",
    ],
}
RELEASE = {
    "sqlite": ["DROP TRIGGER audit_record_no_update", "DROP TRIGGER audit_record_no_delete"],
    "postgresql": [
        "DROP TRIGGER audit_record_no_change ON audit_record",
        "DROP TRIGGER audit_record_no_truncate ON audit_record",
        "DROP FUNCTION audit_record_refuse()",
    ],
}


def protect(apps: Any, editor: Any) -> None:
    """Make the triggers."""
    del apps
    for statement in PROTECT[editor.connection.vendor]:
        editor.execute(statement)


def release(apps: Any, editor: Any) -> None:
    """Take the triggers away."""
    del apps
    for statement in RELEASE[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    """First of the app."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Record",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("moment", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.TextField()),
                ("actor_roles", models.TextField()),
                ("origin", models.TextField()),
                ("action", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=96)),
                ("subject_name", models.TextField()),
                ("unit_id", models.BigIntegerField(null=True)),
                ("unit_name", models.TextField()),
                ("details", models.TextField()),
                ("previous_hash", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ["sequence"],
                "indexes": [
                    models.Index(fields=["actor", "sequence"], name="audit_by_actor"),
                    models.Index(fields=["action", "sequence"], name="audit_by_action"),
                    models.Index(fields=["subject", "sequence"], name="audit_by_subject"),
                    models.Index(fields=["unit_id", "sequence"], name="audit_by_unit"),
                    models.Index(fields=["moment"], name="audit_by_moment"),
                ],
            },
        ),
        migrations.RunPython(protect, release),
    ]
