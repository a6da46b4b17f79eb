"""Pages with a deployment's logo, colours and links, and the button of Google."""

import pytest
from playwright.sync_api import expect

from harness import raw
from pages import DESKTOP, PHONE, choose_account

LIGHT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 48"><script>document.title = "script ran"</script>
<style>path { fill: #8f0d1f }</style><path d="M4 4h40v40H4zM60 8h12l10 20V8h10v32H80L70 20v20H60zM110 8h24v8h-14v5h12v8h-12v11h-10z"/>
<circle cx="176" cy="24" r="16" fill="#13211e"/><path d="M204 8h30v8h-11v24h-9V16h-10z"/></svg>"""
DARK = LIGHT.replace("#8f0d1f", "#ffb3bb").replace("#13211e", "#e7efec")
BRAND = {"product": "Acme Network Console", "provider": "Google", "accent": "#8f0d1f",
         "support": "mailto:help@example.com", "privacy": "https://example.com/privacy",
         "footer": "Acme Ltd, 1 Main Street, Springfield"}
LOCALES = {"en": "en-GB", "ar": "ar-EG", "ja": "ja-JP"}
SEND = "main form:not([data-passkey]) button[type=submit]:not([name=way])"


@pytest.fixture(scope="module")
def logos(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("logos")
    files = {"logo": folder / "logo.svg", "logo_dark": folder / "dark.svg"}
    for file, text in zip(files.values(), (LIGHT, DARK)):
        file.write_text(text)
    return {key: str(file) for key, file in files.items()}


@pytest.fixture(scope="module")
def gateway(backend, module_gateways, logos):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key}, pages={**BRAND, **logos})


def style(visit, selector: str, name: str) -> str:
    return visit.page.locator(selector).first.evaluate(f"element => getComputedStyle(element)['{name}']")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "viewport"), [("phone", PHONE), ("desktop", DESKTOP)])
@pytest.mark.parametrize("tag", LOCALES)
def test_pages_carry_the_brand_and_stay_readable(gateway, people, window, tmp_path, logos, tag, size, viewport, scheme):
    person = people(gateway, email=f"ada.{tag}.{size}.{scheme}@example.com", name="Ada Lovelace")
    visit = window(person, f"brand-{tag}-{size}-{scheme}", viewport=viewport, color_scheme=scheme, locale=LOCALES[tag])

    def looked_at(name: str) -> None:
        logo = visit.page.get_by_role("img", name=BRAND["product"])
        expect(logo).to_be_visible()
        shown = logo.evaluate("image => [image.naturalWidth > 0, image.currentSrc]")
        assert shown[0] and ("/logo-dark." in shown[1]) == (scheme == "dark"), shown
        expect(visit.page.locator("footer")).to_contain_text(BRAND["footer"])
        visit.looked_at(name)

    visit.open("/")
    looked_at("sign-in")
    button = ("rgb(255, 255, 255)", "rgb(116, 119, 117)", "rgb(31, 31, 31)") if scheme == "light" else \
        ("rgb(19, 19, 20)", "rgb(142, 145, 143)", "rgb(227, 227, 227)")
    assert tuple(style(visit, SEND, name) for name in ("backgroundColor", "borderTopColor", "color")) == button
    assert visit.page.locator(SEND).bounding_box()["height"] >= 44
    visit.page.locator(SEND).click()
    choose_account(visit.page, person.subject)
    looked_at("enrol")
    if scheme == "light":
        assert style(visit, SEND, "backgroundColor") == "rgb(143, 13, 31)"
    visit.page.locator(SEND).click()
    looked_at("scan")
    person.learn(visit.scan(tmp_path))
    visit.page.locator("#code").fill(person.code())
    visit.page.locator(SEND).click()
    looked_at("codes")
    person.keep_codes(visit.backup_codes())
    visit.page.locator(SEND).click()
    visit.page.wait_for_url(lambda url: "/postern/" not in url)
    visit.open("/postern/account")
    looked_at("account")
    visit.open("/postern/sign-out")
    visit.page.locator(SEND).click()
    looked_at("signed-out")
    visit.page.locator(SEND).click()
    visit.page.wait_for_url(lambda url: "/sign-out" not in url and "/sign-in" not in url)


def test_a_logo_that_is_opened_by_itself_runs_no_script(gateway, people, chromium):
    page = people(gateway).navigate("/postern/sign-in").text
    path = page.split('<img src="')[1].split('"')[0]
    answer = raw.request(gateway.port, "GET", path, [("Host", f"localhost:{gateway.port}")])
    assert (answer.status, answer.one("content-type"), answer.one("x-content-type-options")) == (200, "image/svg+xml", "nosniff")
    assert "immutable" in answer.one("cache-control") and "sandbox" in answer.one("content-security-policy")
    context = chromium.new_context()
    try:
        window = context.new_page()
        refused = []
        window.on("console", lambda message: refused.append(message.text))
        window.goto(gateway.origin + path)
        assert window.title() != "script ran"
        assert any("script" in text for text in refused), refused
    finally:
        context.close()


def test_another_logo_and_colour_come_with_a_reload(gateway, people, logos):
    def names() -> tuple[str, str]:
        page = people(gateway).navigate("/postern/sign-in").text
        return page.split('<img src="')[1].split('"')[0], page.split('rel="stylesheet" href="')[1].split('"')[0]

    before, applied = names(), gateway.reloads()
    with open(logos["logo"], "a") as file:
        file.write("<!-- another version -->")
    gateway.reconfigure(pages={"accent": "#0b3d91"})
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > applied)
    after = names()
    assert before[0] != after[0] and before[1] != after[1]
    style_sheet = people(gateway).navigate(after[1]).text
    assert "--accent: #0b3d91" in style_sheet
    assert people(gateway).navigate(before[1]).text == style_sheet, "a page from before gets what there is"


def test_a_pale_colour_is_refused_with_its_ratio(gateways, backend):
    gateway = gateways.prepare(backend.url, legacy={"flask_secret_key": backend.secret_key}, pages={"accent": "#3f8cff"})
    checked = gateway.command("check", "--offline")
    assert checked.returncode != 0 and "pages.accent" in checked.stderr, checked
    assert "3.01:1" in checked.stderr and "a darker one, such as \"#" in checked.stderr, checked.stderr
