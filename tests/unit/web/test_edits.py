"""Pages, ETags, and every route over the diary once: what the command line does, over HTTP."""

from threading import Barrier, Thread
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from model.access import AccessRole
from tests.served import Served
from tests.unit.web.objects import Objects, objects


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def ok(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


# --- ETags --------------------------------------------------------------------------------------------------


def test_an_edit_names_the_state_it_was_made_for(either_api: Served) -> None:
    made, sam = either_api.session(), either_api.sam
    address = f"/sessions/{made['id']}"
    assert code_of(sam.patch(address, json={"subject": "a"})) == (428, "E_PRECONDITION")

    first = sam.patch(address, json={"subject": "a"}, headers={"If-Match": made["etag"]})
    ok(first)
    assert first.headers["ETag"] != made["etag"]
    assert first.headers["ETag"] == sam.get(address).headers["ETag"]

    late = sam.patch(address, json={"subject": "b"}, headers={"If-Match": made["etag"]})
    assert code_of(late) == (412, "E_STALE")
    assert sam.get(address).json()["session"]["subject"] == "a"
    ok(sam.patch(address, json={"subject": "c"}, headers={"If-Match": "*"}))


def test_of_two_edits_of_the_same_state_one_is_taken(either_api: Served) -> None:
    made, barrier, answers = either_api.session(), Barrier(8), []

    def edit(number: int, client: httpx2.Client) -> None:
        barrier.wait()
        what, seen = {"subject": f"by {number}"}, {"If-Match": made["etag"]}
        answers.append(client.patch(f"/sessions/{made['id']}", json=what, headers=seen).status_code)

    token = either_api.sam.headers["Authorization"].removeprefix("Bearer ")
    clients = [either_api.client(token) for _ in range(8)]
    threads = [Thread(target=edit, args=(number, client)) for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[412] * 7]


def test_what_a_rule_refuses_leaves_the_session_as_it_is(api: Served) -> None:
    made = api.session()
    seen = {"If-Match": made["etag"]}
    refused = api.sam.post(f"/sessions/{made['id']}/move", json={"end": "09:00"}, headers=seen)
    assert code_of(refused) == (422, "E_END_BEFORE_START")
    assert api.sam.get(f"/sessions/{made['id']}").headers["ETag"] == made["etag"]


# --- pages --------------------------------------------------------------------------------------------------


def test_pages_hold_every_session_once_in_order(either_api: Served) -> None:
    for day in (5, 3, 4):
        either_api.session(f"2026-03-0{day} 10:00")
    either_api.session("2026-03-03 10:00", workers=["tom"], clients=["liam"])
    found: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        more = {"cursor": cursor} if cursor else {}
        page = ok(either_api.sam.get("/sessions", params={"limit": 1, **more}))
        found += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert found == [row["id"] for row in ok(either_api.sam.get("/sessions"))["items"]]
    assert len(set(found)) == 4


def test_what_is_added_before_a_page_moves_nothing_on_it(api: Served) -> None:
    late = [api.session(f"2026-03-1{day} 10:00")["id"] for day in range(3)]
    first = ok(api.sam.get("/sessions", params={"limit": 1}))
    api.session("2026-03-03 10:00")
    rest = ok(api.sam.get("/sessions", params={"cursor": first["next"]}))
    assert [row["id"] for row in [*first["items"], *rest["items"]]] == late


def test_a_page_costs_the_same_number_of_queries_whatever_is_on_it(api: Served) -> None:
    asked: list[str] = []
    event.listen(api.app.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def queries() -> int:
        ok(api.sam.get("/sessions"))  # whose last use is noted by now
        asked.clear()
        ok(api.sam.get("/sessions"))
        return len(asked)

    api.session("2026-03-03 10:00")
    few = queries()
    for day in range(10, 20):
        api.session(f"2026-03-{day} 10:00")
    assert queries() == few < 12


@pytest.mark.parametrize("cursor", ["x", "", "MjAyNi0wMy0wMyB4", "MjAyNi0wMy0wM1QxMDowMCAwMDAw", "é"])
def test_a_cursor_that_is_none_is_refused(api: Served, cursor: str) -> None:
    assert code_of(api.sam.get("/sessions", params={"cursor": cursor})) == (422, "E_CURSOR")


def test_a_window_and_a_series_with_its_scopes(api: Served) -> None:
    made = ok(
        api.sam.post(
            "/sessions",
            json={
                "start": "2026-03-03T10:00", "minutes": 60, "workers": ["priya"], "clients": ["noor"],
                "rule": "FREQ=WEEKLY;COUNT=4", "rostered": True,
            },
        ),
        201,
    )  # fmt: skip
    second = ok(api.sam.get("/sessions", params={"from": "2026-03-10", "to": "2026-03-11"}))["items"]
    assert [row["start"] for row in second] == ["2026-03-10T10:00:00+10:30"]
    address, any_state = f"/sessions/{second[0]['id']}/move", {"If-Match": "*"}
    to = {"start": "2026-03-10T11:00"}
    assert code_of(api.sam.post(address, json=to, headers=any_state)) == (422, "E_SCOPE_REQUIRED")
    reach = {"scope": "THIS_AND_FOLLOWING"}
    assert ok(api.sam.post(address, json=to, headers=any_state, params=reach))["count"] == 3
    starts = [row["start"][11:16] for row in ok(api.sam.get("/sessions"))["items"]]
    assert (made["count"], starts) == (4, ["10:00", "11:00", "11:00", "11:00"])


# --- the life of a session ----------------------------------------------------------------------------------


def test_cancel_is_previewed_and_then_confirmed(api: Served) -> None:
    made = api.session()
    how = {"by": "CLIENT", "reason": "client-ill", "advised": "2026-02-28T10:30"}
    address = f"/sessions/{made['id']}/cancel"
    told = ok(api.sam.post(f"{address}/preview", json=how))
    assert ok(api.sam.get(f"/sessions/{made['id']}"))["session"]["status"] == "ROSTERED"
    done = ok(api.sam.post(address, json=how, headers={"If-Match": made["etag"]}))
    assert done["charges"] == told["charges"]
    cancelled = api.sam.get(f"/sessions/{made['id']}")
    assert ok(cancelled)["session"]["status"] == "CANCELLED"
    seen = {"If-Match": cancelled.headers["ETag"]}
    again = {"start": "2026-03-05T10:00", "rostered": True}
    ok(api.sam.post(f"/sessions/{made['id']}/reschedule", json=again, headers=seen), 201)


def test_a_practitioner_says_what_took_place(either_api: Served) -> None:
    made, priya = either_api.session("2026-02-27 10:00"), either_api.priya
    address = f"/sessions/{made['id']}"
    done = priya.post(f"{address}/complete", json={"attended": ["noor"]}, headers={"If-Match": made["etag"]})
    assert ok(done)["session_id"] == made["id"]
    assert ok(priya.get(address))["session"]["status"] == "COMPLETE"
    reset = priya.post(f"{address}/reset", headers={"If-Match": done.headers["ETag"]})
    ok(reset)
    ok(priya.post(f"{address}/start", headers={"If-Match": reset.headers["ETag"]}))
    assert ok(priya.get(address))["session"]["status"] == "IN_PROGRESS"


def test_a_client_sees_their_own_and_only_what_they_were_told(api: Served) -> None:
    made = api.session(subject="Qzsubject", comments="Qzcomments", employee_message="Qzmessage")
    api.session("2026-03-04 10:00", workers=["tom"], clients=["liam"])
    api.session("2026-03-05 10:00", rostered=False)
    group = api.session("2026-03-06 10:00", work_type="GROUP", clients=["noor", "liam"])
    found = ok(api.noor.get("/my/sessions"))["items"]
    assert [row["id"] for row in found] == [made["id"], group["id"]]
    assert found[0] == ok(api.noor.get(f"/my/sessions/{made['id']}"))
    assert found[0]["workers"] == ["Priya Rao"]
    assert "Qz" not in str(found)
    assert "liam" not in str(found).lower()


def test_a_client_sees_no_draft(api: Served) -> None:
    draft = api.session(rostered=False)
    assert code_of(api.noor.get(f"/my/sessions/{draft['id']}")) == (404, "E_NOT_FOUND")
    assert ok(api.noor.get("/my/sessions"))["items"] == []


def test_g14_who_is_off_a_session_sees_it_no_more(api: Served) -> None:
    made = api.session(workers=["priya", "tom"])
    address, seen = f"/sessions/{made['id']}", {"If-Match": made["etag"]}
    ok(api.priya.post(f"{address}/workers/priya/answer", json={"status": "DECLINED"}, headers=seen))
    assert code_of(api.priya.get(address)) == (404, "E_NOT_FOUND")
    assert ok(api.priya.get("/sessions"))["items"] == []
    assert ok(api.as_(AccessRole.PRACTITIONER, "tom").get(address))["session"]["workers"] == ["tom"]


def test_each_part_of_a_session_is_changed_over_http(api: Served) -> None:
    made = api.session(workers=["priya", "tom"], rostered=False)
    address, any_state = f"/sessions/{made['id']}", {"If-Match": "*"}

    def change(method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        return ok(api.sam.request(method, address + path, json=body, headers=any_state), status)

    change("POST", "/roster")
    change("PUT", "/workers/lena", {})
    change("POST", "/workers/lena/answer", {"status": "ACCEPTED"})
    change("DELETE", "/workers/tom")
    change("POST", "/clients", {"add": ["liam"], "remove": ["noor"]})
    change("POST", "/place", {"site": "chicago", "room": "room-3"})
    change("PUT", "/activities", {"activities": ["BREAK priya 10:20-10:30"]})
    change("PUT", "/modifiers", {"modifiers": ["GT"]})
    change("POST", "/offers", {"workers": ["tom"]}, 201)
    shown = ok(api.sam.get(address))
    session = shown["session"]
    assert (session["status"], session["room"]) == ("ROSTERED", "room-3")
    assert set(session["workers"]) == {"priya", "lena"}
    assert len(session["clients"]) == 1
    assert (shown["activities"], shown["modifiers"]) == (["BREAK priya 10:20-10:30 unpaid"], ["GT"])
    assert change("POST", "/repeat", {"rule": "FREQ=WEEKLY;COUNT=3"})["count"] == 3


def test_a_draft_is_deleted_and_then_gone(api: Served) -> None:
    made = api.session(rostered=False)
    done = api.sam.delete(f"/sessions/{made['id']}", headers={"If-Match": made["etag"]})
    ok(done)
    assert "ETag" not in done.headers
    assert code_of(api.sam.get(f"/sessions/{made['id']}")) == (404, "E_NOT_FOUND")


# --- the rest of the practice -------------------------------------------------------------------------------


@pytest.fixture
def known(api: Served) -> Objects:
    return objects(api)


def test_a_stay_over_http(api: Served, known: Objects) -> None:
    address = f"/stays/{known.own['stay']}"
    shown = api.sam.get(address)
    seen = {"If-Match": shown.headers["ETag"]}
    ok(api.sam.patch(address, json={"end": "2026-03-24"}, headers=seen))
    assert code_of(api.sam.patch(address, json={"end": "2026-03-25"}, headers=seen)) == (412, "E_STALE")
    assert ok(api.sam.get(address))["nights"] == 4
    assert [stay["id"] for stay in ok(api.sam.get("/stays", params={"bed": "b2"}))] == [known.own["stay"]]
    new = {"bed": "b2", "client": "noor", "start": "2026-03-20", "end": "2026-03-21"}
    assert code_of(api.sam.post("/stays", json=new)) == (409, "E_BED_CONFLICT")
    ok(api.sam.post(f"{address}/cancel", json={"reason": "family"}, headers={"If-Match": "*"}))


def test_a_roster_over_http(api: Served, known: Objects) -> None:
    period = f"/rosters/periods/{known.own['period']}"
    assert ok(api.sam.post(f"{period}/validate")) == []
    assert ok(api.sam.post(f"{period}/publish"))["made"] == 3
    assert ok(api.sam.get("/rosters/periods"))[0]["state"] == "PUBLISHED"
    assert len(ok(api.sam.get("/rosters/bases/West house"))) == 3


def test_an_offer_is_answered_by_its_worker_and_assigned_by_the_office(api: Served, known: Objects) -> None:
    offer = f"/offers/{known.own['offer']}"
    assert ok(api.priya.post(f"{offer}/answer", json={"state": "ACCEPTED"}))["state"] == "ACCEPTED"
    ok(api.sam.post(f"{offer}/assign"))
    assert ok(api.priya.get("/offers"))[0]["state"] == "ASSIGNED"


def test_a_change_is_dismissed_by_the_office(api: Served, known: Objects) -> None:
    waiting = ok(api.priya.get("/changes"))["items"]
    assert [row["ref"] for row in waiting] == [known.own["change"]]
    assert ok(api.sam.post(f"/changes/{known.own['change']}/dismiss"))["state"] == "DISMISSED"
    assert code_of(api.sam.post(f"/changes/{known.own['change']}/dismiss")) == (409, "E_TRANSITION")


def test_busy_time_of_a_worker_and_of_a_room(api: Served, known: Objects) -> None:
    span = {"from": "2026-03-03", "to": "2026-03-04"}
    told = ok(api.priya.get("/workers/priya/busy", params=span))
    assert told["stale"] == []
    assert [block["start"] for block in told["time"]["blocks"]] == ["2026-03-02T23:30:00Z"]
    assert ok(api.priya.get("/rooms/room-1/busy", params=span))["blocks"] == []


def test_links_rest_and_go_on_and_tell_no_password(api: Served, known: Objects) -> None:
    shown = api.priya.get("/links/priya-link")
    assert "sealed" not in shown.text
    assert "secret" not in shown.text
    assert code_of(api.priya.post("/links/priya-link/sync")) == (409, "E_NOT_RUN")
    assert ok(api.priya.post("/links/priya-link/resume", json={}))["state"] == "ACTIVE"
    assert ok(api.priya.post("/links/priya-link/pause"))["state"] == "PAUSED"
    assert ok(api.priya.get("/links/priya-link/runs")) == []


def test_people_and_places_are_listed(api: Served) -> None:
    assert {row["id"] for row in ok(api.sam.get("/workers"))} >= {"priya", "tom"}
    assert "C-1042" in {row["internal_id"] for row in ok(api.sam.get("/clients"))}
    sites = {row["id"]: row["rooms"] for row in ok(api.priya.get("/sites"))}
    assert sites["chicago"] == ["room-2", "room-3"]
    assert "client-ill" in {row["ref"] for row in ok(api.priya.get("/reasons"))}
    assert ok(api.sam.get("/status"))["links"] == []


# --- what somebody said of a session ------------------------------------------------------------------------------


def test_004_16_overlaps_are_listed_until_somebody_knows_of_them(either_api: Served) -> None:
    sam, window = either_api.sam, {"overlapping": True}
    either_api.session()
    met, known = either_api.session(clients=["liam"]), either_api.session(clients=["eva"], acknowledge=True)
    assert [row["id"] for row in ok(sam.get("/sessions", params=window))["items"]] == [met["id"]]
    ok(sam.post(f"/sessions/{met['id']}/acknowledge", headers={"If-Match": met["etag"]}))
    assert ok(sam.get("/sessions", params=window))["items"] == []
    assert ok(sam.get(f"/sessions/{known['id']}"))["overlap"]["acknowledged_by"] == "sam"


def test_e_transition_a_client_says_once_that_they_will_come(api: Served) -> None:
    made = api.session()
    address = f"/sessions/{made['id']}/confirm"
    first = api.sam.post(address, json={}, headers={"If-Match": made["etag"]})
    ok(first)
    assert ok(api.sam.get(f"/sessions/{made['id']}"))["attendance"][0]["status"] == "CONFIRMED"
    again = api.sam.post(address, json={"client": "noor"}, headers={"If-Match": first.headers["ETag"]})
    assert code_of(again) == (409, "E_TRANSITION")
