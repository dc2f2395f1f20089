"""Every route, every role, one's own object and another's (FAILURES G14). The table here is written by hand: it is what
was decided, and `adapters.web.policy` is asked whether it does that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from adapters.config import Config
from adapters.config.schema import WebSection
from adapters.database.engine import connect
from adapters.web.app import create_app
from adapters.web.policy import OPEN, POLICY
from model.access import AccessRole
from tests.served import Served, practice, served
from tests.unit.web.objects import Objects, objects

# A: administrators, S: schedulers, P: practitioners, p: for what is theirs, c: clients for what is theirs.
_SESSION = {
    "list_sessions": "ASp", "show_session": "ASp", "edit_session": "ASp", "start_session": "ASp",
    "complete_session": "ASp", "reset_session": "ASp", "answer_session": "ASp", "show_history": "ASp",
    "add_session": "AS", "delete_session": "AS", "roster_session": "AS", "move_session": "AS", "place_session": "AS",
    "repeat_session": "AS", "reschedule_session": "AS", "change_assets": "AS", "set_activities": "AS",
    "set_modifiers": "AS", "set_shift": "AS", "assign_worker": "AS", "unassign_worker": "AS", "change_clients": "AS",
    "confirm_attendance": "AS", "acknowledge_overlap": "AS",
    "offer_session": "AS", "preview_cancel": "AS", "cancel_session": "AS", "note_no_show": "AS", "set_fee": "AS",
    "list_my_sessions": "c", "show_my_session": "c", "list_cancellations": "AS", "note_feedback": "AS",
    "sign_note": "Ap", "unlock_note": "Ap", "diagnose": "Ap",
    "list_plans": "ASp", "list_choices": "AS", "plan_service": "AS", "plan_template": "AS", "plan_ad_hoc": "AS",
    "unplan_service": "AS",
    "list_events": "ASp", "add_event": "ASp", "show_event_as": "ASp", "delete_event": "ASp",
}  # fmt: skip
_CALENDARS = {
    "list_changes": "ASp", "show_change": "ASp", "confirm_change": "AS", "dismiss_change": "AS",
    "list_links": "Ap", "show_link": "Ap", "pause_link": "Ap", "resume_link": "Ap", "check_link": "Ap",
    "sync_link": "Ap", "list_runs": "Ap", "show_status": "AS", "show_latest": "AS", "show_history_about": "AS",
    "show_worker_busy": "ASp", "show_resource_busy": "ASP", "explain_busy": "ASp", "read_worker_busy": "ASp",
    "list_stale": "ASp", "read_resource_busy": "ASP",
    "discover_calendars": "Ap", "add_link": "Ap", "subscribe_link": "Ap", "set_link": "Ap", "log_in_link": "Ap",
    "preview_removal": "Ap", "remove_link": "Ap", "plan_link": "Ap",
    "list_undoable": "A", "preview_rewind": "A", "rewind_link": "A",
    "list_feeds": "A", "add_feed": "A", "rotate_feed": "A", "remove_feed": "A",
}  # fmt: skip
_ONLINE = {
    "show_my_terms": "c", "list_my_types": "c", "list_my_slots": "c", "book_my_slot": "c", "move_my_booking": "c",
    "cancel_my_booking": "c", "list_my_requests": "c", "withdraw_my_request": "c",
    "list_slots": "ASP", "explain_slots": "ASp", "show_booking_settings": "ASP", "book_slot": "AS",
    "move_booking": "AS", "cancel_booking": "AS", "list_requests": "ASp", "accept_request": "AS",
    "decline_request": "AS", "withdraw_request": "AS",
    "list_appointment_types": "ASP", "add_appointment_type": "AS", "retire_appointment_type": "AS",
    "list_windows": "ASp", "add_window": "AS", "remove_window": "AS",
    "list_availability": "ASp", "read_availability": "ASp", "read_bookable": "ASp", "set_hours": "AS",
    "offer_time": "AS", "clear_availability": "AS", "remove_availability": "AS",
    "list_leave": "ASp", "add_leave": "ASp", "approve_leave": "AS", "remove_leave": "AS",
}  # fmt: skip
_OFFICE = {
    "list_services": "ASP", "list_bills": "AS", "make_bill": "AS", "show_bill": "AS", "show_superbill": "AS",
    "add_line": "AS", "change_line": "AS", "drop_line": "AS", "pay_bill": "AS", "refund_bill": "AS",
    "remove_payment": "AS", "cancel_bill": "AS", "preview_export": "AS", "export_services": "AS",
    "export_sessions": "AS",
    "add_base_roster": "AS", "add_base_slot": "AS", "remove_base_slot": "AS", "draft_base": "AS",
    "finalise_base": "AS", "clone_base": "AS", "plan_base_slot": "AS", "unplan_base_slot": "AS", "plan_slot": "AS",
    "unplan_slot": "AS",
    "add_reason": "A", "retire_reason": "A", "add_session_type": "A", "retire_session_type": "A",
    "preview_leaving": "A", "end_access": "A", "attest_privacy": "A", "list_messages": "AS", "send_messages": "A",
    "try_mail": "A", "list_tokens": "A", "issue_token": "A", "revoke_token": "A",
}  # fmt: skip
_OTHERS = {
    "list_base_rosters": "AS", "show_base_roster": "AS", "list_periods": "AS", "create_period": "AS",
    "show_period": "AS", "add_slot": "AS", "change_slot": "AS", "remove_slot": "AS", "validate_period": "AS",
    "publish_period": "AS", "list_stays": "AS", "book_stay": "AS", "show_stay": "AS", "edit_stay": "AS",
    "hold_stay": "AS", "end_hold": "AS", "check_in": "AS", "check_out": "AS", "cancel_stay": "AS",
    "list_offers": "ASp", "send_offer": "AS", "answer_offer": "ASp", "assign_offer": "AS",
    "list_workers": "ASP", "list_clients": "AS", "invite_client": "AS", "list_sites": "ASP",
    "list_session_types": "ASP", "list_reasons": "ASP", "show_me": "ASPc",
}  # fmt: skip
DECIDED = _SESSION | _CALENDARS | _ONLINE | _OFFICE | _OTHERS
ASK_A_SERVER = {
    "discover_calendars",
    "add_link",
    "subscribe_link",
    "log_in_link",
}  # told nothing, they ask nobody
NOBODYS = {"entry", "run"}  # within something that is somebody's: there is none here
LETTERS = {
    "A": AccessRole.ADMIN,
    "S": AccessRole.SCHEDULER,
    "P": AccessRole.PRACTITIONER,
    "C": AccessRole.CLIENT,
}
NOT_API = {"/openapi.json"}


@pytest.fixture(scope="module")
def held(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Objects]]:
    """One practice for all: what may be done is asked with a wrong If-Match, and so is not done."""
    file = tmp_path_factory.mktemp("matrix") / "calendula.sqlite3"
    file.write_bytes(template.read_bytes())
    with served(f"sqlite:///{file}", WebSection(requests_per_min=100_000), empty=False) as api:
        yield api, objects(api)


def routes_of(router: Any) -> Iterator[Route]:
    """Every route, those of included routers too."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router)
        else:
            yield route


@dataclass(frozen=True)
class Operation:
    """What OpenAPI says of one: `schema` is of its body, empty where it has none."""

    name: str
    method: str
    path: str
    parameters: list[dict[str, Any]]
    schema: dict[str, Any]

    @property
    def example(self) -> Any:
        return self.schema["examples"][0] if self.schema else None


@pytest.fixture(scope="module")
def described() -> dict[str, Operation]:
    """Each operation by its id."""
    tree = create_app(practice(connect("sqlite://"), Config()).app).openapi()
    schemas = tree["components"]["schemas"]
    return {
        told["operationId"]: Operation(
            told["operationId"], method.upper(), path, told.get("parameters", []), _body(told, schemas)
        )
        for path, methods in tree["paths"].items()
        for method, told in methods.items()
    }


def _body(told: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found = told.get("requestBody", {}).get("content", {}).get("application/json")
    return schemas[found["schema"]["$ref"].rpartition("/")[2]] if found else {}


def test_g14_every_route_has_a_line_in_the_policy_and_in_this_table() -> None:
    web = create_app(practice(connect("sqlite://"), Config()).app)
    routes = list(routes_of(web))
    assert {route.path for route in routes if not isinstance(route, APIRoute)} == NOT_API
    named = [str(route.operation_id) for route in routes if isinstance(route, APIRoute)]
    assert sorted(set(named)) == sorted(named)
    assert set(named) == set(POLICY) | OPEN
    assert set(DECIDED) == set(POLICY)


def request(
    held: tuple[Served, Objects], told: Operation, role: AccessRole, named: dict[str, str]
) -> httpx2.Response:
    """One request as OpenAPI describes it, with its first example as body."""
    api, _ = held
    needed = [p["name"] for p in told.parameters if p["in"] == "query" and p["required"]]
    usual = {"from": "2026-03-02", "to": "2026-03-09", "type": "therapy", "events": "keep", "name": "x"}
    query = {name: usual[name] for name in needed}
    content = {} if told.name in ASK_A_SERVER else told.example
    return asked(api, role, told.method, told.path.format(**named), json=content, params=query)


def asked(api: Served, role: AccessRole, method: str, path: str, **more: Any) -> httpx2.Response:
    """With an ETag that nothing has: what is let in is not done."""
    headers = {
        "Authorization": f"Bearer {api.token(role)}",
        "If-Match": '"never"',
        "Idempotency-Key": f"attempt of {path}",
    }
    return api.client_for_all.request(method, api.url + path, headers=headers, **more)


@pytest.mark.parametrize("operation", DECIDED)
def test_g14_who_may_do_it_and_with_whose(
    held: tuple[Served, Objects], described: dict[str, Operation], operation: str
) -> None:
    _, known = held
    told, line = described[operation], DECIDED[operation]
    owned = [
        name for name in known.own if f"{{{name}}}" in told.path and known.own[name] != known.others[name]
    ]
    for letter, role in LETTERS.items():
        if letter not in line and letter.lower() not in line:
            for named in (known.own, known.others, known.missing):
                assert code_of(request(held, told, role, dict(named))) == (403, "E_FORBIDDEN"), role
            continue
        own = request(held, told, role, dict(known.own))
        assert own.status_code < 500 or own.status_code == 503, own.text
        assert own.status_code not in (401, 403), (role, own.text)
        if letter.lower() in line and owned:
            assert own.status_code != 404, own.text
            other = request(held, told, role, dict(known.others))
            missing = request(held, told, role, dict(known.missing))
            assert code_of(other) == code_of(missing) == (404, "E_NOT_FOUND")
            assert without_id(other) == without_id(missing)
        elif owned and not any(f"{{{name}}}" in told.path for name in NOBODYS):
            assert request(held, told, role, dict(known.others)).status_code not in (401, 403, 404)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def without_id(answer: httpx2.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize("path", ["/sessions", "/changes", "/links", "/offers"])
def test_g14_a_list_holds_only_ones_own(held: tuple[Served, Objects], path: str) -> None:
    api, known = held
    word = {"/sessions": "id", "/changes": "ref", "/links": "ref", "/offers": "ref"}[path]
    name = path.strip("/").removesuffix("s")
    every = {"every": "true"} if path == "/changes" else {}
    found = {letter: names(api.as_(LETTERS[letter]).get(path, params=every), word) for letter in "AP"}
    assert known.own[name] in found["P"]
    assert known.others[name] not in found["P"]
    assert found["P"] < found["A"]


def names(answer: httpx2.Response, word: str) -> set[str]:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return {row[word] for row in (found["items"] if isinstance(found, dict) else found)}


def test_g14_nobody_asks_for_another_ones_list(held: tuple[Served, Objects]) -> None:
    api, _ = held
    assert api.priya.get("/sessions", params={"worker": "tom"}).status_code == 404
    assert api.priya.get("/offers", params={"worker": "tom"}).status_code == 404


def test_g14_a_practitioner_changes_one_session_and_not_its_series(held: tuple[Served, Objects]) -> None:
    api, known = held
    address, seen = f"/sessions/{known.own['session']}", {"If-Match": "*"}
    answer = api.priya.patch(address, json={"comments": "x"}, params={"scope": "ALL_IN_SERIES"}, headers=seen)
    assert code_of(answer) == (403, "E_FORBIDDEN")
    assert api.priya.patch(address, json={"comments": "x"}, headers=seen).status_code == 200


def test_only_an_administrator_overrides_a_rule(
    held: tuple[Served, Objects], described: dict[str, Operation]
) -> None:
    api, known = held
    overriding = [one for one in described.values() if "override" in one.schema.get("properties", {})]
    for one in overriding:
        content, path = one.example | {"override": "it fits"}, one.path.format(**known.own)
        answer = asked(api, AccessRole.SCHEDULER, one.method, path, json=content)
        assert code_of(answer) == (403, "E_FORBIDDEN"), one.path
    assert len(overriding) == 7
