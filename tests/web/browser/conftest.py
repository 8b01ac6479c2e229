"""A real installation, served by its own command in its own folder, and people with real browsers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sipas_web.accounts.demonstration import PASSWORD, secret_of
from tests.web.functional.installation import Installation

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WITH_CODE = {"department", "inspector", "administrator"}
PERIOD = 30  # s, of a one-time code
STARTS_WITHIN = 240  # s
A_WHILE = 60_000  # ms; the machine may be busy
expect.set_options(timeout=A_WHILE)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@dataclass
class Site:
    """A running installation."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder.with_suffix(".log")

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    def start(self, *options: str) -> None:
        """Start the server and wait until it answers; the tests make their rounds themselves."""
        program = [sys.executable, "-m", "sipas_web.config.command_line", "serve", "--no-rounds"]
        program += ["--port", str(self.port), *options]
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                program, env=self.environment, stdout=log, stderr=log, text=True, start_new_session=True
            )
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/suc-khoe/", timeout=2):
                    return
            except OSError:
                time.sleep(0.3)
        raise AssertionError(self.log.read_text(encoding="utf-8")[-4000:])

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End the server with its worker."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=30)


@pytest.fixture(scope="package")  # its loop must not run on while other tests use the database
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_site(folder: Path) -> Site:
    """Describe a new installation; on PostgreSQL where the tests run on it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIPAS_", "DJANGO_", "DATABASE_"))}
    source = str(Path(__file__).parents[3] / "src")
    environment = {
        **kept,
        "SIPAS_PROVINCES": "02,08,70,75",
        "SIPAS_FOLDER": str(folder),
        "PYTHONPATH": source,
        "PYTHONWARNINGS": "ignore",
    }
    if os.environ.get("SIPAS_TEST_DATABASE") == "postgresql":
        from tests.web.settings import start_postgresql

        environment["DATABASE_URL"] = start_postgresql()
    else:
        Installation(folder).lay_schema()
    return Site(folder, free_port(), environment)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration, as `make run` starts it."""
    yield from running(tmp_path_factory)


def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a demonstration; for tests that publish rounds, which would be the earlier or the next ones of others'."""
    made = new_site(tmp_path_factory.mktemp("site") / "data")
    made.start("--demonstration")
    yield made
    made.stop()


@dataclass
class Visitor:
    """Somebody with a browser."""

    context: BrowserContext
    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.base + path)
        return self.page

    def press(self, name: str) -> None:
        """Press a button or follow a link by its visible name."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        target.first.click()

    def faults(self) -> list[str]:
        """Say what is wrong with the page shown: axe's findings, a page wider than the screen, script errors."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)[
            "violations"
        ]
        said = [f"{v['id']} ({v['impact']}): {node['html'][:160]}" for v in found for node in v["nodes"][:3]]
        width, shown = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if width > shown:
            said.append(f"{width} px wide on a screen of {shown} px: {self._widest()}")
        return [f"{self.page.url}: {fault}" for fault in [*said, *self.errors]]

    def look(self) -> Page:
        """Look at the page shown as it is at a desk and on a phone, and keep what is wrong with it."""
        before = self.page.viewport_size or DESK
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.found += self.faults()
        self.page.set_viewport_size(before)  # type: ignore[arg-type]
        return self.page

    def _widest(self) -> str:
        return str(
            self.page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
                ".slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(' | ')"
            )
        )


def code_of(secret: str) -> str:
    """Give the one-time code of this moment."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def log_in(visitor: Visitor, role: str) -> None:
    """Log in to the demonstration as somebody of a role."""
    page = visitor.open("/tai-khoan/login/")
    page.locator("input[name=login]").fill(role.replace("_", "-"))
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit], main form button").first.click()
    if role in WITH_CODE:
        page.wait_for_url(re.compile("2fa"))
        page.locator("input[name=code]").fill(code_of(secret_of(role)))
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "2fa" not in url)


Enter = Callable[..., Visitor]


@pytest.fixture(scope="package")
def logins() -> dict[str, Any]:
    """Cookies of each role, so that a one-time code is used once."""
    return {}


@contextmanager
def entrance(chromium: Browser, site: Site, logins: dict[str, Any]) -> Iterator[Enter]:
    """Give browsers in which somebody of a role is logged in (or nobody), and close them all at the end."""
    contexts: list[BrowserContext] = []

    def entered(role: str = "", *, size: dict[str, int] = DESK, theme: str = "light", **options: Any) -> Visitor:
        kept = logins.get(role)
        context = chromium.new_context(
            viewport=size,  # type: ignore[arg-type]
            locale="vi-VN",
            reduced_motion="reduce",
            color_scheme=theme,  # type: ignore[arg-type]
            storage_state=kept,
            **options,
        )
        context.set_default_timeout(A_WHILE)
        contexts.append(context)
        visitor = Visitor(context, context.new_page(), site.url)
        watch(visitor)
        if role and kept is None:
            log_in(visitor, role)
            logins[role] = json.loads(json.dumps(context.storage_state()))
        return visitor

    yield entered
    for context in contexts:
        context.close()


def watch(visitor: Visitor) -> None:
    """Keep every error of a script and every message of the browser that tells one."""
    visitor.page.on("pageerror", lambda error: visitor.errors.append(f"script: {error}"))
    visitor.page.on("console", lambda m: visitor.errors.append(f"console: {m.text}") if m.type == "error" else None)


@pytest.fixture
def enter(chromium: Browser, site: Site, logins: dict[str, Any]) -> Iterator[Enter]:
    """Give a browser in which somebody of a role is logged in (or nobody)."""
    with entrance(chromium, site, logins) as entered:
        yield entered
