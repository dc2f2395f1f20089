"""Very many sessions, written by the database itself: copies of one, with ids counted from one."""

from sqlalchemy import Connection, text

_ID = {"sqlite": "printf('%032x', n)", "postgresql": "CAST(lpad(to_hex(n), 32, '0') AS uuid)"}


def multiply(database: Connection, count: int, *, rev: str = "0") -> None:
    """So many copies of a session and its assignment; `rev` in SQL, where `n` counts them."""
    name = _ID[database.engine.dialect.name]
    for table, own in (
        ("session", {"id": name, "rev": rev}),
        ("session_worker", {"id": name, "session_id": name}),
    ):
        columns = list(database.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())  # noqa: S608
        picked = ", ".join(own.get(column, f"one.{column}") for column in columns)
        counted = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {count})"  # noqa: S608
        source = f"k, (SELECT * FROM {table} LIMIT 1) AS one"  # noqa: S608
        database.execute(
            text(f"INSERT INTO {table} ({', '.join(columns)}) {counted} SELECT {picked} FROM {source}")  # noqa: S608
        )
