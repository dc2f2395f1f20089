"""How often somebody may ask: the counting itself, by a clock that is handed in."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.web.limits import Bucket, Failures, address_key


def test_g16_each_wrong_token_beyond_the_last_allowed_one_waits_longer() -> None:
    failures, now, waits = Failures(3), 0.0, []
    for _ in range(12):
        failures.note("a", now)
        waits.append(failures.wait("a", "t", now))
        now += waits[-1]
    assert waits == [0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert failures.wait("b", "t", 0.0) == 0


def test_g16_an_hour_of_quiet_is_forgiven() -> None:
    failures = Failures(2)
    for _ in range(2):
        failures.note("a", 0.0)
    assert failures.wait("a", "t", 0.0) == 60
    failures.note("a", 60.0 + 3601)
    assert failures.wait("a", "t", 60.0 + 3601) == 0


def test_g16_what_is_counted_is_bounded() -> None:
    failures, bucket = Failures(1), Bucket(10)
    for number in range(20_000):
        failures.note(str(number), 0.0)
        bucket.take(str(number), 0.0)
    assert len(failures._seen) == len(bucket._left) == 10_000
    assert failures.wait("19999", "t", 0.0) == 60


def test_g16_one_machine_is_one_address() -> None:
    assert address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key("not an address") == "unknown"


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=200), st.integers(min_value=1, max_value=60))
def test_g16_a_minute_holds_no_more_than_its_number_and_what_was_saved(
    pauses: list[float], per_min: int
) -> None:
    bucket, now, taken = Bucket(per_min), 0.0, 0
    for pause in pauses:
        now += pause
        wait = bucket.take("a", now)
        taken += wait == 0
        assert taken <= per_min + now * per_min / 60 + 1e-6
        if wait:
            assert Bucket(per_min, _left=bucket._left.copy()).take("a", now + wait) == 0
