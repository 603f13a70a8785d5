"""Pages as a test reads them: what stands in one, where it leads, and every page that can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urljoin

from httpx2 import Response
from starlette.testclient import TestClient

BASE = "http://127.0.0.1:8080"
BROWSER = {"Accept": "text/html", "Origin": BASE}
_ADDRESSES = {"href", "src", "hx-get"}


@dataclass
class Shown(HTMLParser):
    """What a page holds: its elements with their attributes, its text, and each form with its fields."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    forms: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "form":
            # The address of a form names its page too; which form it is, its path tells.
            path = given.get("action", "").partition("?")[0]
            self.forms.append((({**given, "action": path, "address": given["action"]} if path else given), {}))
        elif tag in {"input", "button", "select", "textarea"} and self.forms and given.get("name"):
            self.forms[-1][1].setdefault(given["name"], given.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        """Return all that is read, blanks folded."""
        return re.sub(r"\s+", " ", "".join(self.text))


def shown(page: Response) -> Shown:
    """Return what a page holds; one that was read is not read again."""
    found = _read(page.text)
    return replace(found, forms=[(dict(form), dict(fields)) for form, fields in found.forms])


@lru_cache(maxsize=512)
def _read(page: str) -> Shown:
    found = Shown()
    found.feed(page)
    found.close()
    return found


def addresses(page: Response, at: str) -> Iterator[str]:
    """Yield where a page leads, as paths of the same server."""
    for _, attributes in shown(page).elements:
        for name in _ADDRESSES & attributes.keys():
            there = urljoin(BASE + at, attributes[name])
            if there.startswith(f"{BASE}/"):
                yield there.removeprefix(BASE).partition("#")[0]


def walk(client: TestClient, begin: str = "/", most: int = 150) -> dict[str, Response]:
    """Return every page that is reached from one by links, of each page at most some, by their addresses."""
    found: dict[str, Response] = {}
    ahead, kinds = [begin], dict[str, int]()
    while ahead and len(found) < most:
        at = ahead.pop(0)
        kind = at.partition("?")[0]
        if at in found or kinds.get(kind, 0) >= 12 or not (at.startswith(("/explorer/", "/?")) or at == "/"):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        page = client.get(at, headers=BROWSER)
        if page.headers["content-type"].startswith("text/html"):
            found[at] = page
            ahead += [there for there in addresses(page, at) if there not in found]
    return found
