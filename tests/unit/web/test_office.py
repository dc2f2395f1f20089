"""Events, notes, services, bills, exports and messages over HTTP: what the command line does, and by whom."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx2

from model.access import AccessRole
from tests.served import Served
from tests.unit.web.objects import AGREED, bring
from tests.unit.web.test_edits import code_of, ok

ANY = {"If-Match": "*"}
HYPHEN = """
[[client]]
id = "minus"
internal_id = "=1+1"
name = "Minus One"
"""


def shown(who: httpx2.Client, path: str) -> dict[str, str]:
    """What a change of it has to name."""
    return {"If-Match": who.get(path).headers["ETag"]}


# --- events -----------------------------------------------------------------------------------------------------


def test_004_20_a_practitioner_keeps_their_own_events(either_api: Served) -> None:
    priya = either_api.priya
    new = {"subject": "Dentist", "start": "2026-03-11T13:00", "minutes": 60, "rule": "FREQ=WEEKLY;COUNT=3"}
    ok(priya.post("/workers/priya/events", json=new), 201)
    month = {"from": "2026-03-01", "to": "2026-04-01"}
    found = ok(priya.get("/workers/priya/events", params=month))
    assert [row["start"][:10] for row in found] == ["2026-03-11", "2026-03-18", "2026-03-25"]
    event, once = f"/events/{found[0]['id']}", {"scope": "THIS_ONLY"}
    seen = shown(priya, f"/sessions/{found[0]['id']}")
    assert code_of(priya.put(f"{event}/show-as", json={"show_as": "FREE"})) == (428, "E_PRECONDITION")
    ok(priya.put(f"{event}/show-as", json={"show_as": "FREE"}, params=once, headers=seen))
    late = priya.delete(event, params=once, headers=seen)
    assert code_of(late) == (412, "E_STALE")
    ok(priya.delete(event, params=once, headers=ANY))
    assert len(ok(priya.get("/workers/priya/events", params=month))) == 2


def test_g14_what_has_a_client_is_no_event_and_is_not_deleted_as_one(api: Served) -> None:
    draft = api.session(rostered=False)
    assert code_of(api.priya.delete(f"/events/{draft['id']}", headers=ANY)) == (404, "E_NOT_FOUND")
    assert ok(api.priya.get(f"/sessions/{draft['id']}"))["session"]["status"] == "DRAFT"


# --- notes ------------------------------------------------------------------------------------------------------


def test_004_28_a_note_is_signed_by_who_treats_and_unlocked_by_them_or_an_administrator(api: Served) -> None:
    note = f"/sessions/{api.session(workers=['priya', 'tom'])['id']}/note"
    codes = {"codes": ["F41.1"]}
    assert code_of(api.sam.put(f"{note}/diagnosis", json=codes, headers=ANY)) == (403, "E_FORBIDDEN")
    assert code_of(api.sam.post(f"{note}/sign", headers=ANY)) == (403, "E_FORBIDDEN")
    assert ok(api.priya.put(f"{note}/diagnosis", json=codes, headers=ANY))["diagnosis"] == ["F41.1"]
    signed = ok(api.priya.post(f"{note}/sign", headers=ANY))
    assert (signed["state"], signed["signed_by"]) == ("SIGNED", "priya")
    tom = api.as_(AccessRole.PRACTITIONER, "tom")
    assert code_of(tom.post(f"{note}/unlock", headers=ANY)) == (409, "E_LOCKED")
    assert ok(api.priya.post(f"{note}/unlock", headers=ANY))["state"] == "DRAFT"
    ok(api.priya.post(f"{note}/sign", headers=ANY))
    assert ok(api.ada.post(f"{note}/unlock", headers=ANY))["state"] == "DRAFT"


# --- services ---------------------------------------------------------------------------------------------------


def test_000_06_a_service_is_planned_from_what_was_agreed_and_taken_off_again(api: Served) -> None:
    bring(api, AGREED)
    made = api.session()
    services = f"/sessions/{made['id']}/services"
    assert "physio" in {row["service"] for row in ok(api.priya.get("/services"))}
    assert "physio" in {row["service"] for row in ok(api.sam.get(f"{services}/choices"))}
    seen = {"If-Match": made["etag"]}
    unknown = api.sam.post(f"{services}/template", json={"template": "nowhere"}, headers=seen)
    assert code_of(unknown) == (404, "E_NOT_FOUND")
    ok(api.sam.post(services, json={"service": "physio", "clients": ["noor"]}, headers=seen), 201)
    (plan,) = ok(api.priya.get(services))
    assert (plan["service"], plan["primary"], plan["ad_hoc"]) == ("physio", True, False)
    ok(api.sam.delete(f"{services}/physio", params={"client": ["noor"]}, headers=ANY))
    assert ok(api.priya.get(services)) == []


def test_000_07_what_nobody_agreed_to_is_planned_with_all_its_terms(api: Served) -> None:
    made = api.session(site="adelaide")
    terms = {
        "service": "psychotherapy", "clients": ["noor"], "rate": "45.00", "claim_type": "direct",
        "method": "FIXED_QUANTITY", "quantity": "1",
    }  # fmt: skip
    ok(api.sam.post(f"/sessions/{made['id']}/services/ad-hoc", json=terms, headers=ANY), 201)
    assert [row["ad_hoc"] for row in ok(api.sam.get(f"/sessions/{made['id']}/services"))] == [True]


# --- bills ------------------------------------------------------------------------------------------------------


def billed(api: Served, day: str = "2026-02-24") -> dict[str, Any]:
    session = api.session(f"{day} 10:00")
    ok(api.sam.post(f"/sessions/{session['id']}/complete", json={"attended": ["noor"]}, headers=ANY))
    new = {"sessions": [session["id"]], "client": "noor", "service": "psychotherapy", "cents": 15_000}
    found: dict[str, Any] = ok(api.sam.post("/bills", json=new), 201)
    return found


def test_004_29_a_bill_is_edited_paid_refunded_and_cancelled(either_api: Served) -> None:
    sam, address = either_api.sam, f"/bills/{billed(either_api)['ref']}"
    seen = shown(sam, address)
    edited = sam.patch(f"{address}/lines/1", json={"cents": 12_000, "modifiers": ["59"]}, headers=seen)
    assert (ok(edited)["total_cents"], edited.json()["lines"][0]["modifiers"]) == (12_000, "59")
    paid = sam.post(
        f"{address}/payments", json={"cents": 5_000}, headers={"If-Match": edited.headers["ETag"]}
    )
    assert ok(paid, 201)["due_cents"] == 7_000
    ok(sam.post(f"{address}/refunds", json={}, headers=ANY), 201)
    assert ok(sam.post(f"{address}/cancel", headers=ANY))["state"] == "CANCELLED"


def test_nobody_pays_a_bill_twice_that_they_saw_once(api: Served) -> None:
    address = f"/bills/{billed(api)['ref']}"
    seen = shown(api.sam, address)
    assert code_of(api.sam.post(f"{address}/payments", json={})) == (428, "E_PRECONDITION")
    answers = [api.sam.post(f"{address}/payments", json={"cents": 5_000}, headers=seen) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 412]
    (payment,) = ok(api.sam.get(address))["payments"]
    ok(api.sam.delete(f"{address}/payments/{payment['number']}", headers=ANY))
    assert ok(api.sam.get(address))["paid_cents"] == 0


def test_bills_come_in_pages_and_are_narrowed(api: Served) -> None:
    made = [billed(api, f"2026-02-2{day}")["ref"] for day in range(3)]
    first = ok(api.sam.get("/bills", params={"limit": 2}))
    rest = ok(api.sam.get("/bills", params={"cursor": first["next"]}))
    assert sorted(row["ref"] for row in [*first["items"], *rest["items"]]) == made
    assert ok(api.sam.get("/bills", params={"client": "eva"}))["items"] == []
    assert len(ok(api.sam.get("/bills", params={"state": "BILLED"}))["items"]) == 3
    assert [row["cpt"] for row in ok(api.sam.get(f"/bills/{made[0]}/superbill"))] == ["90834"]


# --- exports ----------------------------------------------------------------------------------------------------


def delivered(api: Served, client: str = "noor") -> str:
    session: str = api.session("2026-02-24 10:00", clients=[client], site="adelaide")["id"]
    terms = {
        "service": "psychotherapy", "clients": [client], "rate": "45.00", "claim_type": "direct",
        "method": "FIXED_QUANTITY", "quantity": "1",
    }  # fmt: skip
    ok(api.sam.post(f"/sessions/{session}/services/ad-hoc", json=terms, headers=ANY), 201)
    ok(api.sam.post(f"/sessions/{session}/complete", json={}, headers=ANY))
    return session


def test_000_12_what_was_delivered_is_looked_at_and_then_exported_once(either_api: Served) -> None:
    session, sam = delivered(either_api), either_api.sam
    file = "/exports/services.csv"
    looked = sam.get(file)
    assert looked.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert looked.headers["Content-Disposition"] == 'attachment; filename="services.csv"'
    assert code_of(sam.post(file)) == (428, "E_PRECONDITION")
    assert code_of(sam.post(file, headers={"If-Match": '"something else"'})) == (412, "E_STALE")
    ok(sam.post(f"/sessions/{session}/reset", headers=ANY))  # so far nothing is final
    ok(sam.post(f"/sessions/{session}/complete", json={}, headers=ANY))
    seen = shown(sam, file)
    done = sam.post(file, headers=seen)
    assert (done.status_code, len(done.text.splitlines())) == (200, 2)
    assert code_of(sam.post(f"/sessions/{session}/reset", headers=ANY)) == (409, "E_LOCKED")
    assert len(sam.get(file).text.splitlines()) == 1
    assert code_of(sam.post(file, headers=seen)) == (412, "E_STALE")


def test_g11_no_cell_of_the_table_is_a_formula(api: Served) -> None:
    bring(api, HYPHEN)
    delivered(api, "minus")
    (row,) = csv.DictReader(StringIO(api.sam.get("/exports/services.csv").text))
    assert row["client"] == "'=1+1"
    assert float(row["amount"]) == 45.0


def test_sessions_are_a_calendar_and_what_a_client_cancelled_a_list(api: Served) -> None:
    made = api.session()
    answer = api.sam.get("/exports/sessions.ics", params={"client": "noor"})
    assert (answer.headers["Content-Type"], answer.text.count("BEGIN:VEVENT")) == (
        "text/calendar; charset=utf-8",
        1,
    )
    how = {"by": "CLIENT", "reason": "client-ill", "advised": "2026-02-28T10:30"}
    ok(api.sam.post(f"/sessions/{made['id']}/cancel", json=how, headers=ANY))
    assert [row["session_id"] for row in ok(api.sam.get("/clients/noor/cancellations"))] == [made["id"]]


# --- messages, history ------------------------------------------------------------------------------------------


def test_r60_reminders_are_given_with_a_session_and_edited(api: Served) -> None:
    bring(api, AGREED)
    made = api.session("2026-03-20 10:00", reminders=["2:email"], instructions="Bring the file")
    address = f"/sessions/{made['id']}"
    (reminder,) = ok(api.sam.get(address))["reminders"]
    assert (reminder["days_before"], reminder["channels"]) == (2, ["EMAIL"])
    ok(api.sam.patch(address, json={"reminders": ["3:email"], "session_bridge": True}, headers=ANY))
    waiting = [one for one in ok(api.sam.get(address))["reminders"] if one["state"] == reminder["state"]]
    assert [one["days_before"] for one in waiting] == [3]


def test_messages_are_listed_without_words_and_tried_out(api: Served) -> None:
    bring(api, AGREED)
    api.session("2026-03-03 10:00", reminders=["1:email"])
    api.now += timedelta(days=1)
    assert ok(api.ada.post("/messages/send"))["reminders"] == 1
    (one,) = ok(api.sam.get("/messages"))["items"]
    assert (one["kind"], one["to"], one["state"]) == ("REMINDER", "C-1077", "QUEUED")
    assert "Noor" not in str(one)
    assert code_of(api.ada.post("/messages/try", json={"address": "a@example.org"})) == (422, "E_NO_MAIL")


def test_history_comes_in_pages_the_latest_first(api: Served) -> None:
    for day in range(3):
        api.session(f"2026-03-0{day + 3} 10:00")
        api.now += timedelta(minutes=1)
    first = ok(api.sam.get("/history", params={"limit": 2}))
    rest = ok(api.sam.get("/history", params={"limit": 200, "cursor": first["next"]}))
    lines = [*first["items"], *rest["items"]]
    one = next(line["session_id"] for line in lines if line["action"] == "added")
    assert [row["action"] for row in ok(api.sam.get("/history/about", params={"name": one}))] == ["added"]
    assert sum(line["action"] == "added" for line in lines) == 3
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)
    assert rest["next"] is None
