"""Somebody of one site at a page and at a terminal: both say alike how much is hidden."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import httpx2
import pytest

from tests.e2e.conftest import Server, recorded
from tests.e2e.test_explorer import _key
from tests.support.records import member, place
from tests.support.typed import typed

pytestmark = pytest.mark.timeout(200)


def test_the_command_that_a_page_names_says_as_much_of_what_is_hidden(server: Server, tmp_path: Path) -> None:
    data = tmp_path / "data"
    owner = _key(data, "testperson-alpha", "steward", "admin")
    north = _key(data, "testperson-beta", "steward", by=owner)
    with httpx2.Client(
        base_url=server.url, trust_env=False, timeout=60, headers={"Authorization": f"Bearer {owner}"}
    ) as client:
        recorded(client, place("North", within=None))
        recorded(client, member("testperson-beta", "SITE", "North"))
    headers = {"Accept": "text/html", "Authorization": f"Bearer {north}"}
    for at in ("/", "/explorer/safe?question=sharing", "/explorer/labels"):
        page = httpx2.get(f"{server.url}{at}", headers=headers, trust_env=False, timeout=60).text
        line = shlex.split(html.unescape(re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)[-1]))
        done = typed(data, *line[1:], LINEWARD_KEY=north)
        both = [re.findall(r"Not whole: (\d+) (?:things?|nodes?) ", text) for text in (page, done.err)]
        assert both[0] == both[1] != [], (at, done.err)
