"""What every request meets: the token, the limits, the form of refusals, the headers."""

import httpx2
import pytest

from model.access import AccessRole
from tests.served import Served


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    """A problem document with that code."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    told: dict[str, object] = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["request_id"] == answer.headers["X-Request-Id"]
    return told


def test_a_token_says_who_one_is(either_api: Served) -> None:
    assert either_api.priya.get("/me").json() == {
        "token": either_api.token(AccessRole.PRACTITIONER).split("_")[1],
        "actor": "priya",
        "role": "PRACTITIONER",
        "worker": "priya",
    }


def test_health_needs_no_token(api: Served) -> None:
    answer = httpx2.get(f"{api.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("shown", [None, "", "nonsense", "cal_x_y", "cal_abc_" + "A" * 43])
def test_g15_whatever_is_wrong_with_a_token_the_answer_is_the_same(api: Served, shown: str | None) -> None:
    answer = api.client(shown).get("/me")
    told = refused(answer, 401, "E_TOKEN")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    reference = api.client("cal_other_" + "B" * 43).get("/me").json()
    assert {**told, "request_id": ""} == {**reference, "request_id": ""}
