"""Which SQL takes data away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.audit.sql import destructive


def verbs(sql: str) -> list[str]:
    return [found.verb for found in destructive(sql) if found.severity not in ("low", "info")]


@pytest.mark.parametrize(
    ("sql", "verb", "target"),
    [
        ("drop table users", "DROP TABLE", "users"),
        ('DROP TABLE IF EXISTS public."Users" CASCADE', "DROP TABLE", "public.Users"),
        ("SELECT 1; DROP DATABASE shop;", "DROP DATABASE", "shop"),
        ("/* tidy */ truncate table `orders`", "TRUNCATE", "orders"),
        ("DELETE FROM users", "DELETE", "users"),
        ("DELETE FROM users WHERE 1=1", "DELETE", "users"),
        ("DELETE FROM users WHERE true;", "DELETE", "users"),
        ("UPDATE users SET admin = (SELECT id FROM x WHERE y = 1)", "UPDATE", "users"),
        ("ALTER TABLE users DROP COLUMN email", "ALTER TABLE DROP COLUMN", "users.email"),
        ("WITH old AS (SELECT id FROM a WHERE x) DELETE FROM b", "DELETE", "b"),
    ],
)
def test_what_takes_data_away(sql: str, verb: str, target: str) -> None:
    assert [(found.verb, found.target) for found in destructive(sql)] == [(verb, target)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM deletes",
        "DELETE FROM users WHERE id = 4",
        "UPDATE users SET a = 1 WHERE id = 2",
        "INSERT INTO logs VALUES ('DROP TABLE users; DELETE FROM x')",
        "-- DROP TABLE users\nSELECT 1",
        "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE)",
        "EXPLAIN DELETE FROM users",
        "SELECT * FROM a FOR UPDATE",
        "BEGIN; DELETE FROM users; ROLLBACK;",
        "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 2",
        "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 2",
    ],
)
def test_what_does_not(sql: str) -> None:
    assert verbs(sql) == []


@given(
    st.text(max_size=60),
    st.sampled_from(
        ["DROP TABLE ", "DELETE FROM ", "UPDATE a SET ", "ALTER TABLE a DROP ", "TRUNCATE ", "'"]
    ),
)
def test_any_text_is_read(text: str, start: str) -> None:
    assert isinstance(list(destructive(start + text)), list)
