"""What comes to the pages for clients is read strictly: any text is a value of its kind, or refused in one way."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.web.visiting import form_token, session_id, start_of, text
from model.act import Act
from model.errors import DomainError
from sync.settings import BookingSettings

NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)
ACT = Act(actor="eva", now=NOW, new_id=uuid4)
RULES = BookingSettings(allow=True)


@given(st.text() | st.datetimes(timezones=st.timezones() | st.none()).map(lambda at: at.isoformat()))
@example("9999-12-31T23:59:59-12:00")
@example("0001-01-01T00:00:00+14:00")
@example("2026-03-10")
@example("2026-03-10T09:00:00")
def test_a_start_is_near_and_has_a_zone_or_is_taken(said: str) -> None:
    found = read(said)
    assert found == "E_SLOT_TAKEN" or (
        isinstance(found, datetime)
        and found.tzinfo is not None
        and abs(found - NOW) < timedelta(days=RULES.how_far_days + 3)
    )


def read(said: str) -> datetime | str:
    """The start, or the code that it is refused with."""
    try:
        return start_of(said, ACT, RULES)
    except DomainError as refused:
        return refused.code


@given(st.integers(min_value=-30 * 24, max_value=30 * 24), st.integers(min_value=-12, max_value=14))
def test_a_start_that_can_be_offered_is_read_as_it_was_written(hours: int, offset: int) -> None:
    at = NOW + timedelta(hours=hours)
    assert start_of((at + timedelta(hours=offset)).isoformat()[:19] + f"{offset:+03}:00", ACT, RULES) == at


@given(st.text(max_size=2_000))
@example("\x00")
@example("\ud800")
def test_a_field_is_short_and_has_nothing_that_hides(said: str) -> None:
    found = text(said)
    assert len(found) <= 1_000
    assert found.isprintable()
    assert text(found) == found


@given(st.uuids())
def test_only_a_whole_id_names_a_session(known: UUID) -> None:
    assert session_id(str(known)) == known
    for part in (str(known)[:8], str(known)[:-1], "", "all"):
        with pytest.raises(DomainError, match="no such appointment"):
            session_id(part)


@given(st.text(min_size=1), st.text(min_size=1))
def test_g27_each_visit_has_a_form_token_of_its_own(one: str, other: str) -> None:
    assert (form_token(one) == form_token(other)) == (one == other)
