import os
from typing import TypedDict

import psycopg
from psycopg.rows import dict_row


class Item(TypedDict):
    id: int
    name: str


def list_items() -> list[Item]:
    dsn = os.environ.get("DATABASE_URL", "")
    with psycopg.connect(dsn, connect_timeout=3, row_factory=dict_row) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS items (id serial PRIMARY KEY, name text NOT NULL)")
        return conn.execute("SELECT id, name FROM items ORDER BY id").fetchall()
