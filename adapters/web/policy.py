"""Who may do what over HTTP, and with whose objects: one table, looked at for every request (FAILURES G14).

A route is known by its operation id. One that has no line here is refused to everybody, and a test asks for its line.
What lies in a path (`/sessions/{session}`) is somebody's: `OWNED` says whose, and a role that may only reach its own
is told of anything else that it does not exist.
"""

from enum import StrEnum

from model.access import AccessRole


class Reach(StrEnum):
    """Whose objects: of everybody, or those that are the caller's."""

    ALL = "ALL"
    OWN = "OWN"


Line = dict[AccessRole, Reach]
_ADMIN: Line = {AccessRole.ADMIN: Reach.ALL}
_OFFICE: Line = _ADMIN | {AccessRole.SCHEDULER: Reach.ALL}
_STAFF: Line = _OFFICE | {AccessRole.PRACTITIONER: Reach.OWN}
_ALL_STAFF: Line = _OFFICE | {AccessRole.PRACTITIONER: Reach.ALL}
_OWNER: Line = _ADMIN | {AccessRole.PRACTITIONER: Reach.OWN}
_CLIENT: Line = {AccessRole.CLIENT: Reach.OWN}
_ANYBODY: Line = dict.fromkeys(AccessRole, Reach.OWN)

_PAGES = frozenset(
    f"page_{name}"
    for name in (
        "ask", "link", "in", "enter", "style", "new", "confirm", "book", "mine", "move", "move_confirm", "do_move",
        "cancel", "do_cancel", "do_withdraw", "leave",
    )
)  # fmt: skip
# Asked without a token: the address of a feed is one, and clients' pages have visits (`adapters.web.visiting`).
OPEN = frozenset({"healthz", "read_feed"}) | _PAGES
POLICY: dict[str, Line] = {
    "show_me": _ANYBODY,
    # A practitioner moves sessions in their calendar, where every edit is judged; here they say what took place.
    "list_sessions": _STAFF,
    "show_session": _STAFF,
    "edit_session": _STAFF,
    "start_session": _STAFF,
    "complete_session": _STAFF,
    "reset_session": _STAFF,
    "answer_session": _STAFF,
    "add_session": _OFFICE,
    "delete_session": _OFFICE,
    "roster_session": _OFFICE,
    "move_session": _OFFICE,
    "place_session": _OFFICE,
    "repeat_session": _OFFICE,
    "reschedule_session": _OFFICE,
    "change_assets": _OFFICE,
    "set_activities": _OFFICE,
    "set_modifiers": _OFFICE,
    "set_shift": _OFFICE,
    "assign_worker": _OFFICE,
    "unassign_worker": _OFFICE,
    "change_clients": _OFFICE,
    "offer_session": _OFFICE,
    "preview_cancel": _OFFICE,
    "cancel_session": _OFFICE,
    "note_no_show": _OFFICE,
    "set_fee": _OFFICE,
    "list_my_sessions": _CLIENT,
    "show_my_session": _CLIENT,
    # Answering is the office's: it knows what was agreed with the client.
    "list_changes": _STAFF,
    "show_change": _STAFF,
    "confirm_change": _OFFICE,
    "dismiss_change": _OFFICE,
    # A calendar is its practitioner's; whoever schedules sees how it is doing in `status`.
    "list_links": _OWNER,
    "show_link": _OWNER,
    "pause_link": _OWNER,
    "resume_link": _OWNER,
    "check_link": _OWNER,
    "sync_link": _OWNER,
    "list_runs": _OWNER,
    "show_worker_busy": _STAFF,
    "show_resource_busy": _ALL_STAFF,
    "list_base_rosters": _OFFICE,
    "show_base_roster": _OFFICE,
    "list_periods": _OFFICE,
    "create_period": _OFFICE,
    "show_period": _OFFICE,
    "add_slot": _OFFICE,
    "change_slot": _OFFICE,
    "remove_slot": _OFFICE,
    "validate_period": _OFFICE,
    "publish_period": _OFFICE,
    "list_stays": _OFFICE,
    "book_stay": _OFFICE,
    "show_stay": _OFFICE,
    "edit_stay": _OFFICE,
    "hold_stay": _OFFICE,
    "end_hold": _OFFICE,
    "check_in": _OFFICE,
    "check_out": _OFFICE,
    "cancel_stay": _OFFICE,
    "list_offers": _STAFF,
    "send_offer": _OFFICE,
    "answer_offer": _STAFF,
    "assign_offer": _OFFICE,
    "list_workers": _ALL_STAFF,
    "list_clients": _OFFICE,
    "list_sites": _ALL_STAFF,
    "list_session_types": _ALL_STAFF,
    "list_reasons": _ALL_STAFF,
    "show_status": _OFFICE,
    "show_latest": _OFFICE,
    "show_history": _STAFF,
}
