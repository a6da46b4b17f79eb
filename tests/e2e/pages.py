"""Driving the gateway's pages in a browser: what a person reads and clicks, in one place. Found by role and label, as a
screen reader finds it."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import BrowserContext, Page, expect

from harness.person import Person

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts" / "screenshots"


def choose_account(page: Page, subject: str) -> None:
    """Chooses an account where the provider asks; it knows the browser after the first time."""
    page.wait_for_load_state()
    if "Choose an account" in page.title():
        page.locator(f"button[value='{subject}']").click()


class Visit:
    """One person's browser window. Collects what must not happen: complaints of the content security policy, script
    errors, and requests to other hosts."""

    def __init__(self, context: BrowserContext, person: Person, shots: str):
        self.page: Page = context.new_page()
        self.person, self._shots, self._number = person, shots, 0
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message) -> None:
        refused = "status of 4" in message.text or "status of 5" in message.text
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request) -> None:
        if not re.match(r"http://((\w+\.)?localhost|127\.0\.0\.1)[:/]|data:|blob:|about:", request.url):
            self.outside.append(request.url)

    # Looking

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(re.compile(text, re.I))

    def shot(self, name: str) -> None:
        """Keeps a picture of the whole page for people to look at."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self._number += 1
        file = ARTEFACTS / f"{self._shots}-{self._number:02d}-{name}.png"
        self.page.screenshot(path=file, full_page=True)

    def accessible(self) -> None:
        """No finding of axe, the enhanced contrast of WCAG 2 (AAA) included, and every control has a name."""
        self.page.evaluate(AXE.read_text())
        findings = self.page.evaluate("axe.run(document, {resultTypes: ['violations'], rules: "
                                      "{'color-contrast-enhanced': {enabled: true}}}).then(r => r.violations)")
        told = [f"{finding['id']}: {finding['help']} {[node['html'] for node in finding['nodes']]}"
                for finding in findings]
        assert not told, "\n".join(told)

    def fits(self) -> None:
        """Nothing has to be scrolled sideways."""
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, f"{self.page.url}: {wide} px in a window of {window}"

    def looked_at(self, name: str, scripts: bool = True) -> None:
        """What every page has to pass."""
        self.shot(name)
        if scripts:
            self.fits()
            self.accessible()

    # Doing

    def open(self, target: str) -> None:
        self.page.goto(self.person.origin + target)

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=re.compile(name, re.I)).first.click()

    def sign_in(self) -> None:
        """From the sign-in page to whatever comes after the provider."""
        self.click("Continue with")
        choose_account(self.page, self.person.subject)

    def begin_enrolment(self) -> None:
        self.click("Get started")

    def scan(self, tmp_path: Path) -> str:
        """Photographs the QR code, reads it as a phone would, and gives the secret."""
        picture = tmp_path / "qr.png"
        self.page.locator("svg.qr").screenshot(path=picture)
        read = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=True).stdout
        return re.search(r"secret=([A-Z2-7]+)", unquote(read))[1]

    def typed_key(self) -> str:
        """The key for those who cannot scan."""
        self.page.locator("summary").click()
        return self.page.locator("#key").inner_text().replace(" ", "")

    def scanned(self) -> None:
        """The field for the code is on the page with the QR code."""
        self.page.locator("#code").click()

    def enter(self, code: str) -> None:
        """Types a code where the page already has put the cursor, and sends it with the keyboard."""
        field = self.page.locator("#code")
        expect(field).to_be_focused()
        self.page.keyboard.type(code)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def backup_codes(self) -> list[str]:
        return self.page.locator("#codes li").all_inner_texts()

    def saved(self) -> None:
        self.click("I have saved them")

    def set_up(self, tmp_path: Path) -> None:
        """From the first page to the one behind the backup codes, which the person keeps."""
        self.open("/")
        self.sign_in()
        self.begin_enrolment()
        self.person.learn(self.scan(tmp_path))
        self.scanned()
        self.enter(self.person.code())
        self.person.keep_codes(self.backup_codes())
        self.saved()

    def use_backup_code(self) -> None:
        self.click("backup code", role="link")

    def sign_out(self) -> None:
        self.open("/postern/sign-out")
        self.click("Sign out")
