"""Pages compressed on their way to a browser (RFC 9110 §8.4.1.3, gzip).

What is compressed together shows by its length what is alike in it (BREACH): so nothing is compressed that a page of
another site made the browser ask for, and what a form holds against such pages is another text on each page.
"""

from __future__ import annotations

import gzip
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog.api.headers import headers_of

_LEAST: Final = 1_000
"""So many bytes fit one packet whatever is done to them."""
_LEVEL: Final = 6
_TEXTS: Final = ("text/", "application/json", "image/svg+xml")
_FROM_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that a page of another site, or of a sibling of this one, made it send."""


async def compressed(request: Request, answer: Response) -> Response:
    """Return the answer, compressed where it is a text of some length and the browser takes that."""
    answer.headers.add_vary_header("Accept-Encoding")
    if len(answer.body) >= _LEAST and _is_text(answer) and _takes(request):
        # Of a large picture it takes longer than any other request should wait.
        answer.body = await run_in_threadpool(gzip.compress, answer.body, _LEVEL, mtime=0)
        answer.headers["content-encoding"] = "gzip"
        answer.headers["content-length"] = str(len(answer.body))
    return answer


def _is_text(answer: Response) -> bool:
    return answer.headers.get("content-type", "").startswith(_TEXTS)


def _takes(request: Request) -> bool:
    """Tell whether the request takes gzip (RFC 9110 §12.5.3), and comes from nobody who could measure its answer."""
    headers = headers_of(request.scope)
    if headers.get(b"sec-fetch-site") in _FROM_ELSEWHERE:
        return False
    for part in (headers.get(b"accept-encoding") or "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
