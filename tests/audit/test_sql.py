"""Which SQL takes data away."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.audit.rule import SEVERITIES
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
        ("WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone WHERE x", "DELETE", "a"),
        ("WITH x AS (SELECT 1) UPDATE a SET b = 1", "UPDATE", "a"),
        ("DELETE FROM users WHERE (1 = 1)", "DELETE", "users"),
        ("DELETE FROM users WHERE id = 4 OR 1=1", "DELETE", "users"),
        ("DELETE FROM users WHERE 'a' = 'a' RETURNING id", "DELETE", "users"),
        ("DELETE FROM users WHERE id = id", "DELETE", "users"),
        ("DELETE FROM users WHERE id IS NOT NULL", "DELETE", "users"),
        ("DELETE FROM users /* WHERE id = 1 */ -- WHERE id = 2", "DELETE", "users"),
        ("UPDATE users SET note = 'WHERE id = 1'", "UPDATE", "users"),
        ("EXPLAIN ANALYZE DELETE FROM users", "DELETE", "users"),
        ("EXPLAIN (ANALYZE, BUFFERS)\nDELETE FROM users", "DELETE", "users"),
        ("/*!50000 DROP TABLE users */", "DROP TABLE", "users"),
        ("DROP/**/TABLE users", "DROP TABLE", "users"),
        ("drop\ttable\nusers", "DROP TABLE", "users"),
        ("\\c shop\nDROP TABLE users;", "DROP TABLE", "users"),
        ("select 1; -- x'\nDROP TABLE users; -- 'y", "DROP TABLE", "users"),
        ("DROP TABLE ${TABLE}", "DROP TABLE", "${TABLE}"),
        ("DROP TABLE [dbo].[users]", "DROP TABLE", "dbo.users"),
        ("DO $$ BEGIN DROP TABLE users; END $$", "DROP TABLE", "users"),
        ("ALTER TABLE logs TRUNCATE PARTITION p1", "ALTER TABLE TRUNCATE PARTITION", "logs.p1"),
        ("BEGIN; DROP TABLE users; COMMIT; BEGIN; SELECT 1; ROLLBACK;", "DROP TABLE", "users"),
        ("BEGIN; DROP TABLE users; ROLLBACK TO SAVEPOINT a; COMMIT", "DROP TABLE", "users"),
        ("DROP TABLE users; BEGIN; ROLLBACK", "DROP TABLE", "users"),
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
        "BEGIN TRANSACTION; DROP TABLE users; ROLLBACK TRANSACTION",
        "EXPLAIN\nDELETE FROM users",
        'SELECT "DROP TABLE users"',
        "SELECT 'it''s; DROP TABLE users'",
        "# DROP TABLE users\nSELECT 1",
        "/* DROP TABLE users",
        "DELETE FROM users WHERE 1=1 AND id = 2",
        "DELETE FROM users WHERE id IN (SELECT id FROM old WHERE 1=1)",
        "DELETE FROM users USING old WHERE users.id = old.id",
        "UPDATE users SET a = 1 FROM old WHERE users.id = old.id",
        "WITH gone AS (DELETE FROM a WHERE id = 1 RETURNING *) SELECT * FROM gone",
        "SELECT TRUNCATE(price, 2) FROM a",
        "CREATE TRIGGER t AFTER DELETE ON a FOR EACH ROW DELETE FROM b",
        "GRANT DELETE ON users TO me",
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL",
        "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 2",
        "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 2",
    ],
)
def test_what_does_not(sql: str) -> None:
    assert verbs(sql) == []


@pytest.mark.parametrize(
    ("sql", "severities"),
    [
        ("DROP TABLE users", ["high"]),
        ("DROP TABLE IF EXISTS users", ["medium"]),
        ("DROP VIEW IF EXISTS users", ["low"]),
        ("DROP SCHEMA IF EXISTS shop", ["critical"]),
        ("BEGIN; DROP DATABASE shop; ROLLBACK", ["low"]),
        ("ALTER TABLE users DROP CONSTRAINT one", ["low"]),
        ("DELETE FROM a\nDELETE FROM b WHERE id = 1\nDELETE FROM c", ["high", "high"]),
        ("DROP TABLE a; DROP VIEW b; DROP DATABASE c", ["high", "medium", "critical"]),
    ],
)
def test_how_much_is_taken_away(sql: str, severities: list[str]) -> None:
    assert [found.severity for found in destructive(sql)] == severities


@pytest.mark.parametrize(
    "sql",
    [
        f"delete from a where{' ' * 100_000}x",
        "delete from a where b = 1\n" * 8_000,
        "update a set b = 1\n" * 10_000,
        "drop table a\n" * 10_000,
        f"begin{'; ' * 90_000}drop table a",
        f"delete from a {'(' * 150_000}",
        f"drop table a {chr(39) * 150_000}",
        f"update {'a' * 190_000}",
    ],
    ids=lambda sql: sql[:30].strip(),
)
def test_long_texts_take_no_longer_than_they_are_long(sql: str) -> None:
    begun = time.process_time()
    list(destructive(sql))
    assert time.process_time() - begun < 2


SQL = [
    "DROP TABLE ", "IF EXISTS ", "DELETE FROM ", "UPDATE a SET b = ", "ALTER TABLE a ", "DROP ", "TRUNCATE ", "WHERE ", "1=1 ", "BEGIN; ", "ROLLBACK ",
    "COMMIT ", "EXPLAIN ", "WITH a AS (", ")", "(", ";", "'", '"', "`", "[", "]", "$$", "${", "}", "--", "/*", "*/", "/*!", "#", "\n", "\\", "a", ",", " ", "é",
    "\0", "\ud800", "ON ", "OR ", "ONLY ", "CREATE ", "SELECT ", "xp_cmdshell ",
]  # fmt: skip


@given(st.lists(st.sampled_from(SQL), max_size=20).map("".join))
def test_any_mix_of_sql_is_read(sql: str) -> None:
    for found in destructive(sql):
        assert found.severity in SEVERITIES
        assert found.verb
        assert isinstance(found.target, str)


@given(
    st.text(max_size=60),
    st.sampled_from(
        ["DROP TABLE ", "DELETE FROM ", "UPDATE a SET ", "ALTER TABLE a DROP ", "TRUNCATE ", "'"]
    ),
)
def test_any_text_is_read(text: str, start: str) -> None:
    assert isinstance(list(destructive(start + text)), list)
