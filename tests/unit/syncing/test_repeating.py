"""What calendars show of a session that begins to repeat (000-10)."""

from datetime import datetime

from adapters.diary.repeating import repeat
from tests.world import ADELAIDE, World


def test_000_10_the_event_stays_the_same_one_and_gains_the_rule(world: World) -> None:
    world.add_session(datetime(2026, 3, 10, 10, 0, tzinfo=ADELAIDE))
    world.settle()
    before = world.phone.only()
    [session] = world.all_sessions()
    repeat(world.sessions, world.act(), str(session.id), "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
    world.settle()
    after = world.phone.only()
    assert after.uid == before.uid
    assert str(after.rule) == "FREQ=WEEKLY;COUNT=4;BYDAY=TU"
