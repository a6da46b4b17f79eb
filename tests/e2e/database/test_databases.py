"""Databases: empty, the backend's, and one where the guide's migration already ran with real users."""

import hashlib
import uuid
from pathlib import Path

import pyotp
import pytest
from cryptography.fernet import Fernet

from harness.gateway import master_key

HERE = Path(__file__).parent
LEGACY = (HERE / "legacy.sql").read_text()
GUIDE = (HERE / "guide.sql").read_text()


def columns(database, table: str) -> dict[str, str]:
    return dict(database.sql("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
                             table))


@pytest.mark.parametrize("script", ["", LEGACY, LEGACY + GUIDE], ids=["empty", "legacy", "guide"])
def test_every_database_becomes_one_to_work_with(postgres, recorder, gateways, people, script):
    database = postgres.database(script)
    before = {table: columns(database, table) for table in ("users", "user_2fa_settings", "user_2fa_attempts")}
    gateway = gateways.start(recorder.url, database=database)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.fetch("GET", "/page").status == 200
    for table, existing in before.items():
        assert existing.items() <= columns(database, table).items(), f"{table}: nothing is dropped or narrowed"
    guide = {"users": ["requires_2fa", "twofa_enforced_at"],
             "user_2fa_settings": ["user_id", "is_enabled", "totp_secret", "backup_codes", "failed_attempts",
                                   "locked_until", "last_used_at"],
             "user_2fa_attempts": ["user_id", "attempt_type", "success", "ip_address", "user_agent", "created_at"]}
    for table, names in guide.items():
        assert set(names) <= set(columns(database, table))
    gateway.stop()
    again = gateways.start(recorder.url, database=database, keys=gateway.config["keys"])
    assert again.ready(), "a second start finds nothing to do"


def adopted_by(gateway, database) -> None:
    """Changes the rows of a Google deployment to the stand-in provider's: without an issuer, a subject is Google's."""
    done = gateway.command("migrate")
    assert done.returncode == 0, done
    database.sql("UPDATE users SET oidc_issuer = %s WHERE google_id IS NOT NULL", gateway.config["google"]["issuer"])


def test_a_subject_without_issuer_is_google_s_and_nobody_else_s(postgres, recorder, gateways, people):
    database = postgres.database(LEGACY)
    database.sql("INSERT INTO users (id, google_id, email) VALUES (%s, 'subject-1', 'known@gmail.com')", uuid.uuid4())
    gateway = gateways.start(recorder.url, database=database)
    somebody = people(gateway, subject="subject-1", email="known@gmail.com")
    assert somebody.sign_in().status == 403
    assert somebody.fetch("GET", "/me").status == 401


def test_existing_users_keep_their_rows(postgres, recorder, gateways, people):
    known, new, old = (str(uuid.uuid4()) for _ in range(3))
    database = postgres.database(LEGACY)
    database.script(f"""
        INSERT INTO users VALUES ('{known}', 'subject-1', 'known@example.com', 'Known', NULL, NULL, true, NULL, NULL);
        INSERT INTO users VALUES ('{new}', NULL, 'new@corp.example', NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO users VALUES ('{old}', 'subject-3', 'old@example.com', NULL, NULL, NULL, false, NULL, NULL);
        INSERT INTO user_routers VALUES ('{uuid.uuid4()}', '{known}', 'router-1');
    """)
    gateway = gateways.prepare(recorder.url, database=database)
    adopted_by(gateway, database)
    gateway.start()
    ann = people(gateway, subject="subject-1", email="known@example.com")
    ann.sign_in()
    assert ann.me()["id"] == known
    ben = people(gateway, subject="subject-2", email="new@corp.example", hd="corp.example")
    ben.sign_in()
    assert ben.me()["id"] == new
    eve = people(gateway, subject="subject-3", email="old@example.com")
    assert eve.sign_in().status == 403
    assert database.sql("SELECT count(*) FROM users") == [(3,)]
    login, = database.sql("SELECT last_login > now() AT TIME ZONE 'UTC' - interval '1 minute' FROM users WHERE id = %s",
                          known)
    assert login == (True,), "UTC, as the backend writes it"


def hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def test_users_of_the_guide_s_backend_keep_their_authenticators(postgres, recorder, gateways, people):
    key = Fernet.generate_key().decode()
    database = postgres.database(LEGACY + GUIDE)
    secret = pyotp.random_base32()
    user, dashed, plain = str(uuid.uuid4()), "1A2B-3C4D", "5E6F-7A8B"
    database.sql("INSERT INTO users (id, google_id, email, is_active, requires_2fa) VALUES (%s, 'old-1', "
                 "'old@example.com', true, true)", user)
    database.sql("INSERT INTO user_2fa_settings (user_id, is_enabled, totp_secret, backup_codes) "
                 "VALUES (%s, true, %s, %s)", user, Fernet(key).encrypt(secret.encode()).decode(),
                 [hashed(dashed), hashed(plain.replace("-", ""))])
    gateway = gateways.prepare(recorder.url, database=database, legacy={"totp_encryption_key": key})
    adopted_by(gateway, database)
    done = gateway.command("import", "netpilot")
    assert done.returncode == 0, done
    assert "1" in done.stdout
    assert key not in done.stdout + done.stderr
    assert secret not in done.stdout + done.stderr
    gateway.start()
    person = people(gateway, subject="old-1", email="old@example.com")
    person.learn(secret)
    person.sign_in()
    assert person.me()["id"] == user
    assert person.fetch("GET", "/page").code == "SECOND_FACTOR_REQUIRED"
    assert person.verify().status == 200, "the authenticator is the same"
    dump = database.dump()
    assert hashed(dashed) not in dump, "the bare digest is gone"
    assert hashed(plain.replace("-", "")) not in dump
    for code in (dashed, plain):
        other = people(gateway, subject="old-1", email="old@example.com")
        other.sign_in()
        assert other.verify(code, "backup").status == 200, code
        third = people(gateway, subject="old-1", email="old@example.com")
        third.sign_in()
        assert third.verify(code, "backup").code == "INVALID_CODE"
    done = gateway.command("import", "netpilot")
    assert done.returncode == 0, done
    status = person.fetch("GET", "/api/2fa/status").json()["data"]
    assert status["backup_codes_remaining"] == 0, "importing again revives nothing that was spent"


def test_before_the_import_the_old_secret_opens_nothing_by_accident(postgres, recorder, gateways, people):
    key = Fernet.generate_key().decode()
    database = postgres.database(LEGACY + GUIDE)
    secret, user = pyotp.random_base32(), str(uuid.uuid4())
    database.sql("INSERT INTO users (id, google_id, email) VALUES (%s, 'old-2', 'o@example.com')", user)
    database.sql("INSERT INTO user_2fa_settings (user_id, is_enabled, totp_secret, backup_codes) "
                 "VALUES (%s, true, %s, %s)", user, Fernet(key).encrypt(secret.encode()).decode(), [hashed("1A2B-3C4D")])
    wrong = gateways.prepare(recorder.url, database=database, legacy={"totp_encryption_key":
                                                                      Fernet.generate_key().decode()})
    adopted_by(wrong, database)
    done = wrong.command("import", "netpilot")
    assert done.returncode != 0 or "unreadable" in done.stdout.lower() + done.stderr.lower(), done
    wrong.start()
    person = people(wrong, subject="old-2", email="o@example.com")
    person.learn(secret)
    person.sign_in()
    answer = person.verify()
    assert answer.status == 403 and "ACCOUNT_UNREADABLE" in answer.text, answer
    assert person.fetch("GET", "/page").status == 401
    assert person.fetch("POST", "/api/2fa/setup/start").status in (401, 403), "the first factor does not replace it"


def test_a_secret_moved_to_another_user_does_not_open(postgres, recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    ann, eve = people(gateway), people(gateway)
    for person in (ann, eve):
        person.sign_in()
        person.enrol()
    sql = gateway.database.sql
    sql("UPDATE user_2fa_settings SET totp_secret = (SELECT totp_secret FROM user_2fa_settings WHERE user_id = %s), "
        "totp_last_step = NULL WHERE user_id = %s", eve.me()["id"], ann.me()["id"])
    again = people(gateway, subject=ann.subject)
    again.learn(eve.secret)
    again.sign_in()
    answer = again.verify()
    assert answer.status != 200, "eve's authenticator does not open ann's account"
    assert again.fetch("GET", "/page").status == 401


def test_backup_digests_moved_to_another_user_do_not_open(postgres, recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    ann, eve = people(gateway), people(gateway)
    for person in (ann, eve):
        person.sign_in()
        person.enrol()
    gateway.database.sql(
        "UPDATE user_2fa_settings SET backup_codes = (SELECT backup_codes FROM user_2fa_settings WHERE user_id = %s) "
        "WHERE user_id = %s", eve.me()["id"], ann.me()["id"])
    again = people(gateway, subject=ann.subject)
    again.sign_in()
    assert again.verify(eve.codes[0], "backup").status != 200


def test_the_dump_holds_nothing_usable(recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    dump = gateway.database.dump()
    for secret in (person.secret, *person.codes, *(code.replace("-", "") for code in person.codes),
                   person.session_cookie[1], gateway.config["keys"]["master"]):
        assert secret not in dump
        assert hashed(secret) not in dump or secret == person.session_cookie[1]
    stored, = gateway.database.sql("SELECT backup_codes FROM user_2fa_settings")
    digests = [digest.rsplit(".", 2) for digest in stored[0]]
    assert len({digest for _, _, digest in digests}) == 8
    assert all(len(digest) == 43 for _, _, digest in digests), "256 bits"
    assert len({head for head, _, _ in digests}) == len({salt for _, salt, _ in digests}) == 1, "one salt for the set"


def test_a_schema_that_is_not_there_is_not_ready(postgres, recorder, gateways):
    gateway = gateways.prepare(recorder.url, database=postgres.database(LEGACY), store={"migrate": "off"})
    gateway.start(wait=False)
    assert gateway.process._child.wait(20) == 4
    assert "postern migrate" in gateway.logged(), "says what to do"
    assert gateway.command("migrate").returncode == 0
    gateway.start()
    gateway.database.sql("DELETE FROM postern.schema_history WHERE version = (SELECT max(version) FROM "
                         "postern.schema_history)")
    assert gateway.manage("/readyz") == 503, "an older schema under a running gateway is noticed"
    assert gateway.manage("/healthz") == 200


def test_a_row_that_cannot_be_read_denies_its_own_session_only(recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    sql = gateway.database.sql
    ada, bob, eve, zoe = everybody = [people(gateway) for _ in range(4)]
    for person in everybody:
        person.sign_in()
        person.enrol()
    ids = {person.subject: person.me()["id"] for person in everybody}
    # By somebody's hand: constraints that stand in the way are dropped first.
    sql("ALTER TABLE postern.sessions ALTER COLUMN user_id DROP NOT NULL")
    for constraint, in sql("SELECT conname FROM pg_constraint WHERE conrelid = 'postern.sessions'::regclass "
                           "AND contype = 'c'"):
        sql(f"ALTER TABLE postern.sessions DROP CONSTRAINT {constraint}")
    sql("UPDATE postern.sessions SET second_factor = 'telepathy' WHERE user_id = %s", ids[ada.subject])
    sql("UPDATE postern.sessions SET user_id = NULL WHERE user_id = %s", ids[bob.subject])
    sql("UPDATE user_2fa_settings SET totp_secret = NULL WHERE user_id = %s", ids[eve.subject])
    for person, expected in [(ada, "SECOND_FACTOR_REQUIRED"), (bob, "SIGN_IN_REQUIRED"), (eve, "SIGN_IN_REQUIRED")]:
        gateway.process.wait_until(lambda: person.fetch("GET", "/page").status != 200, timeout=10)
        answer = person.fetch("GET", "/page")
        assert (answer.status, answer.code) == (401, expected)
        assert person.navigate("/postern/account").status == 303
        assert person.navigate("/postern/sign-in").status == (303 if person is ada else 200)
    for person in (bob, eve):
        assert person.navigate("/postern/sign-out").status == 200
        for out in (person.submit("/postern/sign-out", {}), person.sign_out()):
            assert out.status in (200, 303) and any("Max-Age=0" in line for line in out.all("set-cookie")), out
    assert zoe.fetch("GET", "/page").status == 200
    assert zoe.navigate("/postern/account").status == 200
    assert gateway.ready(), "no outage"
    again = eve.sign_in()
    assert (again.status, "record of this account is damaged" in again.text) == (403, True), again
    email, = [email for key, email in sql("SELECT id, email FROM users") if str(key) == ids[eve.subject]]
    shown = gateway.command("users", "show", email)
    assert "damaged" in shown.stdout and "totp_secret" in shown.stdout, shown
    assert gateway.command("users", "reset", email, "--yes").returncode == 0
    assert "/postern/enrol" in eve.sign_in().location
    bob.sign_in()
    assert "/postern/verify" in bob.navigate("/page").location, "a new session is whole"
    assert f"user_2fa_settings.totp_secret of {ids[eve.subject]}" in gateway.logged()
    listed = gateway.command("users", "list")
    assert listed.returncode == 0, listed
    ada.verify()
    assert ada.fetch("GET", "/page").status == 200, "a code puts the row right"


def test_another_master_key_is_noticed_at_startup(recorder, gateways):
    gateway = gateways.start(recorder.url)
    gateway.stop()
    other = gateways.prepare(recorder.url, database=gateway.database, keys={"master": master_key()})
    other.start(wait=False)
    assert other.process._child.wait(20) != 0
    assert "keys.master" in other.logged()
    assert "panicked" not in other.logged()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_local_time_zones_change_nothing(recorder, gateways, people, postgres, zone):
    database = postgres.database()
    database.script(f"ALTER DATABASE {database.name} SET timezone TO '{zone}'")
    gateway = gateways.start(recorder.url, database=database, env={"TZ": zone})
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.fetch("GET", "/page").status == 200
    other = people(gateway, subject=person.subject)
    other.secret, other._last_step = person.secret, person._last_step
    other.sign_in()
    for _ in range(3):
        other.verify(other.wrong_code())
    assert other.verify().code == "ACCOUNT_LOCKED"
    (seconds,), = database.sql("SELECT extract(epoch FROM locked_until - (now() AT TIME ZONE 'UTC')) "
                               "FROM user_2fa_settings")
    assert 280 <= seconds <= 300


def test_sqlite_does_the_same_with_the_same_tables(recorder, gateways, people):
    import sqlite3
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    other = people(gateway, subject=person.subject)
    other.secret, other._last_step = person.secret, person._last_step
    other.sign_in()
    assert other.verify(other.wrong_code()).code == "INVALID_CODE"
    assert other.verify().status == 200
    file, = gateway.state_dir.glob("*.sqlite*") if list(gateway.state_dir.glob("*.sqlite")) else \
        [path for path in gateway.state_dir.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")]
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read it"
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM user_2fa_attempts WHERE NOT success").fetchone() == (1,)
        connection.execute("UPDATE users SET is_active = false")
    gateway.process.wait_until(lambda: person.fetch("GET", "/page").status == 401, timeout=5)
