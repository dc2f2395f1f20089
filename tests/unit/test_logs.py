"""Nothing that came from a client or a calendar reaches the log, whichever way it is offered."""

import io
import json
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.config.schema import LogSection
from adapters.logs import ALLOWED, configure, get_log
from model.errors import DomainError
from sync.errors import CalendarMissing, Refused

CANARY = "Jordan Blake"


class Written(io.StringIO):
    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def only(self) -> dict[str, object]:
        (line,) = self.lines
        return line


@pytest.fixture
def restored():
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    logging.getLogger("caldav").setLevel(logging.NOTSET)  # a look-up of a domain silences it for good
    yield
    root.handlers, threading.excepthook = handlers, hook
    root.setLevel(level)


@pytest.fixture
def out(restored):
    stream = Written()
    configure(LogSection(format="json"), stream=stream)
    return stream


def test_a_line_has_its_action_word_and_the_allowed_fields(out):
    run = UUID(int=7)
    get_log().info("run_ended", link="mia-1", run=run, counts={"applied": 2}, duration_ms=12.5, result="ok")
    line = out.only
    assert datetime.fromisoformat(str(line.pop("at"))).tzinfo == UTC
    assert line == {
        "level": "info",
        "action": "run_ended",
        "link": "mia-1",
        "run": str(run),
        "counts": {"applied": 2},
        "duration_ms": 12.5,
        "result": "ok",
    }


@pytest.mark.parametrize(
    "field", ["uid", "href", "summary", "name", "title", "body", "url", "exc_info", "stack"]
)
def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(out, field):
    for value in (CANARY, "Jordan"):  # one word is as telling as two
        get_log().warning("item_refused", code="E8", **{field: value})
    assert "Jordan" not in out.getvalue()
    assert [(line["dropped"], line["code"]) for line in out.lines] == [(1, "E8")] * 2


@pytest.mark.parametrize("field", sorted(ALLOWED))
@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"x\n{CANARY}",
        [CANARY],
        {"name": CANARY},
        {CANARY: 1},
        {CANARY},
        CANARY.encode(),
        ValueError(CANARY),
    ],
)
def test_an_allowed_field_cannot_carry_text_either(out, field, value):
    get_log().error("item_refused", **{field: value})
    assert CANARY not in out.getvalue()
    assert out.only["dropped"] == 1


@pytest.mark.parametrize("action", [f"saw {CANARY}", "saw %s", "", "Sync", CANARY])
def test_an_action_is_one_stable_word(out, action):
    get_log().info(action, *([CANARY] if "%" in action else []))
    assert CANARY not in out.getvalue()
    assert out.only["action"] == "unnamed"


def test_of_an_exception_only_the_class_is_logged(out):
    try:
        int(CANARY)
    except ValueError as error:
        get_log().error("run_failed", error=error, exc_info=True)
        get_log().exception("run_failed", error=error)
    assert CANARY not in out.getvalue()
    assert {line["error"] for line in out.lines} == {"ValueError"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CalendarMissing("The calendar is not there (404)."), "The calendar is not there (404)."),
        (Refused(f"/{CANARY}.ics was refused", href=f"/{CANARY}.ics", status=403), "… was refused"),
        (DomainError("E_ZONE", f'"{CANARY}" is not an IANA time zone'), "… is not an IANA time zone"),
        (CalendarMissing("Ask blake@example.org about https://x.example/j"), "Ask … about …"),
    ],
)
def test_our_own_sentence_is_kept_without_what_it_quotes(out, error, said):
    get_log().error("run_failed", error=error)
    assert (out.only["error"], out.only["said"]) == (type(error).__name__, said)


def test_libraries_say_that_they_spoke_but_not_what(out):
    logging.getLogger("caldav.davclient").warning("PutError at '500 ... %s'", CANARY)
    logging.getLogger().info("a body: %s", CANARY)
    try:
        Path("/", CANARY).read_bytes()
    except OSError:
        logging.getLogger("apscheduler.executors.default").exception("Job %s raised", CANARY)
    assert CANARY not in out.getvalue()
    spoken = [(line["library"], line.get("error")) for line in out.lines]
    assert spoken == [("caldav", None), ("apscheduler", "FileNotFoundError")]


def test_a_dying_thread_leaves_its_class_and_no_traceback(out, capfd):
    def die() -> None:
        raise KeyError(CANARY)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert CANARY not in out.getvalue() + capfd.readouterr().err
    assert (out.only["action"], out.only["error"]) == ("thread_failed", "KeyError")


def test_the_level_is_the_one_configured(restored):
    out = Written()
    configure(LogSection(format="json", level="warning"), stream=out)
    get_log().info("run_ended")
    get_log().warning("run_failed")
    assert out.only["action"] == "run_failed"


def test_people_get_one_line_with_the_same_fields_and_no_more(restored):
    out = io.StringIO()
    configure(LogSection(format="console"), stream=out)
    get_log().info("run_ended", link="mia-1", summary=CANARY)
    assert "run_ended" in out.getvalue()
    assert "link=mia-1" in out.getvalue()
    assert "dropped=1" in out.getvalue()
    assert CANARY not in out.getvalue()
    assert out.getvalue().count("\n") == 1
