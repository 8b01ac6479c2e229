"""A passkey is registered and used, with a virtual authenticator of the browser's own."""

from __future__ import annotations

import re

import pytest

from sipas_web.accounts.demonstration import PASSWORD
from tests.web.browser.conftest import Enter

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_registered_and_opens_the_account_without_a_password(enter: Enter) -> None:
    visitor = enter("tracker")
    page = visitor.page
    session = visitor.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    visitor.open("/tai-khoan/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(re.compile("webauthn/add"))
    page.locator("input[name=name]").fill("Khóa thử")
    if page.locator("input[name=passwordless]").count():
        page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert len(kept["credentials"]) == 1
    visitor.context.clear_cookies()
    visitor.open("/tai-khoan/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "login" not in url)
    visitor.open("/ho-so/")
    assert "tracker" in page.inner_text("main") or "Theo dõi" in page.inner_text("main")
    assert not visitor.errors
