"""Single sign-on with a real OpenID Connect server on this machine: existing accounts only, by their address."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.web.browser.conftest import Site, free_port, new_site

pytestmark = pytest.mark.browser
ADDRESS, STRANGER = "quan.tri@tuyenquang.example.vn", "nguoi.la@example.vn"


@contextmanager
def directory() -> Iterator[str]:
    """Run a directory that knows two people, both with a proved address."""
    port = free_port()
    program = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for address in (ADDRESS, STRANGER):
        program += ["--user-claims", json.dumps({"sub": address, "email": address, "email_verified": True})]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/.well-known/openid-configuration", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def sso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation with one account, that trusts the ministry's directory."""
    with directory() as address:
        made = new_site(tmp_path_factory.mktemp("sso") / "data")
        made.environment |= {
            "SIPAS_HTTPS": "0",
            "SIPAS_OIDC_SERVER": address,
            "SIPAS_OIDC_CLIENT": "sipas",
            "SIPAS_OIDC_SECRET": "bi-mat",
            "SIPAS_OIDC_NAME": "Tài khoản công vụ",
        }
        made.start()
        account = ["--username", "quan-tri", "--full-name", "Trần Văn Đức", "--password", "một câu dài để nhớ"]
        program = [sys.executable, "-m", "sipas_web.config.command_line", "create-admin", *account, "--email", ADDRESS]
        subprocess.run(program, env=made.environment, check=True, capture_output=True)
        yield made
        made.stop()


def sign_on(chromium: Browser, site: Site, address: str) -> str:
    """Go to the directory, say who one is, come back; give where one ends."""
    context = chromium.new_context(locale="vi-VN")
    page = context.new_page()
    page.goto(f"{site.url}/tai-khoan/login/")
    page.get_by_role("link", name="Tài khoản công vụ").click()
    page.locator("main form button").first.click()
    page.locator("input[name=sub]").fill(address)
    page.get_by_role("button", name=re.compile("Authorize|Submit|Sign", re.IGNORECASE)).first.click()
    page.wait_for_url(re.compile(re.escape(site.url)))
    page.goto(f"{site.url}/ho-so/")
    end = page.url
    context.close()
    return end


def test_an_existing_account_gets_in_and_still_needs_its_second_factor(chromium: Browser, sso: Site) -> None:
    assert "/2fa/" in sign_on(chromium, sso, ADDRESS)


def test_a_stranger_of_the_directory_gets_no_account(chromium: Browser, sso: Site) -> None:
    assert "/login/" in sign_on(chromium, sso, STRANGER)
