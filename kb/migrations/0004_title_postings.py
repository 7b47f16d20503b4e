"""PostgreSQL's index knows no weights: the words of titles get a column and an index of their own."""

from django.db import migrations

POSTINGS = "kb_search_postings"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        return  # FTS5 matches by column already
    schema_editor.execute(f"ALTER TABLE {POSTINGS} ADD COLUMN title tsvector")
    schema_editor.execute(f"UPDATE {POSTINGS} SET title = ts_filter(vector, '{{a}}')")
    schema_editor.execute(f"ALTER TABLE {POSTINGS} ALTER COLUMN title SET NOT NULL")
    schema_editor.execute(f"CREATE INDEX {POSTINGS}_title ON {POSTINGS} USING gin (title)")


def remove(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute(f"ALTER TABLE {POSTINGS} DROP COLUMN title")


class Migration(migrations.Migration):
    dependencies = [("kb", "0003_care")]
    operations = [migrations.RunPython(add, remove)]
