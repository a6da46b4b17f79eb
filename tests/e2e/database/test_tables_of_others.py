"""Tables of the backend as they are: `check`, `migrate`, `serve` and `/readyz` say the same about them."""

import uuid
from pathlib import Path

from harness import raw

HERE = Path(__file__).parent
LEGACY = (HERE / "legacy.sql").read_text()
GUIDE = (HERE / "guide.sql").read_text()
# Section 1.2 of the guide: what SQLAlchemy makes of its models.
MODELS = """
CREATE TABLE user_2fa_settings (
    id SERIAL PRIMARY KEY, user_id VARCHAR(255) NOT NULL UNIQUE, is_enabled BOOLEAN, totp_secret VARCHAR(255),
    backup_codes JSON, sms_phone VARCHAR(20), email_2fa_enabled BOOLEAN, last_used_at TIMESTAMP, setup_token VARCHAR(255),
    setup_expires_at TIMESTAMP, failed_attempts INTEGER, locked_until TIMESTAMP, created_at TIMESTAMP, updated_at TIMESTAMP);
CREATE TABLE user_2fa_attempts (
    id SERIAL PRIMARY KEY, user_id VARCHAR(255) NOT NULL, attempt_type VARCHAR(20) NOT NULL, success BOOLEAN NOT NULL,
    ip_address VARCHAR(45), user_agent TEXT, created_at TIMESTAMP, updated_at TIMESTAMP);
"""


def readiness(gateway) -> str:
    return raw.request(gateway.management, "GET", "/readyz", [("Host", "localhost")], timeout=10).text


def refused(gateway, *words: str) -> None:
    """By all of them, for the same reason."""
    for command in ("check", "migrate", "serve"):
        done = gateway.command(command)
        said = done.stdout + done.stderr
        assert done.returncode == 4 and all(word in said for word in words), (command, said)


def test_the_tables_of_the_guide_s_models_serve_after_the_move(postgres, recorder, gateways, people):
    database = postgres.database(LEGACY + MODELS)
    gateway = gateways.prepare(recorder.url, database=database)
    said = gateway.command("check").stdout
    assert "serve brings its schema up to date" in said, said
    gateway.start()
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.fetch("GET", "/page").status == 200
    wrong = person.verify(person.wrong_code())
    assert wrong.code == "INVALID_CODE", wrong


def test_rows_of_one_user_that_are_there_twice_are_refused_by_all_and_mended_by_migrate(postgres, recorder, gateways):
    database = postgres.database(LEGACY + GUIDE.replace("UNIQUE(user_id)", "CHECK (true)"))
    user = str(uuid.uuid4())
    database.sql("INSERT INTO users (id, google_id, email) VALUES (%s, 'twice', 't@example.com')", user)
    for _ in range(2):
        database.sql("INSERT INTO user_2fa_settings (user_id) VALUES (%s)", user)
    gateway = gateways.prepare(recorder.url, database=database)
    refused(gateway, user, "(2 rows)", "delete the rows that do not count")
    database.sql("DELETE FROM user_2fa_settings WHERE id = (SELECT id FROM user_2fa_settings LIMIT 1)")
    assert gateway.command("migrate").returncode == 0
    assert gateway.command("check").returncode != 4
    gateway.start()


def test_columns_that_are_missing_are_judged_alike(postgres, recorder, gateways):
    database = postgres.database(LEGACY)
    gateway = gateways.start(recorder.url, database=database)
    database.sql("ALTER TABLE users DROP COLUMN full_name CASCADE")
    assert "users.full_name is missing" in readiness(gateway)
    gateway.stop()
    said = gateway.command("check").stdout
    assert "serve brings its schema up to date" in said, said
    assert "users.full_name" in gateway.command("migrate").stdout
    gateway.start()
    database.sql("ALTER TABLE postern.sessions DROP COLUMN user_agent")
    assert "postern.sessions.user_agent is missing" in readiness(gateway)
    gateway.stop()
    refused(gateway, "postern.sessions.user_agent is missing")


def test_a_column_that_new_users_cannot_fill_is_named(postgres, recorder, gateways, people):
    database = postgres.database(LEGACY)
    gateway = gateways.start(recorder.url, database=database)
    database.sql("ALTER TABLE users ADD COLUMN tenant text NOT NULL DEFAULT ''")
    database.sql("ALTER TABLE users ALTER COLUMN tenant DROP DEFAULT")
    done = gateway.command("check")
    assert done.returncode == 4 and "users.tenant is NOT NULL" in done.stdout, done
    assert '"ready":true' in readiness(gateway) and "users.tenant is NOT NULL" in readiness(gateway)
    page = people(gateway).sign_in()
    assert page.status == 503 and "has to be corrected" in page.text, page
    assert 'column "tenant"' in gateway.logged().replace('\\\\"', '"').replace('\\"', '"'), gateway.logged()[-2000:]


def test_a_missing_privilege_is_named_by_check_and_by_readiness(postgres, recorder, gateways):
    database = postgres.database(LEGACY)
    gateway = gateways.start(recorder.url, database=database)
    role = f"limited_{uuid.uuid4().hex}"
    database.script(f"CREATE ROLE {role}; GRANT USAGE ON SCHEMA public, postern TO {role}; "
                    f"GRANT ALL ON ALL TABLES IN SCHEMA public, postern TO {role}; "
                    f"REVOKE INSERT ON user_2fa_attempts FROM {role}")
    # Other connections than those of the pool, as after a restart of the server.
    database.sql(f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET role = {role}', current_database()); END $$")
    database.script("SET ROLE NONE; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    done = gateway.command("check")
    assert done.returncode == 4 and "user_2fa_attempts: INSERT" in done.stdout, done
    gateway.process.wait_until(lambda: "user_2fa_attempts: INSERT" in readiness(gateway))
