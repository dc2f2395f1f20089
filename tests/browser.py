"""A browser without JavaScript: it follows links, fills in forms by their labels, and keeps cookies.

It sends what browsers send by themselves: where a form comes from, and whether that is the same site.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2
from lxml import html

MOST_HOPS = 3


@dataclass
class Browser:
    """One window. `origin` is what stands in its address bar; `url` where the server really listens."""

    url: str
    origin: str = ""
    answer: Any = None
    cookies: dict[str, str] = field(default_factory=dict)
    seen: list[httpx2.Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.origin = self.origin or self.url
        self._client = httpx2.Client(timeout=30)

    def close(self) -> None:
        self._client.close()

    # --- what there is to see ---------------------------------------------------------------------------------

    @property
    def status(self) -> int:
        return int(self.answer.status_code)

    @property
    def path(self) -> str:
        return urlsplit(str(self.answer.request.url)).path

    @property
    def page(self) -> Any:
        return html.document_fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """What somebody reads, in one line."""
        return " ".join(self.page.body.text_content().split())

    @property
    def heading(self) -> str:
        (found,) = self.page.iter("h1")
        return " ".join(found.text_content().split())

    @property
    def links(self) -> dict[str, str]:
        return {" ".join(one.text_content().split()): one.get("href") for one in self.page.iter("a")}

    def options(self, name: str) -> dict[str, str]:
        """By label: the values of the radio buttons of this name."""
        found = self.page.xpath(f"//input[@type='radio'][@name='{name}']")
        return {self._label(one): one.get("value") for one in found}

    def values(self, name: str) -> list[str]:
        """The values of the radio buttons of this name, in order."""
        return [str(one) for one in self.page.xpath(f"//input[@type='radio'][@name='{name}']/@value")]

    def _label(self, control: Any) -> str:
        (label,) = self.page.xpath(f"//label[@for='{control.get('id')}']")
        return " ".join(label.text_content().split())

    # --- what can be done ---------------------------------------------------------------------------------------

    def go(self, path: str) -> "Browser":
        """Type an address, or follow a link."""
        return self._ask("GET", urljoin(f"{self.url}/", path))

    def follow(self, words: str) -> "Browser":
        """The link that begins with these words."""
        return self.go(next(to for said, to in self.links.items() if said.startswith(words)))

    def press(self, button: str, **values: str) -> "Browser":
        """Fill in the form of this button, and press it."""
        form = self.form_of(button)
        fields = {**dict(form.form_values()), **values}
        to = urljoin(f"{self.url}/", form.get("action"))
        if form.get("method") == "get":
            return self._ask("GET", f"{to}?{urlencode(fields)}")
        return self.post(to, fields)

    def form_of(self, button: str) -> Any:
        said = {" ".join(one.text_content().split()): one for one in self.page.iter("button")}
        return next(said[button].iterancestors("form"))

    def post(self, to: str, fields: dict[str, str], **headers: str) -> "Browser":
        """Send a form; `headers` are said instead of what a browser would say."""
        told = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self._ask("POST", urljoin(f"{self.url}/", to), content=urlencode(fields), headers=told)

    def _ask(
        self, method: str, url: str, content: str = "", headers: dict[str, str] | None = None
    ) -> "Browser":
        told = dict(headers or {})
        if content:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        for _ in range(MOST_HOPS):
            if self.cookies:
                told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            self.answer = self._client.request(method, url, content=content.encode(), headers=told)
            self.seen.append(self.answer)
            self._keep(self.answer)
            if self.answer.status_code != 303:
                break
            to = self.answer.headers["Location"]
            assert not urlsplit(to).netloc, f"leads away: {to}"
            method, url, content = "GET", urljoin(f"{self.url}/", to), ""
            told = {}
        return self

    def _keep(self, answer: httpx2.Response) -> None:
        for line in _cookies(answer):
            pair, _, rest = line.partition(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in rest.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def _cookies(answer: httpx2.Response) -> Iterator[str]:
    return iter(answer.headers.get_list("set-cookie"))
