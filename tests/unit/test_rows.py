"""Every rule, every row and every error code of the domain has a test that bears its id (DOMAIN 1, 1.6, 3)."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = {
    f"r{number}"
    for number in (
        *range(1, 9),
        *range(10, 14),
        *range(20, 24),
        30,
        31,
        *range(40, 45),
        *range(50, 56),
        63,
        64,
        *range(60, 63),
        65,
        70,
        71,
        72,
    )
}
ROWS = {
    f"{source}_{number:02}"
    for source, last in (("000", 28), ("001", 17), ("002", 12), ("003", 10), ("004", 28))
    for number in range(1, last + 1)
}
CODES = {
    "e_end_before_start",
    "e_site_required",
    "e_client_required",
    "e_duplicate_client",
    "e_not_site_client",
    "e_asset_region",
    "e_worker_ineligible",
    "e_room_conflict",
    "e_asset_conflict",
    "e_bed_conflict",
    "e_bed_limits",
    "e_unavailable",
    "e_activity_outside",
    "e_outside_shift",
    "e_ad_hoc_off",
    "e_ratio",
    "e_portion_sum",
    "e_scope_required",
    "e_rrule",
    "e_advised_required",
    "e_advised_future",
    "e_reason_type",
    "e_ndis_reason",
    "e_locked",
    "e_transition",
    "e_period_align",
    "e_period_overlap",
    "e_not_validated",
    "e_reminder_range",
    "e_reminder_channel",
    "e_modifiers",
    "e_level_not_allowed",
    "e_booking_off",
    "e_cutoff",
    "e_too_far",
    "e_slot_taken",
    "e_policy_ack",
    "slot_overlap",
    "client_overlap",
    "subject_pattern",
    "portion_under_100",
    "tz_mismatch",
    "month_day_skipped",
    "unassigned",
}


@cache
def names() -> str:
    """The names of all tests, each in underscores of its own."""
    found = [
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return "\n".join(f"_{name}_" for name in found)


def untested() -> set[str]:
    return {wanted for wanted in RULES | ROWS | CODES if not re.search(f"_{wanted}_", names())}


def test_everything_has_a_test_of_its_name() -> None:
    assert untested() == set()
