"""Pages for clients (issue 5, part 3): nothing is done by looking, links open once, and nobody sees anybody else."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import event, select, update
from structlog.testing import capture_logs

from adapters.diary.appointment_types import retire_type
from adapters.diary.reserved_slots import NewWindow, add_window
from adapters.diary.visits import invite
from adapters.web import booking_mine, booking_new, booking_pages
from adapters.web.pages.rendering import PAGE_HEADERS
from model.appointment_type import AppointmentType
from model.cancellation import Cancellation, CancellationReason
from model.errors import DomainError
from model.people import Client, Worker
from model.practice import Practice
from model.visit import MOST_AN_HOUR
from tests.browser import Browser
from tests.served import eventually
from tests.unit.web.clients import Pages, opened, session_ids
from tests.unit.web.test_edits import code_of, ok

EVA, LIAM = "eva.petrov@mail.example", "liam.obrien@mail.example"
ROUTES = [
    route
    for router in (booking_pages.router, booking_new.router, booking_mine.router)
    for route in router.routes
    if isinstance(route, APIRoute)
]
LOOKS = sorted(str(route.operation_id) for route in ROUTES if route.methods and "GET" in route.methods)
DEEDS = sorted(str(route.operation_id) for route in ROUTES if route.methods and "POST" in route.methods)


def choose(window: Browser, time: str = "09:00", of_type: str = "therapy") -> Browser:
    """Up to the question whether it is to be booked."""
    window.go("/booking/new").press("Show the free times", type=of_type, worker="mia")
    value = next(value for said, value in window.options("time").items() if said.startswith(time))
    return window.press("Go on", time=value)


def book(window: Browser, time: str = "09:00", **told: str) -> Browser:
    return choose(window, time).press("Book this time", **told)


def addresses(pages: Pages, window: Browser) -> dict[str, str]:
    """Each page that can be looked at, by the id of its route; the visitor has a session, and a link waits."""
    session = str(session_ids(pages)[0])
    pages.ask(LIAM)
    found = {
        "page_ask": "", "page_style": "/style.css", "page_in": pages.links("liam")[-1].removeprefix("/booking"),
        "page_mine": "/mine?done=booked", "page_new": "/new?type=therapy&worker=mia",
        "page_confirm": "/confirm?type=therapy&time=mia+2026-03-10T10%3A00%3A00-05%3A00",
        "page_move": f"/move?session={session}", "page_cancel": f"/cancel?session={session}",
        "page_move_confirm": f"/move/confirm?session={session}&time=2026-03-10T10%3A00%3A00-05%3A00",
    }  # fmt: skip
    assert window.cookies
    return {name: f"/booking{path}" for name, path in found.items()}


# --- looking and doing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_g27_looking_at_a_page_does_nothing(pages: Pages, method: str) -> None:
    window = book(pages.visit())
    looked = addresses(pages, window)
    assert sorted(looked) == LOOKS
    before = pages.counts()
    for name, path in looked.items():
        cookie = "; ".join(f"{key}={value}" for key, value in window.cookies.items())
        answer = httpx2.request(method, f"{pages.api.url}{path}", headers={"Cookie": cookie})
        assert answer.status_code == 200, (name, answer.text)
        assert bool(answer.content) == (method == "GET")
    assert pages.counts() == before
    pages.browser().go(looked["page_in"]).press("Come in")


def test_g27_a_scanner_of_mail_uses_no_link_up(pages: Pages) -> None:
    pages.ask(EVA)
    (link,) = pages.links()
    for _ in range(3):
        assert "Come in" in pages.browser().go(link).text
    assert pages.browser().go(link).press("Come in").heading == "Your appointments"


def test_g27_a_link_opens_once(pages: Pages) -> None:
    window = pages.visit()
    (link,) = pages.links()
    again = pages.browser().go(link)
    assert (again.status, "does not open any more" in again.text) == (404, True)
    assert pages.browser().post(link, {}).status == 404
    assert window.go("/booking/mine").status == 200


def test_g27_of_many_who_open_a_link_at_once_one_comes_in(pages: Pages) -> None:
    pages.ask(EVA)
    (link,) = pages.links()
    windows = [pages.browser() for _ in range(8)]
    with ThreadPoolExecutor(8) as many:
        statuses = list(many.map(lambda one: one.post(link, {}).seen[0].status_code, windows))
    assert sorted(statuses) == [303] + [404] * 7
    assert sum(bool(one.cookies) for one in windows) == 1


def test_g27_a_link_that_is_too_old_opens_nothing_and_a_visit_ends(pages: Pages) -> None:
    pages.ask(EVA)
    (link,) = pages.links()
    pages.api.now += timedelta(minutes=30)
    assert pages.browser().post(link, {}).status == 404
    window = pages.visit()
    pages.api.now += timedelta(minutes=29)
    assert window.go("/booking/mine").status == 200
    pages.api.now += timedelta(minutes=1)
    assert (window.go("/booking/mine").status, "visit has ended" in window.text) == (403, True)


def test_who_leaves_is_nobody_any_more(pages: Pages) -> None:
    window = pages.visit()
    kept = dict(window.cookies)
    window.press("Leave")
    assert (window.path, window.cookies) == ("/booking", {})
    window.cookies = kept
    assert window.go("/booking/mine").status == 403


def test_f10_a_client_who_is_not_active_any_more_is_not_let_in(pages: Pages) -> None:
    window = pages.visit()
    pages.ask(EVA)
    link = pages.links()[-1]
    with pages.api.app.sessions.begin() as database:
        database.execute(update(Client).where(Client.ref == "eva").values(active=False))
    assert window.go("/booking/mine").status == 403
    assert pages.browser().post(link, {}).status == 404


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_g27_no_page_leads_where_a_request_says(pages: Pages, place: str) -> None:
    pages.ask(EVA)
    fields = {"next": place, "return": place, "url": place, "redirect": place}
    window = pages.browser()
    window.post(
        f"{pages.links()[-1]}?next={place}", fields, Host="evil.example", X_Forwarded_Host="evil.example"
    )
    choose(window)
    form = dict(window.form_of("Book this time").form_values())
    window.post(f"/booking/book?next={place}", form | fields, Referer=place, X_Forwarded_Host="evil.example")
    window.press("Leave", **fields)
    gone = [one.headers["Location"] for one in window.seen if one.status_code == 303]
    assert gone == ["/booking/mine", "/booking/mine?done=booked", "/booking"]
    assert not any("evil" in one.text for one in window.seen)


# --- who sent it ---------------------------------------------------------------------------------------------


def forms(pages: Pages, window: Browser) -> dict[str, tuple[str, dict[str, str]]]:
    """Each thing that can be done, by the id of its route: where to, and a form that does it."""
    session = str(session_ids(pages)[0])
    pages.ask(LIAM)
    link = pages.links("liam")[-1]
    choose(window, "10:00")
    filled = dict(window.form_of("Book this time").form_values())
    token = {"form_token": filled["form_token"]}
    later = "2026-03-10T11:00:00-05:00"
    return {
        "page_link": ("/booking/link", {"email": EVA}), "page_enter": (link, {}),
        "page_book": ("/booking/book", filled), "page_leave": ("/booking/leave", token),
        "page_do_move": ("/booking/move", token | {"session": session, "start": later, "key": "k"}),
        "page_do_cancel": ("/booking/cancel", token | {"session": session, "reason": "client-late", "key": "l"}),
        "page_do_withdraw": ("/booking/withdraw", token | {"session": session}),
    }  # fmt: skip


ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


def test_g27_what_another_site_sends_is_not_done(pages: Pages) -> None:
    window = book(pages.visit())
    deeds = forms(pages, window)
    assert sorted(deeds) == DEEDS
    before = pages.counts()
    cookie = "; ".join(f"{key}={value}" for key, value in window.cookies.items())
    for to, fields in deeds.values():
        for said in ELSEWHERE:
            answer = httpx2.post(f"{pages.api.url}{to}", data=fields, headers=said | {"Cookie": cookie})
            assert (answer.status_code, "E_FORBIDDEN" in answer.text) == (403, True), (to, said)
    assert pages.counts() == before


def test_g27_a_form_needs_the_token_of_its_own_visit(pages: Pages) -> None:
    window, other = book(pages.visit()), pages.visit("liam", LIAM)
    theirs = str(other.form_of("Leave").form_values()[0][1])
    deeds = forms(pages, window)
    before = pages.counts()
    for name in set(DEEDS) - {"page_link", "page_enter"}:
        to, fields = deeds[name]
        for wrong in ("", "0" * 64, theirs, "ü"):
            assert window.post(to, fields | {"form_token": wrong}).status == 403, name
    assert pages.counts() == before


def test_g27_a_form_without_the_cookie_is_nobodys(pages: Pages) -> None:
    window = book(pages.visit())
    deeds = forms(pages, window)
    before = pages.counts()
    for name in set(DEEDS) - {"page_link", "page_enter"}:
        to, fields = deeds[name]
        assert pages.browser().post(to, fields).status == 403
    assert pages.counts() == before


def test_somebody_elses_session_is_not_there(pages: Pages) -> None:
    book(pages.visit("liam", LIAM))
    theirs = session_ids(pages)[0]
    window = pages.visit()
    token = str(window.form_of("Leave").form_values()[0][1])
    before = pages.counts()
    told = set()
    for named in (str(theirs), str(theirs)[:4], "0" * 32, "nonsense", ""):
        for page in ("move", "cancel", "move/confirm"):
            answer = window.go(f"/booking/{page}?session={named}&time=2026-03-10T10:00:00-05:00")
            assert answer.status == 404
            told.add(re.sub("<title>.*", "", answer.answer.text))
        for deed in ("move", "cancel", "withdraw"):
            fields = {
                "form_token": token,
                "session": named,
                "start": "2026-03-10T10:00:00-05:00",
                "key": named,
            }
            assert window.post(f"/booking/{deed}", fields).status == 404
    assert len(told) == 1
    assert pages.counts() == before
    assert "You have no appointments to come" in window.go("/booking/mine").text


# --- asking for a link ---------------------------------------------------------------------------------------


def test_g15_whose_address_it_is_nobody_learns(pages: Pages) -> None:
    with pages.api.app.sessions.begin() as database:
        database.execute(
            update(Client).where(Client.ref.in_(["noor", "jordan"])).values(email="family@mail.example")
        )
    counted: list[int] = []

    def count(*_: object) -> None:
        counted[-1] += 1

    event.listen(pages.api.app.engine, "before_cursor_execute", count)
    answers = []
    for email in (EVA, "  EVA.Petrov@Mail.Example ", "nobody@mail.example", "family@mail.example", "@" * 300):
        counted.append(0)
        answers.append(pages.ask(email).answer)
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert max(counted) - min(counted) <= 4  # the message, and no more, is the difference
    assert [len(pages.links(client)) for client in ("eva", "noor", "jordan")] == [2, 0, 0]


def test_what_is_no_address_is_said_at_the_field(pages: Pages) -> None:
    window = pages.ask("eva")
    assert window.status == 422
    (field,) = window.page.xpath("//input[@id='email']")
    (told,) = window.page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    assert (field.get("aria-invalid"), "name@example.org" in told.text_content()) == ("true", True)


def test_g16_nobodys_mailbox_is_filled(pages: Pages) -> None:
    texts = {pages.ask(EVA).answer.text for _ in range(MOST_AN_HOUR + 3)}
    assert len(texts) == 1
    assert len(pages.links()) == MOST_AN_HOUR
    pages.api.now += timedelta(hours=1)
    pages.ask(EVA)
    assert len(pages.links()) == MOST_AN_HOUR + 1


def test_g16_an_address_asks_only_so_often(pages: Pages) -> None:
    pages.allow(address_hour=3)
    asked = [pages.ask(f"somebody{number}@mail.example").status for number in range(4)]
    assert asked == [200, 200, 200, 429]
    assert "E_TOO_MANY" in pages.ask(EVA).text
    assert pages.links() == []


def test_g16_who_guesses_links_waits_and_others_come_in(pages: Pages) -> None:
    guesser = pages.browser()
    most = pages.api.app.config.web.failed_logins
    statuses = [guesser.go(f"/booking/in/{number:043}").status for number in range(most + 2)]
    assert statuses == [404] * most + [429] * 2
    assert int(guesser.answer.headers["Retry-After"]) > 0
    pages.visit()


def test_g26_a_visitor_looks_only_so_often(pages: Pages) -> None:
    window = pages.visit()
    statuses = [window.go("/booking/new").status for _ in range(61)]
    assert (statuses[:50], statuses[-1]) == ([200] * 50, 429)
    assert pages.visit("liam", LIAM).status == 200


def test_staff_invite_a_client(pages: Pages) -> None:
    invited = pages.api.sam.post("/clients/C-1101/invite")
    assert ok(invited) == {"client": "C-1101", "minutes": pages.api.app.config.booking.link_min}
    assert pages.browser().go(pages.links()[-1]).press("Come in").heading == "Your appointments"
    with pages.api.app.sessions.begin() as database:
        database.execute(update(Client).where(Client.ref == "eva").values(email=" "))
    assert code_of(pages.api.sam.post("/clients/eva/invite")) == (422, "E_NO_EMAIL")
    nowhere = replace(pages.api.app.entrance, url="")
    with pytest.raises(DomainError, match="public_url"):
        invite(pages.api.app.sessions, pages.api.act, "eva", nowhere)


# --- what is refused is said on a page -----------------------------------------------------------------------


def refused(window: Browser, status: int, code: str) -> str:
    """A page with a sentence and the code."""
    assert (window.status, window.heading) == (status, "This was not done")
    assert f"Code: {code}" in window.text
    assert window.answer.headers["Content-Type"].startswith("text/html")
    (told,) = window.page.xpath("//*[@role='alert']")
    return str(told.text_content())


def test_e_slot_taken_is_a_page(pages: Pages) -> None:
    window = choose(pages.visit())
    book(pages.visit("liam", LIAM))
    told = refused(window.press("Book this time"), 409, "E_SLOT_TAKEN")
    assert "choose another" in told
    assert "Liam" not in window.answer.text


def test_e_policy_ack_the_policy_is_shown_and_has_to_be_read(pages: Pages) -> None:
    pages.allow(policy_text="Cancel a day before.\nOr pay.")
    window = choose(pages.visit())
    assert "Cancel a day before." in window.text
    assert "Cancel a day before" in refused(window.press("Book this time"), 422, "E_POLICY_ACK")
    assert book(window, acknowledged="yes").heading == "Your appointments"
    assert pages.acts() == [("book", True)]


def test_e_cutoff_and_e_too_many_are_pages(pages: Pages) -> None:
    window = book(pages.visit())
    choose(window, "10:00")
    pages.allow(client_open=1)
    refused(window.press("Book this time"), 429, "E_TOO_MANY")
    pages.allow(client_open=10, enforce_window_hours=48)
    assert "Less than 48 hours before" in window.go("/booking/mine").text
    refused(window.go(f"/booking/cancel?session={session_ids(pages)[0]}"), 422, "E_CUTOFF")


def test_e_cutoff_a_time_that_came_too_near_meanwhile(pages: Pages) -> None:
    window = choose(pages.visit())
    pages.allow(cutoff_min=3 * 1440)
    refused(window.press("Book this time"), 422, "E_CUTOFF")


@pytest.mark.parametrize("time", ["", "mia", "mia x", "mia 9999-12-31T23:59:00+00:00", "mia 0001-01-01T00:00:00+14:00",
                                  "mia 2026-03-10T09:00:00", "nobody 2026-03-10T09:00:00-05:00"])  # fmt: skip
def test_a_time_that_was_not_offered_is_a_page(pages: Pages, time: str) -> None:
    window = pages.visit()
    answer = window.go(f"/booking/confirm?type=therapy&time={time.replace('+', '%2B').replace(' ', '+')}")
    assert answer.status in (404, 409)
    assert answer.heading == "This was not done"


@pytest.mark.parametrize(
    "body", [b"\xff\xfe=%ff", b"a=%00&form_token=%00", b"&" * 100, b"x=1;" * 50, b"=" * 3000]
)
def test_a_form_that_is_none_is_a_page(pages: Pages, body: bytes) -> None:
    window = pages.visit()
    cookie = "; ".join(f"{key}={value}" for key, value in window.cookies.items())
    for path in ("/booking/book", "/booking/link"):
        answer = httpx2.post(f"{pages.api.url}{path}", content=body, headers={"Cookie": cookie})
        assert answer.status_code in (403, 422)
        assert "Traceback" not in answer.text
        assert answer.headers["Content-Type"].startswith("text/html")


def test_more_than_is_taken_is_a_page(pages: Pages) -> None:
    window = pages.browser().post("/booking/link", {"email": "x" * 300_000})
    refused(window, 413, "E_REQUEST")


def test_e_booking_off_half_way_nothing_is_there_any_more(pages: Pages) -> None:
    window = choose(pages.visit())
    pages.ask(EVA)
    before = pages.counts()
    pages.allow(allow=False)
    told = refused(window.press("Book this time"), 404, "E_BOOKING_OFF")
    assert "ask the practice" in told
    for path in ("", "/mine", "/new", pages.links()[-1].removeprefix("/booking")):
        assert pages.browser().go(f"/booking{path}").status == 404
    assert pages.browser().post("/booking/link", {"email": EVA}).status == 404
    assert pages.counts() == before


def test_003_02_where_clients_change_nothing_there_is_no_way_to(pages: Pages) -> None:
    pages.allow(allow_resched_cancel=False)
    window = book(pages.visit())
    assert not [said for said in window.links if said.startswith(("Cancel", "Take another"))]
    assert "please ask the practice" in window.text
    session = session_ids(pages)[0]
    for page in ("cancel", "move"):
        refused(window.go(f"/booking/{page}?session={session}"), 404, "E_BOOKING_OFF")


def test_what_is_retired_meanwhile_is_not_booked(pages: Pages) -> None:
    window = choose(pages.visit())
    retire_type(pages.api.app.sessions, pages.api.act, "therapy")
    assert "not offered any more" in refused(window.press("Book this time"), 422, "E_APPOINTMENT_TYPE")


def test_a_form_sent_twice_books_once(pages: Pages) -> None:
    window = choose(pages.visit())
    form = dict(window.form_of("Book this time").form_values())
    for _ in range(2):
        assert window.post("/booking/book", form).heading == "Your appointments"
    assert len(session_ids(pages)) == 1
    assert pages.acts() == [("book", False)]


# --- what they say -------------------------------------------------------------------------------------------


def test_a_client_books_moves_and_cancels(pages: Pages) -> None:
    window = book(pages.visit())
    assert "Done: Your appointment is booked. Tuesday 10 March 2026, 09:00" in window.text
    window.follow("Take another time")
    assert list(window.options("time")) == ["10:00 to 10:50, Dr Mia Chen", "11:00 to 11:50, Dr Mia Chen"]
    window.press("Go on", time="2026-03-10T10:00:00-05:00").press("Take this time")
    assert "10:00 to 10:50 (America/Chicago) With Dr Mia Chen" in window.text
    window.follow("Cancel")
    assert "Nothing is charged if you cancel now." in window.text
    window.press("Cancel this appointment")
    assert "Done: Your appointment is cancelled. You have no appointments to come." in window.text
    assert [action for action, _ in pages.acts()] == ["book", "move", "cancel"]


def test_r63_what_cancelling_costs_is_said_before(pages: Pages) -> None:
    window = book(pages.visit())
    pages.api.now += timedelta(hours=23)
    window = pages.visit()
    assert "If you cancel now, $100.00 are charged." in window.follow("Cancel").text
    pages.allow(cancel_reason="")
    window.go("/booking/mine").follow("Cancel")
    assert window.heading == "Why do you cancel?"
    window.press("Go on", reason="client-late")
    assert "$100.00" in window.text
    assert window.press("Cancel this appointment").heading == "Your appointments"


def test_r63_where_the_practice_names_the_reason_nobody_chooses_a_cheaper_one(pages: Pages) -> None:
    book(pages.visit())
    pages.api.now += timedelta(hours=23)
    window = pages.visit()
    session = session_ids(pages)[0]
    assert "$100.00" in window.go(f"/booking/cancel?session={session}&reason=client-ill").text
    form = dict(window.form_of("Cancel this appointment").form_values())
    window.post("/booking/cancel", form | {"reason": "client-ill"})
    with pages.api.app.sessions() as database:
        found = database.execute(
            select(Cancellation.amount_cents, CancellationReason.ref).join(CancellationReason)
        )
        assert [tuple(one) for one in found] == [(10_000, "client-late")]


def test_r64_a_request_says_that_it_waits_and_can_be_taken_back(pages: Pages) -> None:
    pages.allow(mode="request", allow_resched_cancel=False)
    window = choose(pages.visit())
    assert window.heading == "Ask for this time?"
    window.press("Ask for this time")
    assert "Waiting: you have asked for this time" in window.text
    assert not [said for said in window.links if said.startswith("Take another")]
    window.follow("Take the request back").press("Take the request back")
    assert "You have taken your request back. You have no appointments to come." in window.text
    assert session_ids(pages) == []


def test_of_others_who_come_along_nobody_is_named(pages: Pages) -> None:
    api = pages.api
    together = {"work_type": "GROUP", "clients": ["eva", "liam", "noor"], "workers": ["mia", "priya"]}
    api.session("2026-03-12 09:00", tz="America/Chicago", **together)
    window = pages.visit()
    assert "With Dr Mia Chen, Priya Rao" in window.text
    assert not re.search("Liam|Noor|Brien|Haddad|C-1", window.answer.text)
    assert not [said for said in window.links if said.startswith("Take another")]


def test_html_in_names_is_only_text(pages: Pages) -> None:
    nasty = '"><script>alert(1)</script><b onclick=x>'
    with pages.api.app.sessions.begin() as database:
        database.execute(update(AppointmentType).values(name=AppointmentType.ref + nasty))
        database.execute(update(Worker).where(Worker.ref == "mia").values(name=nasty))
        database.execute(update(Practice).values(name=nasty))
    pages.allow(policy_text=nasty)
    window = pages.visit()
    book(window, acknowledged="yes").follow("Cancel")
    window.go(f"/booking/mine?done={nasty}").go(f"/booking/new?type={nasty}").go(
        f"/booking/confirm?time=mia+{nasty}"
    )
    window.go(f"/booking/in/{nasty.replace('/', '')}")
    for one in window.seen:
        assert "<script" not in one.text
        assert "<b " not in one.text
    assert any("&lt;script&gt;" in one.text for one in window.seen)


def test_more_times_than_fit_on_a_page_go_on_on_the_next(pages: Pages) -> None:
    weekly = NewWindow(worker="mia", start="2026-03-11 09:00", end="17:00", rule="FREQ=WEEKLY;BYDAY=WE,TH")
    add_window(pages.api.app.sessions, pages.api.act, weekly)
    window = pages.visit().go("/booking/new?type=call&worker=mia")
    first = window.values("time")
    assert len(first) == booking_new.MOST_TIMES
    second = window.follow("Later times").values("time")
    assert second[0] > first[-1]
    assert not set(first) & set(second)


# --- what they are -------------------------------------------------------------------------------------------


@pytest.fixture
def every_page(pages: Pages) -> list[httpx2.Response]:
    """One of each page, refusals too."""
    pages.allow(policy_text="Cancel a day before.")
    window = pages.ask("eva")
    window.seen += pages.ask(EVA).seen
    window.go(pages.links()[-1]).press("Come in")
    window.go("/booking/new")
    book(window, acknowledged="yes")
    for path in addresses(pages, window).values():
        if not path.endswith(".css"):
            window.go(path)
    window.go("/booking/move?session=0")
    pages.allow(cancel_reason="")
    window.go("/booking/mine").follow("Cancel")
    pages.allow(mode="request")
    choose(window, "11:00").press("Ask for this time", acknowledged="yes")
    window.follow("Take the request")
    return [one for one in window.seen if one.status_code != 303]


def test_g21_no_page_runs_loads_or_is_framed(every_page: list[httpx2.Response], pages: Pages) -> None:
    policy = (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert len(every_page) > 15
    for one in every_page:
        assert one.headers["Content-Security-Policy"] == policy
        assert one.headers["X-Frame-Options"] == "DENY"
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["Referrer-Policy"] == "strict-origin"
        assert {name: one.headers[name] for name in PAGE_HEADERS} == PAGE_HEADERS
        assert not re.search(
            r"<script|javascript:|\son\w+=|<iframe|<object|<embed|style=|postMessage", one.text
        )
        assert {
            m for m in re.findall(r'(?:src|href)="([^"]*)"', one.text) if not m.startswith(("/booking", "#"))
        } == set()
    style = httpx2.get(f"{pages.api.url}/booking/style.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert "url(" not in style.text
    assert "import" not in style.text


def test_each_page_can_be_used_without_sight_mouse_or_colour(every_page: list[httpx2.Response]) -> None:
    for one in every_page:
        window = Browser(str(one.request.url))
        window.answer, page = one, None
        page = window.page
        assert page.get("lang") == "en"
        assert (
            len(list(page.iter("h1"))) == len(list(page.iter("main"))) == len(list(page.iter("header"))) == 1
        )
        title = " ".join(page.findtext(".//title").split())
        assert title.startswith(window.heading)
        assert page.xpath("//meta[@name='viewport']")
        levels = [int(found.tag[1]) for found in page.xpath("//h1|//h2|//h3")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = page.xpath("//@id")
        assert sorted(set(ids)) == sorted(ids)
        for control in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
            assert window._label(control)
        for radio in page.xpath("//input[@type='radio']"):
            assert radio.xpath("ancestor::fieldset/legend")[0].text_content().strip()
        assert all(found.text_content().strip() for found in page.xpath("//button|//a"))
        said = [" ".join(found.text_content().split()) for found in page.xpath("//main//a[@href]")]
        assert len(set(said)) == len(said)  # each link says by itself where it leads
        assert not page.xpath("//@tabindex[. > 0]")
        first = page.xpath("//a[@href]|//button|//input[not(@type='hidden')]|//select")[0]
        assert page.xpath(f"//*[@id='{first.get('href').removeprefix('#')}']")[0].tag == "main"
        for told in page.xpath("//*[@class='done']"):
            assert told.get("role") == "status"
        well_formed(one.text)


VOID = {"meta", "link", "input", "br", "!doctype"}


def well_formed(text: str) -> None:
    """Every tag is closed, in order."""
    open_tags: list[str] = []
    for closing, tag in re.findall(r"<(/?)([!a-z][a-z0-9]*)[^>]*>", text):
        if tag in VOID:
            continue
        if closing:
            assert open_tags.pop() == tag
        else:
            open_tags.append(tag)
    assert open_tags == []


def test_colours_differ_enough_to_be_read() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 at least; each rule that has a colour names what it stands on."""
    css = (Path(booking_pages.__file__).parent / "pages" / "static" / "style.css").read_text()
    rules = re.findall(r"\{([^}]*[\s;]color:[^}]*)\}", css.replace("{ ", "{  "))
    assert len(rules) > 5
    for rule in rules:
        front = re.search(r"(?<!-)\bcolor: (#\w{6})", rule)
        back = re.search(r"background-color: (#\w{6})", rule)
        assert front
        assert back
        light, dark = sorted((luminance(front[1]), luminance(back[1])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, rule


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def cookie_of(pages: Pages) -> str:
    pages.ask(EVA)
    headers = {"Origin": pages.origin, "Sec-Fetch-Site": "same-origin"}
    answer = httpx2.post(
        f"{pages.api.url}/booking/in/{pages.links()[-1].rpartition('/')[2]}", headers=headers
    )
    assert answer.status_code == 303
    return str(answer.headers["Set-Cookie"])


def test_the_cookie_is_for_our_pages_alone(pages: Pages) -> None:
    parts = cookie_of(pages).lower().split("; ")
    assert {"httponly", "samesite=strict", "path=/booking", "max-age=1800"} <= set(parts)
    assert "secure" not in parts
    assert not any(part.startswith("domain") for part in parts)


def test_behind_tls_the_cookie_is_sent_by_tls_alone_and_a_proxys_path_is_kept(
    copied: str, tmp_path: Path
) -> None:
    with opened(copied, tmp_path, origin="https://Practice.example:443/clinic/") as pages:
        pages.origin = "https://practice.example"
        window = pages.browser().post("/booking/link", {"email": EVA})
        assert window.page.xpath("//link/@href") == ["/clinic/booking/style.css"]
        assert pages.links()[-1].startswith("/clinic/booking/in/")
        told = cookie_of(pages).lower().split("; ")
        assert {"secure", "httponly", "samesite=strict", "path=/clinic/booking"} <= set(told)


def test_h8_the_log_says_which_visit_saw_what_and_no_secret(pages: Pages) -> None:
    with capture_logs() as log:
        window = book(pages.visit())
        window.go("/booking/mine")
        eventually(lambda: len(log) >= len(window.seen))
    said = str(log)
    (shown,) = window.cookies.values()
    assert len(set(re.findall(r"visit [0-9a-f-]{36}", said))) == 1
    assert shown not in said
    assert pages.links()[-1].rpartition("/")[2] not in said
    assert not re.search("[Ee]va|C-1101|mail.example", said)


def test_nothing_in_the_database_opens_anything(pages: Pages) -> None:
    window = pages.visit()
    (shown,) = window.cookies.values()
    secret = pages.links()[-1].rpartition("/")[2]
    assert len(secret) == len(shown) == 43  # 256 bits
    file = pages.api.app.engine.url.database or ""
    for one in Path(file).parent.glob("calendula.sqlite3*"):
        kept = one.read_bytes()
        assert secret.encode() not in kept
        assert shown.encode() not in kept


def test_the_whole_way_on_each_database(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, tmp_path, empty=True) as pages:
        window = book(pages.visit())
        window.follow("Take another time").press("Go on", time="2026-03-10T10:00:00-05:00").press(
            "Take this time"
        )
        window.follow("Cancel").press("Cancel this appointment")
        assert "You have no appointments to come." in window.text
        window.go("/booking/new?type=%00").go("/booking/cancel?session=%00&reason=%00")
        assert window.status == 404
        assert [action for action, _ in pages.acts()] == ["book", "move", "cancel"]
