"""From a request to a page: who asks, from which View, and what becomes of an error.

A form is taken only from a page of this server: the browser says so by its Origin (RFC 6454 §7), and the form holds a
token that nothing but a page of its session knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog import logs
from catalog.access import rules
from catalog.access.model import Actor, is_proven
from catalog.access.permissions import Permission
from catalog.api import problems
from catalog.api.edge import ROUTE
from catalog.api.headers import headers_of
from catalog.api.http.body import QUESTION_BYTES, read_body
from catalog.api.pages import files, registry, words
from catalog.api.pages.asking import KNOWN, VALID, Asking, Parameters, last, times_of
from catalog.api.pages.kinds import ADDRESS_OF
from catalog.api.pages.links import HOME, Links, within
from catalog.api.pages.moments import MOMENTS
from catalog.api.pages.page import BEHIND, Action, Context, Page
from catalog.api.pages.record import BY_HAND
from catalog.api.pages.rendering import render
from catalog.api.services import PRINCIPAL, Services
from catalog.api.sessions import Sessions
from catalog.api.signing_in import SECRET, SigningIn, TooManyTriesError
from catalog.errors import ADDRESSED, AskerError, SenderError
from catalog.reading import ReadPoint
from catalog.view import View
from catalog.view.steady import steadily
from graph_schema.identity import label_of

COOKIE = "lineward_session"
FORM_TOKEN = "form_token"  # noqa: S105  the name of a field
AS = "as"
"""What an address calls the form in which a page is taken along."""
SIGN_IN, SIGN_OUT = "sign-in", "sign-out"
_NOT_REPEATED = frozenset({FORM_TOKEN, SECRET})
_MOST_FIELDS = 2_000
_FORM = "application/x-www-form-urlencoded"
_TIME = (VALID, KNOWN)
_OF_ONE_TIME = frozenset({BEHIND, "after", "evaluated", MOMENTS})
_LONGEST = 4_000
"""So many characters an address may say under one name: a page repeats some of it."""
_REFUSED = "This form was not sent by a page of this session; open the page again and send it from there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page: who looks, at what time, how whole the answer is, and where else to go."""

    page: str
    organisation: str | None
    actor: Actor | None
    """Who looks, None where nobody signed in."""
    is_proven: bool
    """Whether anything proves that; nothing does of the local principal."""
    session: bool
    """Whether it is somebody's session, which can be ended."""
    form_token: str
    time: Mapping[str, str]
    """How the address names the two times; empty for the present."""
    point: ReadPoint | None
    notices: tuple[str, ...]
    hides: bool
    """Whether rights hide anything of what the page is about."""
    here: tuple[tuple[str, str], ...]
    """What the address says beside the time."""
    address: str = ""
    """The whole address of the page, for who has it on paper; empty where it has none of its own."""
    has_moments: bool = False
    """Whether the page is of a thing that one moves through both times."""
    listed: tuple[Page, ...] = registry.LISTED

    def behind(self, name: str, key: str | None) -> list[tuple[str, str]]:
        """Return what an address says by which one list of this page goes on behind a key, or begins anew."""
        kept = [one for one in self.here if one[0] != BEHIND or one[1].partition(":")[0] != name]
        return kept if key is None else [*kept, (BEHIND, f"{name}:{key}")]

    def may_record(self, kind: str = "") -> bool:
        """Tell whether whoever looks has the right to a kind of record, without one to any.

        No link leads to a form that would be refused.
        """
        kinds = (kind,) if kind else tuple(BY_HAND)
        return self.actor is not None and any(rules.is_permitted(self.actor, Permission(one)) for one in kinds)

    @property
    def whenever(self) -> list[tuple[str, str]]:
        """Return what an address says beside the time that holds at any: no place in a list, which may be gone then."""
        return [one for one in self.here if one[0] not in _OF_ONE_TIME]

    def at(self, name: str, value: str) -> list[tuple[str, str]]:
        """Return what an address says by which this page is of another moment of one time, "" for the present."""
        times = {**self.time, name: value}
        return [*self.whenever, (MOMENTS, "1"), *((time, text) for time, text in times.items() if text)]


@dataclass(frozen=True, slots=True)
class Explorer:
    """The pages of one server, and the sessions of those who look at them."""

    services: Services
    sessions: Sessions
    signing_in: SigningIn

    async def home(self, request: Request) -> Response:
        """Return the home page."""
        return await run_in_threadpool(self._shown, request, registry.PAGES[HOME])

    async def serve(self, request: Request) -> Response:
        """Return a page or a file, or take a form, by the address's last part."""
        name = request.path_params["name"]
        if request.method == "POST":
            return await self._take(request, name)
        file = files.file(name)
        if file is not None:
            return file
        page = registry.PAGES.get(name)
        if name == SIGN_IN or (page is not None and name != HOME):
            request.scope[ROUTE] = f"/explorer/{name}"
        if name == SIGN_IN:
            return self._sign_in(request, request.query_params.get("next", ""))
        if page is None or name == HOME:
            if name in registry.ACTIONS or name == SIGN_OUT:
                return _led(request, registry.ACTIONS.get(name))
            return self._failed(request, AskerError("There is no page at this address; the home page lists them all."))
        return await run_in_threadpool(self._shown, request, page)

    def _shown(self, request: Request, page: Page) -> Response:
        try:
            actor = self._actor(request)
            if actor is None:
                return self._asked_to_sign_in(request, page)
            rules.require(actor, page.permission)
            return self._read(request, page, actor)
        except ADDRESSED as error:
            return self._failed(request, error)

    def _read(self, request: Request, page: Page, actor: Actor) -> Response:
        wanted = request.query_params.get(AS)
        if wanted is not None and wanted not in page.exports:
            forms = ", ".join(page.exports)
            raise SenderError(f"This page is given as {forms or 'a page'} alone.", status=422)
        parameters = _given(request, page)
        at, time = times_of(parameters, self.services.ledger)
        links = Links(page.name == HOME, time)
        with ExitStack() as until:
            view, context = self._context(page, actor, parameters, self.services.opening(actor, at, until))
            here = tuple((name, text) for name, several in parameters.items() if name not in _TIME for text in several)
            frame = self._frame(request, actor, page.name, time, here, view, context)
        if wanted is None:
            return files.page(render(page.template, page=context, frame=frame, to=links))
        export = page.exports[wanted]
        return files.export(export.write(context), export.media_type, f"{page.name}.{wanted}")

    def _context(
        self, page: Page, actor: Actor, parameters: Parameters, again: Callable[[], View]
    ) -> tuple[View, Context]:
        """Return what a page shows, and the view that it was read of."""

        def asking(view: View) -> Asking:
            return Asking(self.services, actor, view, parameters, logs.correlation_id())

        unsettled = page.unsettled
        if unsettled is None:
            view = again()
            return view, page.read(asking(view))
        return steadily(again, lambda view: page.read(asking(view)), lambda view, found: unsettled(asking(view), found))

    def _frame(
        self,
        request: Request,
        actor: Actor | None,
        name: str,
        time: Mapping[str, str] | None = None,
        here: tuple[tuple[str, str], ...] = (),
        view: View | None = None,
        context: Context | None = None,
    ) -> Frame:
        token = request.cookies.get(COOKIE)
        whole = (
            () if view is None or context is None else words.notices(view.completeness(context.found, context.subjects))
        )
        return Frame(
            page=name,
            organisation=self.services.settings.organisation,
            actor=actor,
            is_proven=actor is not None and is_proven(actor.principal),
            session=token is not None and self.sessions.actor(token) is not None,
            form_token=self.sessions.form_token(token),
            time=time or {},
            point=None if view is None else view.read_point(),
            notices=whole,
            hides=view is not None and bool(view.hidden),
            here=here,
            address="" if view is None else _address(request, name, [*here, *(time or {}).items()]),
            has_moments=name in registry.PAGES and MOMENTS in registry.PAGES[name].parameters,
        )

    def _actor(self, request: Request) -> Actor | None:
        """Return who looks, None where nobody says so and somebody has to. Raises AskerError 401."""
        token = request.cookies.get(COOKIE)
        actor = None if token is None else self.sessions.actor(token)
        if actor is not None:
            request.scope[PRINCIPAL] = actor.principal
            return actor
        has_key = headers_of(request.scope).get(b"authorization") is not None
        needs_key = self.services.owner is None and self.services.authenticator.needs_key()
        return self.services.authenticate(request) if has_key or not needs_key else None

    def _asked_to_sign_in(self, request: Request, page: Page) -> Response:
        """Return what leads to the sign-in page, and back afterwards.

        A link in a mail is followed without the cookie, which no other site's request carries: the page then asks for
        itself once more.
        """
        if request.headers.get("sec-fetch-site") == "cross-site":
            return files.page(render("explorer/again.html.j2"))
        query = request.url.query
        place = "../" if page.name == HOME else page.name
        there = urlencode({"next": f"{place}?{query}" if query else place})
        return RedirectResponse(f"{'explorer/' if page.name == HOME else ''}{SIGN_IN}?{there}", 303)

    def _sign_in(self, request: Request, then: str, error: str = "", status: int = 200) -> Response:
        frame = self._frame(request, None, SIGN_IN)
        text = render(
            f"explorer/{SIGN_IN}.html.j2", frame=frame, to=Links(), then=within(then), error=error, secret=SECRET
        )
        return files.page(text, status)

    async def _take(self, request: Request, name: str) -> Response:
        action = registry.ACTIONS.get(name)
        if action is None and name not in {SIGN_IN, SIGN_OUT}:
            return problems.wrong_method("GET").response()
        request.scope[ROUTE] = f"/explorer/{name}"
        try:
            form = await self._form(request)
            is_of_session = self.sessions.is_form_token(last(form, FORM_TOKEN), request.cookies.get(COOKIE))
            if action is not None:
                return await run_in_threadpool(self._act, request, action, form, is_of_session=is_of_session)
            if not is_of_session:
                raise AskerError(_REFUSED, status=403)
            return self._opened(request, form) if name == SIGN_IN else self._closed(request, form)
        except ADDRESSED as error:
            return self._failed(request, error, action)

    async def _form(self, request: Request) -> dict[str, list[str]]:
        """Return the fields of a form; raises AskerError 403 where no page of this server sent it."""
        headers = headers_of(request.scope)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise SenderError(f"Send the form with Content-Type: {_FORM}.")
        # That it is this server's own, the edge has looked at.
        if headers.get(b"origin") is None:
            raise AskerError(_REFUSED, status=403)
        try:
            text = (await read_body(request, QUESTION_BYTES)).decode()
            return parse_qs(text, errors="strict", max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise SenderError("The form cannot be read; send it in UTF-8.") from error

    def _opened(self, request: Request, form: Parameters) -> Response:
        """Open a session for who proves who they are, in the place of any before; what was typed is kept nowhere."""
        try:
            actor, holder = self.signing_in.prove(last(form, SECRET), _peer(request))
            rules.require(actor, registry.PAGES[HOME].permission)
        except TooManyTriesError as error:
            answer = self._sign_in(request, last(form, "next"), str(error), HTTPStatus.TOO_MANY_REQUESTS)
            answer.headers["Retry-After"] = str(error.seconds)
            return answer
        except AskerError as error:
            return self._sign_in(request, last(form, "next"), str(error), error.status)
        self.sessions.close(request.cookies.get(COOKIE, ""))
        token = self.sessions.open(holder)
        request.scope[PRINCIPAL] = actor.principal
        return self._going_on(request, within(last(form, "next")), token)

    def _closed(self, request: Request, form: Parameters) -> Response:
        token = request.cookies.get(COOKIE, "")
        actor = self.sessions.actor(token)
        if actor is not None and last(form, "everywhere"):
            self.sessions.close_all(actor.principal)
        self.sessions.close(token)
        return self._going_on(request, SIGN_IN, "")

    def _act(self, request: Request, action: Action, form: Parameters, *, is_of_session: bool) -> Response:
        actor = self._actor(request)
        if actor is None or not is_of_session:
            return self._given_back(request, action, form, actor)
        rules.require(actor, action.permission)
        with self.services.store.reading() as reader:
            view = self.services.view(reader, actor, times_of({}, self.services.ledger)[0])
            prove = partial(self._proven, _peer(request))
            asking = Asking(self.services, actor, view, form, logs.correlation_id(), prove)
            done = action.act(asking)
            if isinstance(done, Context):
                # What became of a form is no answer of the view, which is of before it.
                frame = self._frame(request, actor, action.name, here=_about_page(request, _page_of(request, action)))
                return files.page(render(action.template, page=done, frame=frame, to=Links()), done.status)
        return done if isinstance(done, Response) else self._going_on(request, within(done))

    def _proven(self, peer: str, secret: str) -> Actor:
        return self.signing_in.prove(secret, peer)[0]

    def _given_back(self, request: Request, action: Action, form: Parameters, actor: Actor | None) -> Response:
        """Return a form of ours that came when its session had ended, so that nobody has to type it again.

        Nothing is done of it until whoever is signed in then sends it from this page. A secret is not repeated.
        """
        frame = self._frame(request, actor, "error")
        fields = tuple((name, text) for name, texts in form.items() if name not in _NOT_REPEATED for text in texts)
        page = render(
            "explorer/given-back.html.j2", frame=frame, to=Links(), action=_form_address(request, action), fields=fields
        )
        return files.page(page, 401 if actor is None else 403)

    def _going_on(self, request: Request, to: str, session: str | None = None) -> Response:
        answer = RedirectResponse(to, 303)
        if session is not None:
            secure = "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}
            answer.set_cookie(
                COOKIE, session, max_age=None if session else 0, httponly=True, samesite="strict", secure=secure
            )
        return answer

    def _failed(self, request: Request, error: Exception, action: Action | None = None) -> Response:
        """Return the page of an error that says who has to act, and leads back to the form that was sent; a defect of
        ours is masked further out.
        """
        found = problems.problem(error)
        if found is None:
            raise error
        home = request.path_params.get("name") is None
        actor = None
        if found.status != HTTPStatus.UNAUTHORIZED:  # a key that does not work is tried once
            with suppress(*ADDRESSED):
                actor = self._actor(request)
        frame = self._frame(request, actor, "error")
        back = None if action is None else _page_address(request, _page_of(request, action))
        text = render("explorer/error.html.j2", frame=frame, to=Links(home), problem=found, back=back)
        answer = files.page(text, found.status)
        answer.headers.update(found.headers)
        return answer


def _peer(request: Request) -> str:
    """Return what a connection comes from, of all that a proxy speaks for the proxy."""
    return request.client.host if request.client else ""


def _address(request: Request, name: str, parameters: list[tuple[str, str]]) -> str:
    """Return the whole address of a page, as who asked for it reached this server."""
    base = request.base_url
    if request.headers.get("x-forwarded-proto") == "https":
        base = base.replace(scheme="https")
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{base}{'' if name == HOME else f'explorer/{name}'}{query}"


def _page_of(request: Request, action: Action) -> Page:
    """Return the page that the form of an action stands on."""
    if action.page is not None:
        return action.page
    return registry.PAGES[ADDRESS_OF.get(label_of(request.query_params.get("id", "")), action.otherwise)]


def _about_page(request: Request, page: Page) -> tuple[tuple[str, str], ...]:
    """Return what a form's address says of the page that it stands on."""
    return tuple(
        (name, text) for name, several in _given(request, page).items() for text in several if name not in _TIME
    )


def _form_address(request: Request, action: Action) -> str:
    return Links().of(action.name, _about_page(request, _page_of(request, action)))


def _led(request: Request, action: Action | None) -> Response:
    """Return what leads whoever opens the address of a form, or reloads what it was answered by, to its page; None is
    the form that signs out, which stands on all of them.
    """
    page = registry.PAGES[HOME] if action is None else _page_of(request, action)
    return RedirectResponse(_page_address(request, page), 303)


def _page_address(request: Request, page: Page) -> str:
    """Return the address of the page that a form stands on, as far as the form's own address says it."""
    kept = [(name, text) for name, text in request.query_params.multi_items() if name in page.parameters]
    return Links().of(page.name, kept)


def _given(request: Request, page: Page) -> Parameters:
    """Return what the address says that the page takes; raises SenderError 422 for too long a text."""
    given: dict[str, list[str]] = {}
    for name, text in request.query_params.multi_items():
        if (name in _TIME or name in page.parameters) and text:
            if len(text) > _LONGEST:
                raise SenderError(f"{name} has at most {_LONGEST} characters.", status=422)
            given.setdefault(name, []).append(text)
    return given
