"""Mails in the language of the page on which it happened, or of the last sign-in where an administrator did it."""

import re
from email.message import EmailMessage

import pytest

from harness.mailbox import Mailbox, html, text
from harness.person import Form

from .test_notices import address, mail

APP_ADDED = {"de": "Eine Authenticator-App wurde hinzugefügt", "ar": "تمت إضافة تطبيق مصادقة"}
RESET = {"de": "Ihr zweiter Faktor wurde zurückgesetzt", "ar": "تمت إعادة ضبط عاملك الثاني"}
CODE = {"de": "Ihr Anmeldecode", "ar": "رمز تسجيل الدخول الخاص بك"}
WHEN = {"de": r"Wann: \d\d\.\d\d\.20\d\d, \d\d:\d\d UTC", "ar": r"الوقت: \d{1,2} \w+ 20\d\d، \d\d:\d\d UTC"}
DIRECTION = {"de": "ltr", "ar": "rtl"}


@pytest.fixture
def box():
    part = Mailbox().start()
    yield part
    part.stop()


def newest(box: Mailbox, person, count: int) -> EmailMessage:
    return box.wait(count, address(person))[-1]


def unmarked(words: str) -> str:
    """Words without the marks that keep names of the other direction apart."""
    return re.sub("[\u2068\u2069]", "", words)


def is_in(message: EmailMessage, language: str, heading: str) -> None:
    """Subject, text and HTML are in a language, and well-formed on the wire."""
    assert heading in message["Subject"], message["Subject"]
    assert text(message).startswith(heading), text(message)
    assert re.search(WHEN[language], unmarked(text(message))), text(message)
    page = html(message)
    frame = f'lang="{language}" dir="{DIRECTION[language]}"'
    assert page.count(frame) == 2 and heading in page, page
    sent = message.as_bytes()
    assert sent.isascii() and max(len(line) for line in sent.splitlines()) <= 998


@pytest.mark.parametrize("language", ["de", "ar"])
def test_mails_are_in_the_reader_s_language(gateways, people, recorder, box, language):
    gateway = gateways.start(recorder.url, mail=mail(box, notices=["factor-added", "factors-reset"]),
                             second_factor={"policy": "per-user", "email_codes": True})
    person = people(gateway)
    person.language = f"{language}-XX, en;q=0.5"
    person.sign_in()
    person.enrol()
    is_in(newest(box, person, 1), language, APP_ADDED[language])

    page = "/postern/account/email-codes"
    form = Form.on(person.navigate(page).text, lambda form: "code" in form.fields)
    assert person.submit(page, {**form.fields, "code": person.code()}).status == 303
    newest(box, person, 2)
    other = people(gateway, subject=person.subject)
    # A choice counts more than what the browser asks for.
    other.language = "ja"
    other.cookies["postern-language"] = language
    other.sign_in()
    asks = "/postern/verify?method=email"
    form = Form.on(other.navigate(asks).text, lambda form: form.action.endswith("/verify/send"))
    assert other.submit("/postern/verify/send", form.fields).status == 303
    message = newest(box, person, 3)
    is_in(message, language, CODE[language])
    code = re.fullmatch(r"@localhost #(\d{6})", text(message).strip().splitlines()[-1])[1]
    gateway.canary.saw("code by mail", code)
    assert f">{code}</p>" in html(message) and code not in message["Subject"]

    # Nobody is at a page: the last sign-in tells.
    assert gateway.command("users", "reset", address(person), "--yes").returncode == 0
    is_in(newest(box, person, 4), language, RESET[language])


def test_mails_to_people_of_unknown_language_are_in_the_first_of_the_list(gateways, people, recorder, box):
    gateway = gateways.start(recorder.url, mail=mail(box), pages={"languages": ["de", "en"]})
    person = people(gateway)
    person.sign_in()
    person.enrol()
    is_in(newest(box, person, 1), "de", APP_ADDED["de"])
    # As the version before this one leaves them.
    gateway.database.sql("UPDATE postern.sessions SET language = NULL")
    assert gateway.command("users", "reset", address(person), "--yes").returncode == 0
    is_in(newest(box, person, 2), "de", RESET["de"])
    assert gateway.command("mail", "test", address(person)).returncode == 0
    assert "Test-E-Mail" in newest(box, person, 3)["Subject"]
