"""Two gateways, one PostgreSQL: parallel requests gain nothing (promises 4, 5 and 6)."""

from collections import Counter

import pytest

from harness.chain import build
from harness.parallel import in_parallel
from harness.person import Person


@pytest.fixture(scope="module")
def pair(home, shared_recorder, module_gateways, people):
    chain = build("proxy", home, shared_recorder, module_gateways, people)
    chain.other = module_gateways.replica(chain.gateway)
    return chain


def browsers(pair, person, count: int) -> list[Person]:
    """One person with first-factor sessions in several browsers, half of them at each replica."""
    several = []
    for number in range(count):
        port = pair.gateway.port if number % 2 else pair.other.port
        browser = pair.newcomer(pair.gateway, subject=person.subject, port=port)
        browser.secret, browser.codes, browser._last_step = person.secret, person.codes, person._last_step
        browser.sign_in()
        several.append(browser)
    return several


def attempts(pair, person) -> Counter:
    rows = pair.gateway.database.sql("SELECT attempt_type, success FROM user_2fa_attempts WHERE user_id = %s",
                                     person.me()["id"])
    return Counter(rows)


def outcome(answer) -> str:
    return "ok" if answer.status == 200 else answer.code


def told_of(answers) -> Counter:
    """What was told how often. Calls that one browser makes twice get one answer, so those who were let in are counted by the
    tokens that they got."""
    told = Counter(map(outcome, answers))
    tokens = {answer.one("set-cookie").partition(";")[0] for answer in answers if answer.status == 200}
    return Counter({**told, "ok": len(tokens)}) if tokens else told


def test_one_code_fifty_times_at_once_succeeds_once(pair):
    person = pair.verified()
    several = browsers(pair, person, 10)
    code = person.code()
    jobs = [lambda b=several[n % 10]: b.verify(code, cookies=dict(b.cookies)) for n in range(50)]
    told = told_of(in_parallel(jobs))
    assert told["ok"] == 1, told
    assert set(told) <= {"ok", "INVALID_CODE", "ACCOUNT_LOCKED", "SIGN_IN_REQUIRED", "SECOND_FACTOR_REQUIRED"}, told
    assert attempts(pair, person)[("totp", True)] == 2, "the set-up and this one"


def test_one_backup_code_fifty_times_at_once_succeeds_once(pair):
    person = pair.verified()
    several = browsers(pair, person, 10)
    code = person.codes[0]
    jobs = [lambda b=several[n % 10]: b.verify(code, "backup", cookies=dict(b.cookies)) for n in range(50)]
    told = told_of(in_parallel(jobs))
    assert told["ok"] == 1, told
    assert attempts(pair, person)[("backup", True)] == 1
    status = person.fetch("GET", "/api/2fa/status").json()["data"]
    assert status["backup_codes_remaining"] == 7


@pytest.mark.parametrize("method", ["totp", "backup"])
def test_two_hundred_guesses_at_once_are_three_guesses(pair, method):
    person = pair.verified()
    several = browsers(pair, person, 10)
    guess = person.wrong_code() if method == "totp" else "ZZZZ-ZZZZ"
    jobs = [lambda b=several[n % 10]: b.verify(guess, method, cookies=dict(b.cookies)) for n in range(200)]
    told = Counter(map(outcome, in_parallel(jobs)))
    assert told["INVALID_CODE"] <= 3, told
    assert told["INVALID_CODE"] + told["ACCOUNT_LOCKED"] == 200, told
    assert attempts(pair, person)[(method, False)] <= 3


def test_guesses_over_every_endpoint_at_once_are_three_guesses(pair):
    person = pair.verified()
    wrong = {"code": person.wrong_code()}
    paths = ["verify", "generate-backup-codes"]
    ports = [pair.gateway.port, pair.other.port]
    jobs = [lambda n=n: person.fetch("POST", f"/api/2fa/{paths[n % 2]}", wrong, port=ports[n // 2 % 2],
                                     cookies=dict(person.cookies)) for n in range(60)]
    told = Counter(map(outcome, in_parallel(jobs)))
    assert told["INVALID_CODE"] <= 3, told
    assert attempts(pair, person)[("totp", False)] <= 3


def right_and_wrong_at_once(pair, wrongs: int) -> tuple[Counter, Counter]:
    """What 32 tries at once are told, and what is recorded: `wrongs` of them are wrong, evenly spread, the others right."""
    person = pair.verified()
    several = browsers(pair, person, 8)
    right, wrong = person.code(), person.wrong_code()
    jobs = [lambda b=b, n=n: b.verify(right if n % (32 // wrongs) else wrong, cookies=dict(b.cookies))
            for n, b in enumerate(several * 4)]
    told = told_of(in_parallel(jobs))
    assert set(told) <= {"ok", "INVALID_CODE", "ACCOUNT_LOCKED", "SIGN_IN_REQUIRED", "SECOND_FACTOR_REQUIRED"}, told
    return told, attempts(pair, person)


def test_too_few_wrong_codes_to_lock_keep_nobody_out_and_let_one_in(pair):
    told, recorded = right_and_wrong_at_once(pair, 2)
    assert told["ok"] == 1, told
    assert recorded[("totp", True)] == 2, "the set-up and this one"


def test_right_and_wrong_at_once_let_one_in_or_lock(pair):
    told, recorded = right_and_wrong_at_once(pair, 16)
    assert recorded[("totp", True)] == 1 + told["ok"], "the set-up and who was let in"
    # Three wrong ones may come first, and lock; a right one resets the count.
    assert told["ok"] == 1 or (told["ok"] == 0 and told["ACCOUNT_LOCKED"] > 0 and recorded[("totp", False)] == 3), told
    assert told["INVALID_CODE"] <= 5, told


def test_one_set_up_proved_at_once_enrols_once(pair):
    person = pair.signed_in()
    data = person.fetch("POST", "/api/2fa/setup/start").json()["data"]
    person.learn(data["secret"])
    content = {"code": person.code(), "setup_token": data["setup_token"]}
    ports = [pair.gateway.port, pair.other.port]
    jobs = [lambda n=n: person.fetch("POST", "/api/2fa/setup/verify", content, port=ports[n % 2],
                                     cookies=dict(person.cookies)) for n in range(20)]
    answers = in_parallel(jobs)
    sets = [answer.json()["data"]["backup_codes"] for answer in answers if answer.status == 200]
    assert sets and all(codes == sets[0] for codes in sets), Counter(map(outcome, answers))
    assert all(400 <= answer.status < 500 for answer in answers if answer.status != 200)


def test_two_people_created_at_once_are_one_user_each(pair):
    person = pair.person()
    urls = [person.visit_provider(person.leave()) for _ in range(3)]
    targets = [url.partition(pair.origin)[2] for url in urls]
    ports = [pair.gateway.port, pair.other.port, pair.gateway.port]
    jar = dict(person.cookies)
    jobs = [lambda n=n: person.navigate(targets[n], site="cross-site", port=ports[n], cookies=jar) for n in range(3)]
    answers = in_parallel(jobs)
    assert all(answer.status in (302, 303) for answer in answers), answers
    rows = pair.gateway.database.sql("SELECT count(*) FROM users WHERE google_id = %s", person.subject)
    assert rows == [(1,)]


def test_replicas_that_start_together_agree_on_one_signing_key(home, shared_recorder, module_gateways):
    one = module_gateways.prepare(shared_recorder.url)
    own = ("public_url", "state_dir", "listen", "store")
    shared = {key: value for key, value in one.config.items() if key not in own}
    two = type(one)(home, shared, one.canary, database=one.database, public_port=one.public_port, name="twin")
    module_gateways._started.append(two)
    for gateway in (one, two):
        gateway.start(wait=False)
    for gateway in (one, two):
        gateway.process.wait_until(gateway.ready)
    from harness import raw
    host = [("Host", f"localhost:{one.public_port}")]
    published = [raw.request(gateway.port, "GET", "/postern/jwks.json", host).json() for gateway in (one, two)]
    assert published[0] == published[1]
    assert len(published[0]["keys"]) == 1
