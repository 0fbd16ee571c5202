"""Tables that are only ever added to: the database itself refuses to change or remove a row.

The statements are given table by table, so that a migration can say them again for a table of its own; a table that a
migration makes anew loses its triggers and has to be given them again.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

REFUSAL = "rows of this table are only ever added"
# PL/pgSQL: one function serves every table; TG_TABLE_NAME says which one refused.
_FUNCTION = f"""\
CREATE OR REPLACE FUNCTION cuiban_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ': {REFUSAL}';
END $$"""


def statements(table: str, dialect: str) -> tuple[str, ...]:
    """What makes a table append-only in a dialect (sqlite or postgresql)."""
    if dialect == "postgresql":
        # For each statement, not for each row: TRUNCATE knows no other kind, and an UPDATE of nothing is refused too.
        trigger = (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION cuiban_append_only()"
        )
        return _FUNCTION, trigger
    return tuple(
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {REFUSAL}'); END"
        for act in ("update", "delete")
    )


def lifted(table: str, dialect: str) -> tuple[str, ...]:
    """What takes the refusal away again: for undoing a migration."""
    if dialect == "postgresql":
        return (f"DROP TRIGGER {table}_append_only ON {table}",)
    return tuple(f"DROP TRIGGER {table}_no_{act}" for act in ("update", "delete"))


def protect(table: Table) -> None:
    """Say the statements whenever `metadata.create_all` makes the table."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            made = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
            event.listen(table, "after_create", made)
