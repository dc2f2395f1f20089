"""Whatever the command line does with the practice has a route; what has none stands on the page with its reason."""

import re

import pytest

from adapters.cli.app import COMMANDS, _loaded
from adapters.web.policy import POLICY
from tests.unit.test_docs import commands_of
from tests.unit.web.test_page import TEXT

# By command: the operations that do the same.
ROUTES = {
    "session add": "add_session", "session list": "list_sessions export_sessions", "session show": "show_session",
    "session roster": "roster_session", "session move": "move_session", "session place": "place_session",
    "session modifiers": "set_modifiers", "session repeat": "repeat_session", "session delete": "delete_session",
    "session cancel": "preview_cancel cancel_session", "session no-show": "note_no_show", "session fee": "set_fee",
    "session cancellations": "list_cancellations", "session start": "start_session",
    "session complete": "complete_session", "session reset": "reset_session", "session edit": "edit_session",
    "session assets": "change_assets", "session feedback": "note_feedback", "session assign": "assign_worker",
    "session unassign": "unassign_worker", "session accept": "answer_session", "session decline": "answer_session",
    "session clients": "change_clients", "session reschedule": "reschedule_session", "session offer": "offer_session",
    "session activities": "set_activities", "session confirm": "confirm_attendance",
    "session acknowledge": "acknowledge_overlap", "session shift": "set_shift",
    "session-type list": "list_session_types", "session-type add": "add_session_type",
    "session-type retire": "retire_session_type",
    "reason list": "list_reasons", "reason add": "add_reason", "reason retire": "retire_reason",
    "roster publish": "publish_period", "roster base add": "add_base_roster", "roster base slot": "add_base_slot",
    "roster base remove": "remove_base_slot", "roster base draft": "draft_base",
    "roster base finalise": "finalise_base", "roster base clone": "clone_base", "roster base list": "list_base_rosters",
    "roster base show": "show_base_roster", "roster base plan": "plan_base_slot",
    "roster base unplan": "unplan_base_slot", "roster period create": "create_period",
    "roster period add": "add_slot", "roster period change": "change_slot", "roster period remove": "remove_slot",
    "roster period list": "list_periods", "roster period show": "show_period",
    "roster period validate": "validate_period", "roster period plan": "plan_slot",
    "roster period unplan": "unplan_slot",
    "bed book": "book_stay", "bed list": "list_stays show_stay", "bed edit": "edit_stay", "bed hold": "hold_stay",
    "bed end-hold": "end_hold", "bed check-in": "check_in", "bed check-out": "check_out", "bed cancel": "cancel_stay",
    "service list": "list_services list_plans list_choices", "service plan": "plan_service plan_template",
    "service ad-hoc": "plan_ad_hoc", "service unplan": "unplan_service",
    "export services": "preview_export export_services",
    "note sign": "sign_note", "note unlock": "unlock_note", "note diagnose": "diagnose",
    "bill make": "make_bill", "bill list": "list_bills", "bill show": "show_bill",
    "bill edit-services": "add_line change_line drop_line", "bill pay": "pay_bill", "bill refund": "refund_bill",
    "bill remove-payment": "remove_payment", "bill cancel": "cancel_bill", "bill superbill": "show_superbill",
    "event add": "add_event", "event list": "list_events", "event set": "show_event_as",
    "event delete": "delete_event",
    "availability set": "set_hours", "availability add": "offer_time", "availability list": "list_availability",
    "availability clear": "clear_availability remove_availability",
    "leave add": "add_leave", "leave list": "list_leave", "leave approve": "approve_leave",
    "leave remove": "remove_leave",
    "offer list": "list_offers", "offer send": "send_offer", "offer accept": "answer_offer",
    "offer decline": "answer_offer", "offer assign": "assign_offer",
    "busy": "show_worker_busy show_resource_busy explain_busy read_worker_busy read_resource_busy read_availability "
    "read_bookable list_stale",
    "slots": "list_slots explain_slots list_my_slots", "booking settings": "show_booking_settings show_my_terms",
    "booking book": "book_slot book_my_slot", "booking move": "move_booking move_my_booking",
    "booking cancel": "cancel_booking cancel_my_booking",
    "booking withdraw": "withdraw_request withdraw_my_request", "booking list": "list_requests list_my_requests",
    "booking invite": "invite_client", "booking accept": "accept_request", "booking decline": "decline_request",
    "booking type list": "list_appointment_types list_my_types", "booking type add": "add_appointment_type",
    "booking type retire": "retire_appointment_type", "booking window list": "list_windows",
    "booking window add": "add_window", "booking window remove": "remove_window",
    "messages list": "list_messages", "messages send": "send_messages", "messages try": "try_mail",
    "link discover": "discover_calendars", "link add": "add_link", "link subscribe": "subscribe_link",
    "link list": "list_links show_link", "link login": "log_in_link", "link set": "set_link",
    "link check": "check_link", "link pause": "pause_link", "link resume": "resume_link",
    "link remove": "preview_removal remove_link",
    "feed add": "add_feed", "feed list": "list_feeds", "feed rotate": "rotate_feed", "feed remove": "remove_feed",
    "worker leave": "preview_leaving end_access", "plan": "plan_link", "sync": "sync_link list_runs",
    "token add": "issue_token", "token list": "list_tokens", "token revoke": "revoke_token",
    "status": "show_status", "changes list": "list_changes", "changes show": "show_change",
    "changes confirm": "confirm_change", "changes dismiss": "dismiss_change",
    "history": "show_latest show_history show_history_about",
    "rewind": "list_undoable preview_rewind rewind_link", "privacy attest": "attest_privacy",
}  # fmt: skip
ONLY_HERE = {"show_me", "list_my_sessions", "show_my_session", "list_workers", "list_clients", "list_sites"}


def without() -> set[str]:
    """The commands that the page names as having no route."""
    rows = re.findall(r"^\| `([a-z ,`-]+)` \| [A-Z].+\. \|$", TEXT, re.MULTILINE)
    return {command for row in rows for command in row.split("`, `")}


def test_every_command_has_a_route_or_a_reason() -> None:
    commands = {one for name in COMMANDS for one in commands_of(_loaded(name), (name,))}
    reasons = {command for command in without() if " --" not in command}
    assert commands == ROUTES.keys() | reasons
    assert not ROUTES.keys() & reasons


def test_every_route_is_named_by_a_command_or_only_makes_sense_over_http() -> None:
    named = {operation for operations in ROUTES.values() for operation in operations.split()}
    assert named | ONLY_HERE == set(POLICY)
    assert not named & ONLY_HERE


@pytest.mark.parametrize("command", sorted(one for one in without() if " --" in one))
def test_of_a_command_that_has_a_route_only_an_option_has_none(command: str) -> None:
    assert command.partition(" --")[0] in ROUTES
