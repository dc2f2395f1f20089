"""What every request meets: the token, the limits, the form of refusals, the headers."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from adapters.config.schema import WebSection
from adapters.database.append_only import RewrittenHistoryError
from adapters.diary.tokens import NewToken, caller_of, issue, list_tokens, revoke
from model.access import AccessRole, ApiToken, Presented
from model.errors import DomainError
from model.journal import HistoryEntry
from model.people import Worker
from tests.served import Served, eventually, served


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    """A problem document with that code."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    told: dict[str, object] = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["request_id"] == answer.headers["X-Request-Id"]
    return told


def ref_of(token: str) -> str:
    return token.split("_")[1]


# --- tokens -------------------------------------------------------------------------------------------------


def test_a_token_says_who_one_is(either_api: Served) -> None:
    assert either_api.priya.get("/me").json() == {
        "token": ref_of(either_api.token(AccessRole.PRACTITIONER)),
        "actor": "priya",
        "role": "PRACTITIONER",
        "worker": "priya",
    }


@pytest.mark.parametrize("shown", [None, "nonsense", "cal_x_y", "cal_abc_" + "A" * 43])
def test_g15_whatever_is_wrong_with_a_token_the_answer_is_the_same(api: Served, shown: str | None) -> None:
    answer = api.client(shown).get("/me")
    told = refused(answer, 401, "E_TOKEN")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    nearly = api.token(AccessRole.ADMIN)[:-1] + "~"
    known = api.client(nearly).get("/me").json()
    assert {**told, "request_id": ""} == {**known, "request_id": ""}


def test_g15_only_the_whole_secret_of_the_same_token_opens(api: Served) -> None:
    mine, other = api.token(AccessRole.ADMIN), api.token(AccessRole.SCHEDULER)
    crossed = f"cal_{ref_of(mine)}_{other.split('_', 2)[2]}"
    assert caller_of(api.app.sessions, mine, api.now) is not None
    assert caller_of(api.app.sessions, crossed, api.now) is None
    assert caller_of(api.app.sessions, mine[:-1], api.now) is None


def test_g15_nothing_in_the_database_opens_anything(api: Served) -> None:
    token = api.token(AccessRole.ADMIN)
    with api.app.sessions() as database:
        row = database.scalars(select(ApiToken)).one()
        secret = token.split("_", 2)[2]
        assert row.hash == Presented(ref=row.ref, secret=secret).hash != secret
        kept = [str(getattr(row, column.key)) for column in ApiToken.__table__.columns]
    assert not any(secret in text for text in kept)
    assert len(secret) == 43  # 256 bits


def test_a_revoked_token_opens_nothing_and_is_not_revoked_twice(api: Served) -> None:
    client = api.priya
    assert client.get("/me").status_code == 200
    name = ref_of(api.token(AccessRole.PRACTITIONER))
    revoke(api.app.sessions, api.act, name)
    refused(client.get("/me"), 401, "E_TOKEN")
    with pytest.raises(DomainError, match="revoked already"):
        revoke(api.app.sessions, api.act, name)


def test_a_token_expires(api: Served) -> None:
    made = issue(api.app.sessions, api.act, NewToken(role=AccessRole.ADMIN, person="ada", days=2))
    client = api.client(made.token)
    api.now += timedelta(days=2, seconds=-1)
    assert client.get("/me").status_code == 200
    api.now += timedelta(seconds=1)
    refused(client.get("/me"), 401, "E_TOKEN")


def test_f10_who_left_the_practice_does_not_come_in(api: Served) -> None:
    assert api.priya.get("/me").status_code == 200
    with api.app.sessions.begin() as database:
        database.execute(update(Worker).where(Worker.ref == "priya").values(active=False))
    refused(api.priya.get("/me"), 401, "E_TOKEN")


def test_last_use_is_noted_every_few_minutes(api: Served) -> None:
    def last_use() -> object:
        return list_tokens(api.app.sessions)[0].last_used_at

    first = api.now
    api.ada.get("/me")
    assert last_use() == first
    api.now += timedelta(minutes=4)
    api.ada.get("/me")
    assert last_use() == first
    api.now += timedelta(minutes=2)
    api.ada.get("/me")
    assert last_use() == api.now


@pytest.mark.parametrize(("person", "days"), [("", None), ("x" * 61, None), ("ada", 0), ("ada", 4000)])
def test_e_token_is_of_somebody_and_for_a_time_that_makes_sense(
    api: Served, person: str, days: int | None
) -> None:
    with pytest.raises(DomainError, match="A token is"):
        issue(api.app.sessions, api.act, NewToken(role=AccessRole.ADMIN, person=person, days=days))


# --- limits -------------------------------------------------------------------------------------------------


@pytest.fixture
def strict(copied: str) -> Iterator[Served]:
    """Three wrong tokens, five requests a minute, a kilobyte at once."""
    with served(copied, WebSection(failed_logins=3, requests_per_min=5, body_kb=1), empty=False) as found:
        yield found


def test_g16_an_address_that_guesses_waits_and_locks_nobody_out(strict: Served) -> None:
    assert strict.ada.get("/me").status_code == 200
    guessing = strict.client("cal_abc_" + "A" * 43)
    for _ in range(3):
        refused(guessing.get("/me"), 401, "E_TOKEN")
    answer = guessing.get("/me")
    refused(answer, 429, "E_TOO_MANY")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert strict.ada.get("/me").status_code == 200  # from the same address


def test_g16_a_token_asks_so_often_and_no_oftener(strict: Served) -> None:
    answers = [strict.ada.get("/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 12
    assert strict.sam.get("/me").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_is_taken_at_once_is_refused(strict: Served, *, chunked: bool) -> None:
    body = json.dumps({"start": "2026-03-03", "comments": "x" * 2000}).encode()
    content = iter([body[:900], body[900:]]) if chunked else body
    answer = strict.sam.post("/sessions", content=content, headers={"Content-Type": "application/json"})
    refused(answer, 413, "E_TOO_LARGE")


# --- the form of answers ------------------------------------------------------------------------------------


def test_health_needs_no_token(api: Served) -> None:
    answer = httpx2.get(f"{api.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_what_does_not_fit_is_told_at_once_and_not_repeated(api: Served) -> None:
    told = refused(
        api.sam.post("/sessions", json={"start": "Qzcanary", "minutes": 0, "Qzname": 1}), 422, "E_REQUEST"
    )
    assert isinstance(told["errors"], list)
    assert {error["where"] for error in told["errors"]} == {"body.start", "body.minutes", "body.Qzname"}
    assert "Qzcanary" not in str(told)


def test_a_rule_of_the_domain_is_told_by_its_code(api: Served) -> None:
    new = {"start": "2026-03-03T10:00", "end": "2026-03-03T09:00", "workers": ["priya"], "clients": ["noor"]}
    refused(api.sam.post("/sessions", json=new), 422, "E_END_BEFORE_START")
    refused(api.sam.post("/sessions", json=new | {"end": "11:00", "workers": ["nobody"]}), 404, "E_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "E_NO_PAGE"), ("POST", "/me", 405, "E_METHOD")],
)
def test_an_address_that_is_none_is_a_problem_document_too(
    api: Served, method: str, path: str, status: int, code: str
) -> None:
    refused(api.ada.request(method, path), status, code)


@pytest.mark.parametrize("body", [b"{", b"\xff", b'"\\ud800"', b"[" * 100_000])
def test_what_is_no_json_is_refused(api: Served, body: bytes) -> None:
    answer = api.sam.post("/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    refused(answer, answer.status_code, "E_REQUEST")


def test_an_unexpected_error_is_logged_and_not_told(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Qzsecret")

    monkeypatch.setattr("adapters.web.routes.directory.list_reasons", broken)
    with capture_logs() as lines:
        told = refused(api.ada.get("/reasons"), 500, "E_INTERNAL")
    assert "Qzsecret" not in str(told)

    def of_it() -> list[str]:
        return [line["event"] for line in lines if line["request"] == told["request_id"]]

    eventually(lambda: of_it() == ["request_failed", "request"])


def test_a_request_keeps_the_id_that_it_brings(api: Served) -> None:
    assert (
        api.ada.get("/me", headers={"X-Request-Id": "abcdef-12345"}).headers["X-Request-Id"] == "abcdef-12345"
    )
    assert api.ada.get("/me", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"] != "<script>"


@pytest.mark.parametrize("path", ["/me", "/nowhere", "/sessions?limit=x"])
def test_g17_g18_g20_every_answer_forbids_scripts_frames_and_guessing(api: Served, path: str) -> None:
    headers = api.ada.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"].endswith("json")
    assert "server" not in headers


def test_g18_a_parameter_that_is_a_script_comes_back_as_json_only(api: Served) -> None:
    answer = api.sam.get("/sessions", params={"worker": "<script>alert(1)</script>"})
    refused(answer, 404, "E_NOT_FOUND")


def test_g19_no_cookie_is_given_or_taken_so_a_foreign_page_acts_in_nobodys_name(api: Served) -> None:
    answer = api.ada.get("/me")
    assert "set-cookie" not in answer.headers
    foreign = {"Origin": "https://evil.example", "Cookie": f"token={api.token(AccessRole.ADMIN)}"}
    refused(api.client().get("/me", headers=foreign), 401, "E_TOKEN")


def test_other_origins_are_not_let_in_unless_they_are_named(api: Served, copied: str) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    assert "access-control-allow-origin" not in api.client().options("/me", headers=asked).headers
    assert "access-control-allow-origin" not in api.ada.get("/me", headers=asked).headers


def test_named_origins_may_call_and_no_others(copied: str) -> None:
    with served(copied, WebSection(cors_origins=("https://app.example",)), empty=False) as api:
        asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
        allowed = api.client().options("/me", headers=asked).headers
        assert allowed["access-control-allow-origin"] == "https://app.example"
        assert "access-control-allow-credentials" not in allowed
        other = api.ada.get("/me", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("text", ["x' OR '1'='1", "'; DROP TABLE session; --", "%", "mia\u2028"])
def test_g25_what_is_asked_for_is_a_value_and_never_part_of_a_statement(
    either_api: Served, text: str
) -> None:
    either_api.session()
    for name in ("worker", "client", "site"):
        refused(either_api.sam.get("/sessions", params={name: text}), 404, "E_NOT_FOUND")
    assert len(either_api.sam.get("/sessions").json()["items"]) == 1


def test_h8_who_saw_and_who_changed_what_is_written_down(api: Served) -> None:
    made = api.session()
    name = ref_of(api.token(AccessRole.PRACTITIONER))
    with capture_logs() as lines:
        assert api.priya.get(f"/sessions/{made['id']}").status_code == 200
        eventually(lambda: any(line["token"] == name for line in lines))  # a line follows its answer
    seen = {key: lines[-1][key] for key in ("operation", "token", "session", "status")}
    assert seen == {"operation": "show_session", "token": name, "session": made["id"], "status": 200}

    api.now += timedelta(minutes=1)
    seen_as = {"If-Match": made["etag"]}
    edit = api.priya.patch(f"/sessions/{made['id']}", json={"comments": "Qz"}, headers=seen_as)
    assert edit.status_code == 200, edit.text
    told = [
        (line["actor"], line["action"]) for line in api.priya.get(f"/sessions/{made['id']}/history").json()
    ]
    assert told == [("sam", "added"), ("priya", "edited")]


def test_h8_a_line_of_history_is_never_changed(api: Served) -> None:
    api.session()
    for rewrite in (
        lambda row, _: setattr(row, "actor", "nobody"),
        lambda row, database: database.delete(row),
    ):
        with pytest.raises(RewrittenHistoryError), api.app.sessions.begin() as database:
            rewrite(
                database.scalars(select(HistoryEntry).where(HistoryEntry.action == "added")).one(), database
            )
    with api.app.sessions() as database:
        query = select(HistoryEntry.actor).where(HistoryEntry.action == "added")
        assert database.scalars(query).all() == ["sam"]
