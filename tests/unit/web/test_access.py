"""Who may come in and what leads out: tokens, feeds, links, a worker who leaves; and base rosters."""

import httpx2
import pytest

from model.access import AccessRole
from tests.served import Served
from tests.unit.web.objects import AGREED, Objects, bring, objects
from tests.unit.web.test_edits import code_of, ok


@pytest.fixture
def known(api: Served) -> Objects:
    return objects(api)


def test_a_token_is_issued_shown_once_and_revoked(api: Served) -> None:
    made = ok(api.ada.post("/tokens", json={"role": "CLIENT", "person": "eva", "days": 30}), 201)
    eva = api.client(made["token"])
    assert ok(eva.get("/me"))["role"] == "CLIENT"
    listed = api.ada.get("/tokens")
    assert made["token"] not in listed.text
    assert made["ref"] in {row["ref"] for row in ok(listed)}
    assert ok(api.ada.post(f"/tokens/{made['ref']}/revoke"))["revoked_at"]
    assert code_of(eva.get("/me")) == (401, "E_TOKEN")


def test_g12_the_address_of_a_feed_is_told_once_and_ends_with_the_next(api: Served) -> None:
    made = ok(api.ada.post("/feeds", json={"kind": "worker", "of": "priya"}), 201)
    assert httpx2.get(api.url + made["url"]).status_code == 200
    other = ok(api.ada.post(f"/feeds/{made['feed']}/rotate"))
    assert httpx2.get(api.url + made["url"]).status_code == 404
    assert httpx2.get(api.url + other["url"]).status_code == 200
    listed = api.ada.get("/feeds")
    assert [(row["ref"], row["level"]) for row in ok(listed)] == [("priya", "reference")]
    for address in (made["url"], other["url"]):
        assert address.removeprefix("/feeds/").removesuffix(".ics") not in listed.text
    assert api.ada.delete("/feeds/priya").status_code == 204
    assert httpx2.get(api.url + other["url"]).status_code == 404


def test_no_feed_names_clients_whatever_is_asked(api: Served) -> None:
    refused = api.ada.post("/feeds", json={"kind": "worker", "of": "priya", "level": "full_name"})
    assert code_of(refused) == (422, "E_REQUEST")
    room = {"kind": "room", "of": "room-1", "level": "initials"}
    assert code_of(api.ada.post("/feeds", json=room)) == (403, "E_LEVEL_NOT_ALLOWED")


def test_f10_what_ends_for_a_worker_is_shown_and_then_ended_as_shown(api: Served) -> None:
    priya, address = api.priya, "/workers/priya/leaving"
    ok(api.ada.post("/feeds", json={"kind": "worker", "of": "priya"}), 201)
    ok(priya.get("/me"))
    looked = api.ada.get(address)
    assert (ok(looked)["feeds"], len(looked.json()["tokens"]), looked.json()["at_once"]) == (
        ["priya"],
        1,
        True,
    )
    ok(priya.get("/me"))  # nothing is ended by looking
    assert code_of(api.ada.post(address, json={})) == (428, "E_PRECONDITION")
    api.session("2026-03-10 10:00")
    seen = {"If-Match": looked.headers["ETag"]}
    assert code_of(api.ada.post(address, json={}, headers=seen)) == (412, "E_STALE")
    seen = {"If-Match": api.ada.get(address).headers["ETag"]}
    assert ok(api.ada.post(address, json={}, headers=seen))["waiting"] == {}
    assert code_of(priya.get("/me")) == (401, "E_TOKEN")
    assert ok(api.ada.get("/feeds")) == []


def test_a_link_is_changed_and_ended_by_whose_calendar_it_is(api: Served, known: Objects) -> None:
    link, tom = "/links/priya-link", api.as_(AccessRole.PRACTITIONER, "tom")
    ok(api.priya.patch(link, json={"level": "busy", "every_s": 600}))
    found = ok(api.priya.get(link))
    assert (found["level"], found["every_s"]) == ("busy", 600)
    assert code_of(api.priya.patch(link, json={"level": "full_name"})) == (403, "E_LEVEL_NOT_ALLOWED")
    looked = api.priya.get(f"{link}/removal", params={"events": "keep"})
    assert ok(looked) == {"ref": "priya-link", "deleted": 0, "left": 0}
    seen = {"If-Match": looked.headers["ETag"]}
    assert code_of(tom.delete(link, params={"events": "keep"}, headers=seen)) == (404, "E_NOT_FOUND")
    assert code_of(api.priya.delete(link, params={"events": "keep"})) == (428, "E_PRECONDITION")
    ok(api.priya.delete(link, params={"events": "keep"}, headers=seen))
    assert [row["ref"] for row in ok(api.ada.get("/links"))] == ["tom-link"]


def test_a_practitioner_links_no_calendar_of_a_room(api: Served) -> None:
    new = {
        "where": "https://127.0.0.1:1/",
        "user": "p",
        "secret": "s",
        "calendar": "x",
        "role": "RESOURCE",
        "of": "room:room-1",
    }
    assert code_of(api.priya.post("/workers/priya/links", json=new)) == (403, "E_FORBIDDEN")
    assert code_of(api.priya.post("/workers/tom/links", json=new)) == (404, "E_NOT_FOUND")


def test_a_password_that_does_not_fit_is_not_said_again(api: Served) -> None:
    new = {"where": "https://cal.example/", "secret": "Qzsecret" * 600}
    refused = api.priya.post("/workers/priya/links", json=new)
    assert code_of(refused) == (422, "E_REQUEST")
    assert "Qzsecret" not in refused.text


def test_where_a_calendar_is_not_to_be_sought_is_said_in_words(api: Served) -> None:
    what = {"where": "https://127.0.0.1:1/", "user": "p", "secret": "Qzsecret"}
    refused = api.priya.post("/calendars/discover", json=what)
    assert code_of(refused) == (502, "E_CALENDAR")
    assert "Qzsecret" not in refused.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/calendars/discover", {"where": "https://[::1", "secret": "Qzsecret"}),
        ("/workers/priya/links", {"where": "https://127.0.0.1:1/", "calendar": "//[x", "secret": "Qzsecret"}),
        ("/workers/priya/subscriptions", {"url": "webcal://[Qzsecret"}),
    ],
)
def test_an_address_that_nobody_can_read_is_refused_unread(
    api: Served, path: str, body: dict[str, str]
) -> None:
    refused = api.priya.post(path, json=body)
    assert code_of(refused) == (422, "E_REQUEST")
    assert "Qzsecret" not in refused.text


def test_what_people_choose_from_is_added_and_retired(api: Served) -> None:
    new = {"id": "late", "type": "CLIENT", "text": "Late", "billing": "PERCENT", "billable_percent": 50}
    ok(api.ada.post("/reasons", json=new), 201)
    assert api.ada.post("/reasons/late/retire").status_code == 204
    ok(api.ada.post("/session-types", json={"id": "intake", "name": "Intake", "colour": "teal"}), 201)
    assert api.ada.post("/session-types/intake/retire").status_code == 204
    reasons = {row["ref"]: row["active"] for row in ok(api.sam.get("/reasons"))}
    types = {row["ref"]: row["active"] for row in ok(api.sam.get("/session-types"))}
    assert (reasons["late"], types["intake"]) == (False, False)


def test_names_leave_only_once_an_administrator_has_said_why(api: Served) -> None:
    what = {"level": "first_name", "basis": "BAA of 2026-02-01"}
    assert code_of(api.sam.post("/privacy/attestations", json=what)) == (403, "E_FORBIDDEN")
    assert ok(api.ada.post("/privacy/attestations", json=what), 201)["attested_by"] == "ada"


def test_a_base_roster_and_its_periods_have_budgets(api: Served) -> None:
    sam, base = api.sam, {"name": "East house", "weeks": 1, "start": "2026-03-02"}
    assert code_of(sam.post("/rosters/bases", json=base | {"budget_cents": -1}))[0] == 422
    ok(sam.post("/rosters/bases", json=base | {"budget_cents": 30000}), 201)
    ok(sam.post("/rosters/bases/East house/finalise"))
    for start, own in (("2026-03-16", {}), ("2026-03-23", {"budget_cents": 40000})):
        ok(sam.post("/rosters/periods", json={"base": "East house", "start": start} | own), 201)
    assert [row["budget_cents"] for row in ok(sam.get("/rosters/bases"))] == [30000]
    mine = [row for row in ok(sam.get("/rosters/periods")) if row["base"] == "East house"]
    assert [row["budget_cents"] for row in mine] == [30000, 40000]


def test_r51_r55_a_base_roster_is_drawn_up_made_final_and_copied(api: Served) -> None:
    bring(api, AGREED)
    base, sam = "/rosters/bases/East house", api.sam
    ok(sam.post("/rosters/bases", json={"name": "East house", "weeks": 1, "start": "2026-03-02"}), 201)
    new = {"weekday": "MO", "start": "09:00", "minutes": 60, "workers": ["tom"], "clients": ["noor"]}
    slot = ok(sam.post(f"{base}/slots", json=new), 201)["id"]
    wasted = ok(sam.post(f"{base}/slots", json=new | {"weekday": "TU"}), 201)["id"]
    assert sam.delete(f"{base}/slots/{wasted}").status_code == 204
    assert sam.post(f"{base}/slots/{slot}/services", json={"service": "physio"}).status_code == 204
    (planned,) = ok(sam.get(base))
    assert (planned["services"], planned["workers"]) == (["physio 1:1"], ["tom"])
    assert sam.delete(f"{base}/slots/{slot}/services/physio").status_code == 204
    assert ok(sam.post(f"{base}/finalise")) == {"name": "East house", "version": 1}
    assert ok(sam.post(f"{base}/draft"), 201)["version"] == 2
    ok(sam.post(f"{base}/clone", json={"name": "North house"}), 201)
    assert {row["name"] for row in ok(sam.get("/rosters/bases"))} == {"East house", "North house"}
