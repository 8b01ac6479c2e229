"""A browser without a browser: cookies, pages, forms. It knows nothing of the application."""

from __future__ import annotations

import http.client
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import html

FORM = "application/x-www-form-urlencoded"
MOST_REDIRECTS = 5
LET_GO = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)
Values = Mapping[str, str | Sequence[str]]


class UnexpectedError(AssertionError):
    """The server answered what a person would not have expected."""


@dataclass(frozen=True)
class Form:
    """A form as a page shows it: where it goes, and what stands in it."""

    page: Page
    element: Any

    @property
    def action(self) -> str:
        return urllib.parse.urljoin(self.page.path, self.element.get("action") or self.page.path)

    @property
    def is_post(self) -> bool:
        return (self.element.get("method") or "get").lower() == "post"

    @cached_property
    def standing(self) -> dict[str, list[str]]:
        """Give what would be sent if nothing was filled in; buttons left out."""
        made: dict[str, list[str]] = {}
        for name, value in self.element.form_values():
            made.setdefault(name, []).append(value)
        return made

    @cached_property
    def names(self) -> set[str]:
        """Give the names of everything that can be filled in or pressed."""
        own = {e.get("name") for e in self.element.xpath(".//*[self::input or self::select or self::textarea]")}
        return {name for name in own | {name for name, _value in self.buttons} if name}

    @cached_property
    def buttons(self) -> list[tuple[str, str]]:
        """List the buttons: name and value."""
        pressed = self.element.xpath(".//button[not(@type='button')] | .//input[@type='submit']")
        return [(b.get("name") or "", b.get("value") or "") for b in pressed]

    def choices(self, name: str) -> dict[str, str]:
        """Give the choices of a field: value and label."""
        options = self.element.xpath(f".//select[@name='{name}']//option")
        if options:
            return {o.get("value", ""): o.text_content().strip() for o in options}
        ticks = self.element.xpath(f".//input[@name='{name}'][@type='radio' or @type='checkbox']")
        return {t.get("value", ""): _label(t) for t in ticks}


@dataclass(frozen=True)
class Page:
    """What came back."""

    path: str
    status: int
    body: bytes
    kind: str = ""

    @cached_property
    def tree(self) -> Any:
        return html.fromstring(self.body, parser=html.HTMLParser(encoding="utf-8"))

    @property
    def text(self) -> str:
        return self.body.decode()

    @cached_property
    def words(self) -> str:
        """Give the visible words, blanks drawn together."""
        return " ".join(self.tree.text_content().split())

    @cached_property
    def forms(self) -> list[Form]:
        return [Form(self, element) for element in self.tree.forms]

    @cached_property
    def links(self) -> list[str]:
        return [a.get("href") for a in self.tree.xpath("//a[@href]")]

    @property
    def faults(self) -> str:
        """Give what the page says is wrong."""
        said = self.tree.xpath("//*[contains(@class,'errorlist') or @role='alert' or contains(@class,'error')]")
        return " / ".join(" ".join(e.text_content().split()) for e in said)

    def form(self, *names: str, to: str = "") -> Form:
        """Give the one form that has these fields or buttons, and goes where the end of an address says."""
        found = [f for f in self.forms if set(names) <= f.names and f.action.split("?")[0].endswith(to)]
        if len(found) != 1:
            raise UnexpectedError(f"{self.path}: {len(found)} forms with {names} to {to!r}; {self.words[:600]}")
        return found[0]


@dataclass
class Browser:
    """One person's browser."""

    port: int
    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    worst: tuple[float, str] = (0.0, "")
    line: http.client.HTTPConnection | None = None

    def get(self, path: str, *, expect: Sequence[int] = (200,)) -> Page:
        """Open an address; follow where it leads."""
        return self._go("GET", path, b"", expect)

    def submit(
        self, form: Form, values: Values | None = None, *, press: tuple[str, str] | None = None,
        expect: Sequence[int] = (200,),
    ) -> Page:  # fmt: skip
        """Fill named fields in and send; a name the form has not is a fault of the script or of the page."""
        given = {name: [v] if isinstance(v, str) else list(v) for name, v in (values or {}).items()}
        lacking = set(given) - form.names
        if lacking or (press and press not in form.buttons):
            raise UnexpectedError(f"{form.page.path}: the form has no {sorted(lacking) or press}; it has {form.names}")
        sent = form.standing | given
        if press and press[0]:
            sent = sent | {press[0]: [press[1]]}
        body = urllib.parse.urlencode([(n, v) for n, values in sent.items() for v in values])
        if not form.is_post:
            return self.get(f"{form.action.split('?')[0]}?{body}", expect=expect)
        return self._go("POST", form.action, body.encode(), expect)

    def close(self) -> None:
        """Let go of the line."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def _go(self, method: str, path: str, body: bytes, expect: Sequence[int]) -> Page:
        for _hop in range(MOST_REDIRECTS):
            status, heads, content = self._send(method, path, body)
            if status not in {301, 302, 303, 307}:
                break
            to = urllib.parse.urljoin(path, dict(heads)["location"])
            if to.startswith("/tai-khoan/"):
                raise UnexpectedError(f"{self.name}: {method} {path} leads to the login {to}")
            method, path, body = "GET", to, b""
        page = Page(path, status, content, dict(heads).get("content-type", ""))
        if status not in expect:
            told = page.words[:900] if content and "html" in page.kind else content[:300]
            raise UnexpectedError(f"{self.name}: {method} {path} answered {status}: {told}")
        return page

    def _send(self, method: str, path: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        heads = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items()), "Accept-Language": "vi"}
        if method == "POST":
            heads["Content-Type"] = FORM
        self.asked += 1
        for attempt in (1, 2):
            line = self.line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
            try:
                line.request(method, path, body or None, heads)
                answer = line.getresponse()
                content = answer.read()
            except OSError as error:
                line.close()  # the server had let go of an idle line
                self.line = None
                if attempt == 2 or not isinstance(error, LET_GO):
                    raise
                continue
            break
        self.line = None if answer.will_close else line
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        return answer.status, [(n.lower(), v) for n, v in answer.getheaders()], content

    def _keep(self, cookie: str) -> None:
        pair, *rest = cookie.split(";")
        name, _equals, value = pair.strip().partition("=")
        gone = not value or any(r.strip().lower() == "max-age=0" for r in rest)
        if gone:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def _label(tick: Any) -> str:
    around = tick.xpath("ancestor::label[1]")
    if around:
        return " ".join(around[0].text_content().split())
    beside = tick.xpath(f"//label[@for='{tick.get('id')}']")
    return " ".join(beside[0].text_content().split()) if beside else ""
