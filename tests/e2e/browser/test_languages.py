"""The pages in eight languages: found by the browser's wish, chosen at the foot of a page, right to left where it is written so."""

import pytest

from pages import DESKTOP, PHONE, choose_account

LANGUAGES = ["en", "he", "ar", "de", "fr", "es", "ja", "zh-Hans"]
# What a browser in that language asks for.
LOCALES = {"en": "en-GB", "he": "he-IL", "ar": "ar-EG", "de": "de-AT", "fr": "fr-CA", "es": "es-MX", "ja": "ja-JP",
           "zh-Hans": "zh-CN"}
# Not the one that offers a passkey instead.
SEND = "main form:not([data-passkey]) button[type=submit]:not([name=way])"


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


def shown(visit) -> tuple[str, str, str]:
    """Language and direction of the page, and the side where a line begins."""
    return tuple(visit.page.evaluate("[document.documentElement.lang, document.documentElement.dir, "
                                     "getComputedStyle(document.querySelector('h1')).direction]"))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_person_finds_every_page_in_the_language_of_the_browser(gateway, people, window, tmp_path, tag):
    person = people(gateway, email=f"ada.{tag.lower()}@example.com", name="Ada Lovelace")
    visit = window(person, f"language-{tag}", viewport=PHONE, locale=LOCALES[tag])
    side = "rtl" if tag in ("he", "ar") else "ltr"

    def looked_at(name: str) -> None:
        assert shown(visit) == (tag, side, side), visit.page.url
        visit.looked_at(name)
        visit.page.set_viewport_size(DESKTOP)
        visit.page.emulate_media(color_scheme="dark")
        visit.looked_at(f"{name}-desktop-dark")
        visit.page.set_viewport_size(PHONE)
        visit.page.emulate_media(color_scheme="light")

    visit.open("/")
    looked_at("sign-in")
    visit.page.locator(SEND).click()
    choose_account(visit.page, person.subject)
    looked_at("enrol")
    visit.page.locator(SEND).click()
    looked_at("scan")
    person.learn(visit.scan(tmp_path))
    code = visit.page.locator("#code")
    assert code.evaluate("field => getComputedStyle(field).direction") == "ltr", "digits are typed from the left"
    code.fill(person.wrong_code())
    visit.page.locator(SEND).click()
    looked_at("wrong-code")
    visit.page.locator("#code").fill(person.code())
    visit.page.locator(SEND).click()
    looked_at("codes")
    person.keep_codes(visit.backup_codes())
    assert len(person.codes) == 8
    visit.page.locator(SEND).click()
    visit.page.wait_for_url(lambda url: "/postern/" not in url)
    visit.open("/postern/account")
    looked_at("account")
    visit.open("/postern/verify?method=backup")
    looked_at("verify")
    visit.open("/postern/sign-out")
    looked_at("sign-out")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_language_is_chosen_at_the_foot_and_kept(gateway, people, window, scripts):
    visit = window(people(gateway), f"choice-{scripts}", viewport=PHONE, locale="fr-FR", java_script_enabled=scripts)
    start = "/postern/sign-in?rd=%2F%3Ftab%3Drouters"
    visit.open(start)
    for tag in ["ar", "zh-Hans", "de"]:
        visit.page.locator("#language").select_option(tag)
        visit.page.locator("form.language button").click()
        assert visit.page.url.endswith(start), "back where it was chosen"
        assert visit.page.locator("html").get_attribute("lang") == tag
        assert visit.page.locator("html").get_attribute("dir") == ("rtl" if tag == "ar" else "ltr")
        assert visit.page.locator("#language").input_value() == tag
    visit.page.locator(SEND).click()
    choose_account(visit.page, visit.person.subject)
    assert visit.page.locator("html").get_attribute("lang") == "de", "the choice outlives the sign-in"
    assert "tab%3Drouters" in visit.page.url, "and so does the page that was wanted"


def test_times_are_told_as_the_language_writes_them(gateway, people, window, tmp_path):
    visit = window(people(gateway), "times", viewport=DESKTOP, locale="de-DE", timezone_id="Europe/Berlin")
    visit.open("/")
    visit.page.locator(SEND).click()
    choose_account(visit.page, visit.person.subject)
    visit.page.locator(SEND).click()
    visit.person.learn(visit.scan(tmp_path))
    visit.page.locator("#code").fill(visit.person.code())
    visit.page.locator(SEND).click()
    visit.page.locator(SEND).click()
    visit.open("/postern/account")
    exact = visit.page.locator(".events time").first.get_attribute("title")
    assert len(exact.split(".")) == 3 and "," in exact, f"day.month.year, time: {exact}"
    visit.sees("gerade eben")
