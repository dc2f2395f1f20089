"""A practice set says what became of its sessions: it is what the commands would have made of them, all or nothing."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.diary import absences, billing, completing, notes, offering
from adapters.diary.billing import Wanted
from adapters.diary.cancelling import Cancel, cancel
from adapters.diary.completing import Form
from adapters.diary.taking import row_id
from model.base import Base
from model.bill import Bill, BillLine, Payment, PaymentKind
from model.cancellation import Cancellation, CancelledBy, Outcome
from model.delivered import Delivered, ServiceDelivered
from model.details import Status
from model.inbound import Notice
from model.journal import HistoryEntry
from model.note import Note
from model.offer import Offer, OfferState
from model.practice import Practice
from model.session import Session
from sync.settings import FeesSettings, Settings
from tests.practice_set import FILES, but, more, write
from tests.unit.diary.bringing import bring, counted, problems
from tests.unit.diary.conftest import Diary

HAPPENED = ("cancellation", "completion", "note", "bill", "payment", "offer")
NOTHING = dict.fromkeys(HAPPENED, "")
_OWN = {"id", "created_at", "updated_at", "rev", "ref", "change_ref"}  # what no two practices have in common


def _dump(diary: Diary) -> dict[str, list[list[tuple[str, str]]]]:
    """What the practice knows of its sessions, in words that are the same wherever the same was done."""
    with diary.read() as database:
        practice = database.scalars(select(Practice.id)).one()
        names = {str(row.id): row.local_start for row in database.scalars(select(Session))}
        names |= {str(row.id): row.ref for row in database.scalars(select(Bill))}
        nouns = (Session, Cancellation, ServiceDelivered, Note, Bill, BillLine, Payment, Offer, Notice)
        tables = {noun.__tablename__: list(database.scalars(select(noun))) for noun in nouns}
        tables["history"] = list(
            database.scalars(select(HistoryEntry).where(HistoryEntry.action.not_in(["imported", "added"])))
        )
        people = {}
        for table in ("client", "worker", "service", "site", "room", "cancellation_reason"):
            columns = Base.metadata.tables[table].c
            people |= {str(row[0]): row[1] for row in database.execute(select(columns.id, columns.ref))}
    known = names | people | {str(practice): "practice"}
    return {name: sorted(_said(row, known) for row in rows) for name, rows in tables.items()}


def _said(row: Base, known: dict[str, str]) -> list[tuple[str, str]]:
    values = {column.key: str(getattr(row, column.key)) for column in row.__table__.columns}
    return [
        (key, known.get(value, "some" if _is_id(value) else value))
        for key, value in sorted(values.items())
        if key not in _OWN
    ]


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _id(diary: Diary, ref: str, table: str = "session") -> str:
    with diary.read() as database:
        return str(row_id(database.scalars(select(Practice.id)).one(), table, ref))


def _by_command(diary: Diary) -> None:
    """What the set of the tests says that happened, typed by hand."""
    at = diary.sessions, diary.act
    how = Cancel(by=CancelledBy.CLIENT, reason="ill", advised="2026-02-25 08:00")
    cancel(*at, _id(diary, "off"), how, None)
    absences.no_show(*at, _id(diary, "missed"), "ill", None)
    absences.set_fee(*at, _id(diary, "missed"), None, 2500, "As agreed")
    form = Form(actual_end="11:05", travels=["ann:TO:20:12"])
    completing.complete(*at, _id(diary, "done"), form, apportionment=True)
    notes.diagnose(*at, _id(diary, "done"), ["F41.1", "F32.0"])
    notes.sign(*at, _id(diary, "done"))
    billing.make(*at, [_id(diary, "done")], Wanted(), "kim")
    billing.make(*at, [_id(diary, "missed")], Wanted(), None)
    billing.pay(*at, "B-1001", 5000)
    [offer] = offering.offer(*at, _id(diary, "spare"), ["bob"])
    offering.answer(*at, offer.ref, OfferState.ACCEPTED)


def test_what_happened_is_what_the_commands_would_have_made_of_it(
    empty: Diary, tmp_path: Path, other_empty: Diary
) -> None:
    bring(empty, write(tmp_path / "set"))
    bring(other_empty, write(tmp_path / "other", **NOTHING))
    _by_command(other_empty)
    told, typed = _dump(empty), _dump(other_empty)
    for name in typed:
        assert told[name] == typed[name], name
    assert all(told[name] for name in ("cancellation", "service_delivered", "note", "bill_line", "payment"))


def test_a_second_import_changes_nothing_of_what_happened(empty: Diary, tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    bring(empty, folder)
    completing.start(empty.sessions, empty.act, _id(empty, "missed"))
    notes.unlock(empty.sessions, empty.act, _id(empty, "done"), admins=["sam"])
    before = _dump(empty)
    done = bring(empty, folder)
    assert sum(one.added for one in done.values()) == 0
    assert {name: done[name].kept for name in HAPPENED} == {
        "cancellation": 2, "completion": 1, "note": 1, "bill": 2, "payment": 1, "offer": 1,
    }  # fmt: skip
    assert _dump(empty) == before


_TOML = """
[[cancellation]]
id = "c-1"
session = "off"
by = "CLIENT"
reason = "ill"
advised = "2026-02-25 08:00"

[[cancellation]]
id = "c-2"
session = "missed"
no_show = true
reason = "ill"
fee_cents = 2500
fee_note = "As agreed"

[[completion]]
id = "f-1"
session = "done"
day = 2026-02-23
actual_end = "11:05"
travels = ["ann:TO:20:12"]

[[note]]
id = "n-1"
session = "done"
diagnosis = ["F41.1", "F32.0"]
signed = true

[[bill]]
id = "b-1"
sessions = ["done@2026-02-23"]
client = "kim"

[[bill]]
id = "b-2"
sessions = ["missed"]

[[payment]]
id = "pay-1"
bill = "b-1"
amount_cents = 5000

[[offer]]
id = "o-1"
session = "spare"
worker = "bob"
answer = "ACCEPTED"
"""


def test_toml_says_the_same_as_csv(empty: Diary, tmp_path: Path, other_empty: Diary) -> None:
    bring(empty, write(tmp_path / "set"))
    bring(other_empty, write(tmp_path / "toml", **NOTHING | {"practice": FILES["practice.toml"] + _TOML}))
    assert _dump(empty) == _dump(other_empty)


# --- cancelled, or missed -------------------------------------------------------------------------------------


def _cancellations(diary: Diary) -> list[tuple[str, str, int, str]]:
    query = select(Cancellation, Session.local_start).join(Session, Session.id == Cancellation.session_id)
    with diary.read() as database:
        rows = database.execute(query.order_by(Session.local_start)).all()
        return [(start, one.outcome, one.amount_cents, one.rule_trace) for one, start in rows]


def _statuses(diary: Diary) -> dict[str, Status]:
    with diary.read() as database:
        return {row[0]: row[1] for row in database.execute(select(Session.local_start, Session.status))}


def test_r1_002_06_what_a_cancellation_costs_is_judged_by_the_rules_of_the_practice(
    empty: Diary, tmp_path: Path
) -> None:
    fee = Settings(fees=FeesSettings(no_show_cents=3000))
    late = {"reason": "id,text,type,billing,threshold_hours\nill,Unwell,CLIENT,PRACTICE_FEE,24\n"}
    bring(empty, write(tmp_path / "set", **late), fee)
    (_, outcome, cents, trace), (missed, *_) = sorted(_cancellations(empty), reverse=True)
    assert (outcome, cents) == (Outcome.BILLABLE, 3000)
    assert "notice" in trace.lower()
    assert missed == "2026-02-24T10:00:00"


def test_000_20_by_none_of_the_rules_nothing_is_judged(empty: Diary, tmp_path: Path) -> None:
    plain = {
        "cancellation": (
            "id,session,by,reason,advised,rules\nc-1,off,CLIENT,ill,2026-02-25 08:00,NONE\n"
            "c-2,missed,CLIENT,ill,2026-02-24 08:00,FITTING\n"
        ),
        "bill": "", "payment": "", "completion": "", "note": "",
    }  # fmt: skip
    bring(empty, write(tmp_path / "set", **plain))
    fitting, none = (trace for *_, trace in _cancellations(empty))
    assert fitting != none


def test_of_what_repeats_only_the_named_day_is_cancelled_and_its_room_is_free(
    empty: Diary, tmp_path: Path
) -> None:
    one = more("cancellation", "c-3,weekly,CLIENT,,ill,2026-02-20 08:00,,").copy()
    one["cancellation"] = one["cancellation"].replace("id,session,by", "id,session,day,by").replace(
        ",off,", ",off,,").replace(",missed,", ",missed,,").replace(",weekly,", ",weekly,2026-03-11,")  # fmt: skip
    also = more("session", "two,2026-03-11 10:00,11:00,,,,bob,kim,room,,,true")
    done = bring(empty, write(tmp_path / "set", **one, **also))
    assert done["session"].warnings == ()
    assert _statuses(empty)["2026-03-18T10:00:00"] is Status.ROSTERED
    with empty.read() as database:
        query = select(Session).where(Session.local_start == "2026-03-11T10:00:00")
        assert sorted(row.status for row in database.scalars(query)) == ["CANCELLED", "ROSTERED"]


def test_a_worker_who_was_away_may_have_cancelled(empty: Diary, tmp_path: Path) -> None:
    away = more("session", "two,2026-04-21 10:00,11:00,,,,ann,kim,room,,,true")
    assert "E_UNAVAILABLE" in problems(empty, write(tmp_path / "set", **away))[0]
    sick = {"reason": FILES["reason.csv"] + "sick,Sick,WORKER\n"}
    said = more("cancellation", "c-3,two,WORKER,,sick,2026-03-01,,")
    bring(empty, write(tmp_path / "set", **away, **sick, **said))
    assert _statuses(empty)["2026-04-21T10:00:00"] is Status.CANCELLED


# --- completed, noted -----------------------------------------------------------------------------------------


def test_000_12_who_came_and_what_was_driven_becomes_lines(empty: Diary, tmp_path: Path) -> None:
    agreed = FILES["agreement_item.csv"].replace("rate_cents\n", "rate_cents,allow_travel\n")
    item = {"agreement_item": agreed.replace("18399\n", "18399,true\n")}
    service = {"service": "id,name,code,unit,rate_cents,allow_travel,therapy\n"
               "physio,Physio,P1,HOUR,18399,true,true\nrespite,Respite,R1,NIGHT,32000,,\n"}  # fmt: skip
    bring(empty, write(tmp_path / "set", **item, **service))
    with empty.read() as database:
        lines = database.scalars(select(ServiceDelivered)).all()
        done = database.get_one(Session, UUID(_id(empty, "done")))
    assert {line.kind: line.amount_cents for line in lines} == {
        Delivered.SERVICE: 18399,
        Delivered.TRAVEL_TIME: 3067,
        Delivered.TRAVEL_COST: 12 * 99,
    }
    assert (done.status, done.minutes) == (Status.COMPLETE, 60)
    assert done.actual_ends_at is not None
    assert (done.actual_ends_at - done.ends_at).total_seconds() == 300


def test_portions_are_taken_where_the_practice_apportions(empty: Diary, tmp_path: Path) -> None:
    changed = {
        "completion": "id,session,portions\nf-1,done,\nf-2,pair,kim=60; lou=40\n",
        "session": FILES["session.csv"] + "pair,2026-02-26 14:00,15:00,,,GROUP,ann,kim; lou,room,,,true\n",
        "planned_service": FILES["planned_service.csv"] + "p-4,pair,,pair,\n",
    }
    bring(empty, write(tmp_path / "set", **changed))
    with empty.read() as database:
        mine = ServiceDelivered.session_id == UUID(_id(empty, "pair"))
        cents = database.scalars(select(ServiceDelivered.amount_cents).where(mine)).all()
    assert sum(cents) == 18399
    assert len(cents) == 2
    assert max(cents) / sum(cents) == pytest.approx(0.6, abs=0.001)


def test_what_nobody_signed_is_a_draft_with_its_diagnosis(empty: Diary, tmp_path: Path) -> None:
    bring(empty, write(tmp_path / "set", **but("note", "F32.0,true", "F32.0,")))
    with empty.read() as database:
        note = database.scalars(select(Note)).one()
    assert (note.state, note.diagnosis) == ("DRAFT", ("F41.1", "F32.0"))


# --- billed ---------------------------------------------------------------------------------------------------


def test_004_22_a_bill_may_come_with_a_later_set_and_names_days_of_what_repeats(
    empty: Diary, tmp_path: Path
) -> None:
    weekly = more("session", "often,2026-02-03 15:00,,60,FREQ=WEEKLY;COUNT=3,,ann,lou,room,,,true")
    planned = more("planned_service", "p-4,often,physio,,")
    folder = write(tmp_path / "set", **weekly, **planned)
    bring(empty, folder)
    later = more("bill", "b-3,often@2026-02-10; often@2026-02-17; often@2026-02-10,lou")
    paid = more("payment", "pay-2,b-3,", "pay-3,b-1,100")
    done = bring(empty, write(folder, **weekly, **planned, **later, **paid))
    assert (done["bill"].added, done["bill"].kept) == (1, 2)
    assert (done["payment"].added, done["payment"].kept) == (1, 2)
    with empty.read() as database:
        bill = database.get_one(Bill, UUID(_id(empty, "b-3", "bill")))
        lines = database.scalars(select(BillLine.amount_cents).where(BillLine.bill_id == bill.id)).all()
        payments = database.scalars(select(Payment.amount_cents).where(Payment.bill_id == bill.id)).all()
    assert (bill.state, lines, payments) == ("PAID", [18399, 18399], [36798])


def test_004_24_what_was_given_back_is_a_refund(empty: Diary, tmp_path: Path) -> None:
    back = {"payment": "id,bill,amount_cents,kind\np-1,b-1,5000,PAYMENT\np-2,b-1,5000,REFUND\n"}
    bring(empty, write(tmp_path / "set", **back))
    with empty.read() as database:
        bill = database.get_one(Bill, UUID(_id(empty, "b-1", "bill")))
        kinds = database.scalars(select(Payment.kind).order_by(Payment.number)).all()
    assert (bill.state, kinds) == ("BILLED", [PaymentKind.PAYMENT, PaymentKind.REFUND])


def test_a_bill_may_say_its_own_service_amount_and_modifiers(empty: Diary, tmp_path: Path) -> None:
    own = {
        "bill": "id,sessions,service,amount_cents,modifiers\nb-1,done,respite,1234,HN; 59\n",
        "payment": "",
    }
    bring(empty, write(tmp_path / "set", **own))
    with empty.read() as database:
        line = database.scalars(select(BillLine)).one()
    assert (line.amount_cents, line.modifier_text.split()) == (1234, ["HN", "59"])


# --- offered --------------------------------------------------------------------------------------------------


def test_r31_who_is_picked_gets_the_session_and_the_others_offers_are_closed(
    empty: Diary, tmp_path: Path
) -> None:
    two = {
        "worker": FILES["worker.csv"] + "cat,Cat,Australia/Adelaide,\n",
        "offer": (
            "id,session,worker,send,answer,picked\no-1,spare,bob,true,ACCEPTED,true\no-2,spare,cat,false,,\n"
        ),
    }
    bring(empty, write(tmp_path / "set", **two))
    with empty.read() as database:
        states = database.scalars(select(Offer.state).order_by(Offer.state)).all()
    assert states == [OfferState.ASSIGNED, OfferState.CLOSED]


# --- what is refused ------------------------------------------------------------------------------------------

_RULES = {
    "e_advised_required": (but("cancellation", "2026-02-25 08:00", ""), ["cancellation.csv:2"]),
    "e_advised_future": (but("cancellation", "2026-02-25 08:00", "2026-12-25 08:00"), ["cancellation.csv:2"]),
    "e_reason_type": (but("cancellation", "CLIENT", "PROVIDER"), ["cancellation.csv:2"]),
    "e_locked twice": (more("cancellation", "c-3,off,CLIENT,,ill,2026-02-25 09:00,,"), ["cancellation.csv:4"]),
    "e_client_required": (
        {"cancellation": FILES["cancellation.csv"].replace("advised,", "advised,client,")
         .replace("08:00,", "08:00,lou,").replace("ill,,2500", "ill,,,2500")}, ["cancellation.csv:2"],
    ),
    "e_ndis_reason": (
        {"cancellation": "id,session,by,reason,advised,rules\nc-1,off,CLIENT,ill,2026-02-25 08:00,NDIS\n"} |
        {"bill": FILES["bill.csv"].replace("b-2,missed,\n", "")}, ["cancellation.csv:2"],
    ),
    "e_scope_required": (
        more("cancellation", "c-3,weekly,CLIENT,,ill,2026-02-25 09:00,,"), ["cancellation.csv:4"]
    ),
    "e_note": (
        but("cancellation", "As agreed", "n" * 2001) | {"bill": "", "payment": ""}, ["cancellation.csv:3"]
    ),
    "e_transition of who is to come": (
        more("cancellation", "c-3,spare,,true,ill,,,"), ["cancellation.csv:4"]
    ),
    "e_transition of the future": (more("completion", "f-2,one,,"), ["completion.csv:3"]),
    "e_transition twice": (more("completion", "f-2,done,,"), ["completion.csv:3"]),
    "e_transition of a note": (more("note", "n-2,done,,true"), ["note.csv:3"]),
    "e_travel": (but("completion", "ann:TO:20:12", "ann:UP:20:12"), ["completion.csv:2"]),
    "e_worker_required": (but("completion", "ann:TO:20:12", "bob:TO:20:12"), ["completion.csv:2"]),
    "e_end_before_start": (but("completion", "11:05", "09:05"), ["completion.csv:2"]),
    "e_diagnosis": (but("note", "F41.1", "FEAR"), ["note.csv:2"]),
    "e_client_required of a note": (more("note", "n-2,duty,F41.1,"), ["note.csv:3"]),
    "e_not_billable": (more("bill", "b-3,off,"), ["bill.csv:4"]),
    "e_transition of a bill": (more("bill", "b-3,done,"), ["bill.csv:4"]),
    "e_scope_required of a bill": (more("bill", "b-3,weekly,"), ["bill.csv:4"]),
    "e_not_found": (more("bill", "b-3,weekly@2026-03-12,"), ["bill.csv:4"]),
    "e_amount": (but("payment", "5000", "50000"), ["payment.csv:2"]),
    "e_duplicate_worker": (more("offer", "o-2,spare,bob,"), ["offer.csv:3"]),
    "e_duplicate_worker of its own": (but("offer", "bob", "ann"), ["offer.csv:2"]),
    "e_transition of an offer": (
        but("offer", "spare", "missed") | {"bill": "", "payment": ""}, ["offer.csv:2"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", _RULES)
def test_an_import_refuses_of_what_happened_what_the_command_refuses(
    empty: Diary, tmp_path: Path, rule: str
) -> None:
    changed, places = _RULES[rule]
    told = problems(empty, write(tmp_path / "set", **changed))
    assert [one.split(": ")[0] for one in told] == places, told
    assert all(f"({rule.split(' ', maxsplit=1)[0].upper()})" in one for one in told), told


def test_all_of_it_or_nothing(empty: Diary, tmp_path: Path) -> None:
    problems(empty, write(tmp_path / "set", **but("payment", "5000", "50000")))
    assert [counted(empty, noun) for noun in (Cancellation, Note, Bill, Payment, Offer, HistoryEntry)] == [
        0
    ] * 6


_WRONG = {
    "neither": (but("cancellation", "CLIENT", ""), 'cancellation.csv:2: "c-1": give either by or no_show = true'),
    "both": (but("cancellation", "CLIENT,", "CLIENT,true"), 'cancellation.csv:2: "c-1": give either by or no_show'),
    "advised": (but("cancellation", "true,ill,", "true,ill,2026-02-24"), 'cancellation.csv:3: "c-2": who does not'),
    "fee": (but("cancellation", "As agreed", ""), 'cancellation.csv:3: "c-2": give fee_cents and fee_note, or neither'),
    "reason": (but("cancellation", "CLIENT,,ill", "CLIENT,,cold"), 'cancellation.csv:2: "c-1": reason: there is'),
    "answer": (but("offer", "ACCEPTED", "MAYBE"), 'offer.csv:2: "o-1": answer: allowed: ACCEPTED, DECLINED'),
    "no bill": (but("payment", "b-1", "b-9"), 'payment.csv:2: "pay-1": bill: there is no such bill'),
    "no session": (but("bill", "missed", "mist@2026-02-24"), 'bill.csv:3: "b-2": sessions: there is no such session'),
    "no sessions": (but("bill", "missed", ""), 'bill.csv:3: "b-2": sessions is missing'),
}  # fmt: skip


@pytest.mark.parametrize("wrong", _WRONG)
def test_what_is_wrong_with_it_by_itself_is_said_with_its_line(
    empty: Diary, tmp_path: Path, wrong: str
) -> None:
    changed, sentence = _WRONG[wrong]
    told = problems(empty, write(tmp_path / "set", **changed))
    assert any(one.startswith(sentence) for one in told), told


def test_a_bill_about_nothing_is_said_in_toml_too(empty: Diary, tmp_path: Path) -> None:
    toml = {"practice": FILES["practice.toml"] + '[[bill]]\nid = "b-3"\nsessions = []\n'}
    told = problems(empty, write(tmp_path / "set", **toml))
    assert told[0].endswith('[[bill]] "b-3": name a session in sessions')
