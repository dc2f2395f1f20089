"""Online booking over HTTP: clients for themselves, staff for them, and what the practice answers."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import httpx2
import pytest

from adapters.config.schema import WebSection
from model.access import AccessRole
from sync.settings import BookingSettings
from tests.served import Served, served
from tests.unit.web.test_edits import code_of, ok

POLICY = "Tell us a day before, or half the fee is charged."
OPEN = BookingSettings(
    allow=True, allow_resched_cancel=True, policy_text=POLICY, cancel_reason="client-ill", address_hour=8
)
SLOT = {"type": "physio-50", "worker": "priya", "start": "2026-03-05T09:00"}
READ = SLOT | {"acknowledged": True}
OTHER = {"start": "2026-03-05T10:00", "acknowledged": True}


@pytest.fixture
def online(copied: str) -> Iterator[Served]:
    with served(copied, empty=False, booking=OPEN) as api:
        yield offered(api)


@pytest.fixture
def asked(copied: str) -> Iterator[Served]:
    with served(copied, empty=False, booking=replace(OPEN, mode="request")) as api:
        yield offered(api)


def offered(api: Served) -> Served:
    """Fifty minutes with Priya on a Thursday morning."""
    new = {"id": "physio-50", "name": "Physiotherapy", "minutes": 50, "padding": 10}
    ok(api.sam.post("/appointment-types", json=new), 201)
    window = {"worker": "priya", "start": "2026-03-05T09:00", "end": "12:00"}
    ok(api.sam.post("/reserved-slots", json=window), 201)
    return api


def starts(who: httpx2.Client, path: str = "/my/slots") -> list[str]:
    found = ok(who.get(path, params={"type": "physio-50", "worker": "priya"}))
    return [row["start"][11:16] for row in found]


def send(who: httpx2.Client, path: str, body: dict[str, Any], key: str = "attempt-1") -> httpx2.Response:
    return who.post(f"/my{path}", json=body, headers={"Idempotency-Key": key})


def test_a_client_reads_what_there_is_and_books_it(online: Served) -> None:
    noor = online.noor
    terms = ok(noor.get("/my/booking"))
    assert terms == {
        "allowed": True, "changes_allowed": True, "asked_first": False, "policy": POLICY, "hours_before": 0,
    }  # fmt: skip
    assert ok(noor.get("/my/appointment-types")) == [
        {"id": "physio-50", "name": "Physiotherapy", "minutes": 50}
    ]
    assert starts(noor) == starts(online.priya, "/slots") == ["09:00", "10:00", "11:00"]
    done = ok(send(noor, "/bookings", READ), 201)
    assert (done["state"], done["worker"], done["minutes"]) == ("BOOKED", "priya", 50)
    assert [row["id"] for row in ok(noor.get("/my/sessions"))["items"]] == [done["session"]]
    assert starts(noor) == ["10:00", "11:00"]


def test_003_09_who_has_not_acknowledged_the_policy_is_shown_it(online: Served) -> None:
    refused = send(online.noor, "/bookings", SLOT)
    assert code_of(refused) == (422, "E_POLICY_ACK")
    assert refused.json()["policy"] == POLICY
    other = send(online.noor, "/bookings", READ | {"start": "2026-03-06T09:00"})
    assert code_of(other) == (409, "E_SLOT_TAKEN")
    assert "policy" not in other.json()


def test_an_attempt_is_done_once_however_often_it_is_sent(online: Served) -> None:
    first, again = (ok(send(online.noor, "/bookings", READ), 201) for _ in range(2))
    assert first == again
    moved, once_more = (
        ok(send(online.noor, f"/bookings/{first['session']}/move", OTHER, "attempt-2")) for _ in "ab"
    )
    assert moved == once_more
    assert len(ok(online.noor.get("/my/sessions"))["items"]) == 1
    other = send(online.noor, "/bookings", READ | {"start": "2026-03-05T11:00"})
    assert code_of(other) == (422, "E_KEY_REUSED")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "short"}])
def test_a_client_who_names_no_attempt_is_told_so(online: Served, headers: dict[str, str]) -> None:
    refused = online.noor.post("/my/bookings", json=READ, headers=headers)
    assert code_of(refused) == (422, "E_REQUEST")
    assert refused.json()["errors"][0]["where"] == "header.Idempotency-Key"


def test_r64_of_clients_who_want_the_same_time_one_gets_it(database_url: str) -> None:
    with served(database_url, WebSection(requests_per_min=10_000), booking=OPEN) as api:
        offered(api)
        people = ["noor", "liam", "eva", "jordan"]
        clients, barrier, answers = [api.as_(AccessRole.CLIENT, one) for one in people], Barrier(4), []

        def book(who: httpx2.Client) -> None:
            barrier.wait()
            answers.append(send(who, "/bookings", READ).status_code)

        threads = [Thread(target=book, args=(who,)) for who in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409, 409]


def test_003_08_a_client_moves_and_cancels_what_is_theirs(online: Served) -> None:
    mine = ok(send(online.noor, "/bookings", READ), 201)["session"]
    liam = online.as_(AccessRole.CLIENT, "liam")
    for path, body in (
        (f"/bookings/{mine}/move", OTHER),
        (f"/bookings/{mine}/cancel", {"acknowledged": True}),
    ):
        assert code_of(send(liam, path, body, "liams-try")) == (404, "E_NOT_FOUND")
    assert ok(send(online.noor, f"/bookings/{mine}/move", OTHER, "attempt-2"))["state"] == "MOVED"
    done = ok(send(online.noor, f"/bookings/{mine}/cancel", {"acknowledged": True}, "attempt-3"))
    assert done["state"] == "CANCELLED"
    assert ok(online.noor.get("/my/sessions"))["items"][0]["cancelled"]
    assert starts(online.noor) == ["09:00", "10:00", "11:00"]


def test_a_request_waits_and_is_accepted_at_another_time(asked: Served) -> None:
    told = ok(send(asked.noor, "/bookings", READ), 201)
    assert told["state"] == "REQUESTED"
    assert [row["pending"] for row in ok(asked.noor.get("/my/sessions"))["items"]] == [True]
    (waiting,) = ok(asked.priya.get("/booking-requests"))["items"]
    assert (waiting["ref"], waiting["state"], waiting["client"]) == (told["request"], "PENDING", "C-1077")
    assert ok(asked.as_(AccessRole.PRACTITIONER, "tom").get("/booking-requests"))["items"] == []
    address = f"/booking-requests/{told['request']}"
    ok(asked.sam.post(f"{address}/accept", json={"start": "2026-03-05T09:10"}))
    (own,) = ok(asked.noor.get("/my/booking-requests"))["items"]
    assert (own["state"], own["worker"]) == ("ACCEPTED", "priya")
    assert ok(asked.noor.get("/my/sessions"))["items"][0]["start"][11:16] == "09:10"
    assert code_of(asked.sam.post(f"{address}/decline", json={})) == (409, "E_TRANSITION")


def test_a_request_is_declined_with_words_or_taken_back_by_who_made_it(asked: Served) -> None:
    first = ok(send(asked.noor, "/bookings", READ), 201)["request"]
    ok(asked.sam.post(f"/booking-requests/{first}/decline", json={"message": "Please try Friday"}))
    assert ok(asked.noor.get("/my/booking-requests"))["items"][0]["message"] == "Please try Friday"
    second = ok(send(asked.noor, "/bookings", READ, "attempt-2"), 201)["request"]
    address = f"/my/booking-requests/{second}/withdraw"
    assert code_of(asked.as_(AccessRole.CLIENT, "liam").post(address)) == (404, "E_NOT_FOUND")
    assert asked.noor.post(address).status_code == 204
    states = {row["id"]: row["state"] for row in ok(asked.noor.get("/my/booking-requests"))["items"]}
    assert states == {first: "DECLINED", second: "WITHDRAWN"}


def test_requests_come_in_pages(asked: Served) -> None:
    for number in range(3):
        start = {"start": f"2026-03-05T{9 + number:02}:00"}
        ok(send(asked.noor, "/bookings", READ | start, f"attempt-{number}"), 201)
    first = ok(asked.sam.get("/booking-requests", params={"limit": 2}))
    rest = ok(asked.sam.get("/booking-requests", params={"cursor": first["next"]}))
    assert [row["start"][11:16] for row in [*first["items"], *rest["items"]]] == ["09:00", "10:00", "11:00"]
    assert rest["next"] is None


def test_staff_book_for_a_client_and_see_why_not(online: Served) -> None:
    done = ok(online.sam.post("/bookings", json=READ | {"client": "eva"}), 201)
    assert done["state"] == "BOOKED"
    why = ok(online.priya.get("/slots/why", params={"type": "physio-50"}))
    assert [(row["start"][11:16], row["free"]) for row in why] == [
        ("09:00", False), ("10:00", True), ("11:00", True),
    ]  # fmt: skip
    assert why[0]["rule"]
    assert "eva" not in str(why).lower()
    address, by = f"/bookings/{done['session']}", {"client": "eva", "acknowledged": True}
    ok(online.sam.post(f"{address}/move", json=by | {"start": "2026-03-05T11:00"}))
    assert ok(online.sam.post(f"{address}/cancel", json=by))["state"] == "CANCELLED"


def test_what_can_be_booked_is_a_calendar_of_its_own(online: Served) -> None:
    week = {"from": "2026-03-02", "to": "2026-03-09"}
    found = online.priya.get("/workers/priya/bookable.ics", params=week)
    assert found.headers["Content-Type"].startswith("text/calendar")
    assert found.text.count("BEGIN:AVAILABLE") == 1
    assert "DTSTART;TZID=Australia/Adelaide:20260305T090000" in found.text
    tom = online.as_(AccessRole.PRACTITIONER, "tom")
    assert code_of(tom.get("/workers/priya/bookable.ics", params=week)) == (404, "E_NOT_FOUND")


def test_g16_an_address_does_only_so_much_within_an_hour(online: Served) -> None:
    answers = [send(online.noor, "/bookings", READ | {"start": "2026-03-05T11:00"}, "attempt-0")]
    mine = answers[0].json()["session"]
    for number in range(8):
        to = {"start": f"2026-03-05T{9 + number % 2:02}:00", "acknowledged": True}
        answers.append(send(online.noor, f"/bookings/{mine}/move", to, f"attempt-{number}-again"))
    assert [answer.status_code for answer in answers] == [201, *[200] * 7, 429]
    assert code_of(answers[-1]) == (429, "E_TOO_MANY")
    liam = online.as_(AccessRole.CLIENT, "liam")
    assert code_of(send(liam, "/bookings", READ | {"start": "2026-03-05T11:00"})) == (429, "E_TOO_MANY")


def test_003_01_where_booking_is_off_nothing_is_offered(api: Served) -> None:
    assert ok(api.noor.get("/my/booking"))["allowed"] is False
    assert ok(api.sam.get("/booking-settings")) == {"allowed": False, "settings": None}
    assert code_of(api.noor.get("/my/slots", params={"type": "physio-50"})) == (422, "E_BOOKING_OFF")


def test_what_can_be_booked_is_set_up_and_taken_back(online: Served) -> None:
    (window,) = ok(online.priya.get("/reserved-slots"))
    assert ok(online.as_(AccessRole.PRACTITIONER, "tom").get("/reserved-slots")) == []
    assert online.sam.delete(f"/reserved-slots/{window['ref']}").status_code == 204
    assert starts(online.noor) == []
    assert online.sam.post("/appointment-types/physio-50/retire").status_code == 204
    assert ok(online.noor.get("/my/appointment-types")) == []
    assert [row["active"] for row in ok(online.sam.get("/appointment-types"))] == [False]
