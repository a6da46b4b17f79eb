"""Chromium's virtual authenticator, for pages that ask for passkeys."""

from pages import Visit


class Authenticator:
    """A virtual authenticator of one browser window."""

    def __init__(self, visit: Visit):
        self._page = visit.page
        self._cdp = visit.page.context.new_cdp_session(visit.page)
        self._cdp.send("WebAuthn.enable")
        self._id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}})["authenticatorId"]

    def credentials(self) -> list[dict]:
        return self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]

    def take(self, credential: dict) -> None:
        """Has a credential of another authenticator, as a thief's copy would."""
        self._cdp.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def forget(self) -> None:
        self._cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})

    def forgets(self) -> None:
        """Waits until it has no passkey, because the page told the browser that none of them works any more."""
        for _ in range(100):
            if not self.credentials():
                return
            self._page.wait_for_timeout(50)
        raise AssertionError("a passkey is still offered")
