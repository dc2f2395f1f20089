"""The mass-change guard: where exactly a pull is no longer believed (E21)."""

import pytest

from sync.guard import MassChange, Vanished, check
from sync.settings import SyncSettings

DEFAULTS = SyncSettings()


@pytest.mark.parametrize(
    ("gone", "gone_future", "future"),
    [
        (0, 0, 0),
        (10, 0, 60),  # exactly mass_delete_count, all of them past
        (2, 2, 2),  # everything, but fewer than mass_delete_min
        (3, 3, 15),  # exactly mass_delete_percent
        (1, 1, 1),
        (10, 10, 60),
    ],
)
def test_what_a_person_may_delete_is_believed(gone: int, gone_future: int, future: int) -> None:
    check(Vanished(gone=gone, gone_future=gone_future, future=future), DEFAULTS)


@pytest.mark.parametrize(
    ("gone", "gone_future", "future"),
    [
        (11, 0, 60),  # more than mass_delete_count, even if past
        (3, 3, 14),  # more than mass_delete_percent of what is to come
        (3, 3, 3),
        (60, 60, 60),
    ],
)
def test_e21_more_than_that_is_not(gone: int, gone_future: int, future: int) -> None:
    with pytest.raises(MassChange) as caught:
        check(Vanished(gone=gone, gone_future=gone_future, future=future), DEFAULTS)
    assert str(gone) in str(caught.value)


def test_the_limits_are_the_practices() -> None:
    vanished = Vanished(gone=4, gone_future=4, future=10)
    with pytest.raises(MassChange):
        check(vanished, DEFAULTS)
    check(vanished, SyncSettings(mass_delete_percent=40))
    check(vanished, SyncSettings(mass_delete_min=5))
