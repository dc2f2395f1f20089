"""Erasing a client (FAILURES H7): who cannot be yet, what is emptied, what stays, and that it can be asked again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from adapters.database.tables import metadata
from adapters.diary import attending, beds, billing, cancelling, erasing, listing, outbox, rosters, tokens
from adapters.diary.attending import Clients
from adapters.diary.billing import Wanted
from adapters.diary.cancelling import Cancel
from adapters.diary.importing import ImportFailedError
from adapters.diary.outbox import Said
from adapters.diary.tokens import NewToken
from adapters.diary.transaction import writing
from model.access import AccessRole, ApiToken
from model.agreement import AgreementItem, ServiceAgreement
from model.cancellation import CancelledBy
from model.details import WorkType
from model.errors import DomainError
from model.journal import HistoryEntry
from model.message import Kind, Message, MessageState
from model.people import BlocklistEntry, Client
from model.series import Scope
from model.session import Session
from model.visit import Visit
from tests.agreed import AGREED
from tests.unit.diary.conftest import Diary

AFTERWARDS = datetime(2026, 6, 1, tzinfo=UTC)
# What is about a client, by table: emptied or renamed by `erasing`, or ids, dates and amounts alone.
TABLES = {
    "agreement_item", "api_token", "bed_booking", "bill", "blocklist_entry", "booking_request", "cancellation",
    "client_act", "client_site", "feedback_request", "group_template_client", "message", "planned_service_client",
    "reminder", "roster_slot_client", "roster_slot_service_client", "series_client", "service_agreement",
    "service_delivered", "session_client", "travel_client", "visit",
}  # fmt: skip


def erase(diary: Diary, client: str = "noor") -> erasing.Erased:
    return erasing.erase(diary.sessions, diary.act, client)


def refusal(diary: Diary) -> str:
    with pytest.raises(DomainError) as refused:
        erase(diary)
    assert refused.value.code == "E_STILL_CLIENT"
    with pytest.raises(DomainError) as asked:
        erasing.preview(diary.sessions, "noor", diary.act)
    assert asked.value.message == refused.value.message
    return refused.value.message


def noor(diary: Diary) -> Client:
    with diary.read() as database:
        return database.scalars(select(Client).where(Client.internal_id == "C-1077")).one()


def test_h7_every_table_about_clients_is_known_to_erasing() -> None:
    about = {
        table.name for table in metadata.sorted_tables
        for key in table.foreign_keys if key.column.table.name == "client"
    }  # fmt: skip
    assert about | {"agreement_item"} == TABLES


def test_h7_e_still_client_who_comes_stays_or_is_planned_for_is_not_erased(diary: Diary) -> None:
    diary.bring('[[bed]]\nid = "b"\nname = "B"\nsite = "adelaide"\n')
    session = diary.add("2026-03-05 14:00").session_id
    stay = beds.book(
        diary.sessions, diary.act, beds.NewStay(bed="b", client="noor", start="2026-03-20", end="2026-03-22")
    )
    slot = rosters.Slot(start="07:00", minutes=60, workers=["tom"], clients=["noor"])
    rosters.add_base(diary.sessions, diary.act, "House", weeks=1, start=date(2026, 3, 2))
    rosters.add_slot(diary.sessions, diary.act, "House", slot, week=1, weekday="MO")
    said = refusal(diary)
    assert "sessions to come (1), stays in a bed (1), planned sessions in rosters (1)" in said
    why = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-02-28 09:00")
    cancelling.cancel(diary.sessions, diary.act, str(session), why, None)
    beds.cancel(diary.sessions, diary.act, str(stay.booking_id), "")
    assert "planned sessions in rosters (1)" in refusal(diary)
    assert "to come" not in refusal(diary)
    assert noor(diary).name == "Noor Haddad"


def test_h7_e_still_client_who_left_a_group_can_be_erased_but_not_while_its_series_names_them(
    diary: Diary,
) -> None:
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "eva"]}
    session = str(diary.add("2026-03-05 14:00", **group).session_id)
    series = str(diary.add("2026-03-06 14:00", rule="FREQ=WEEKLY", **group).session_id)
    assert "series without end (1)" in refusal(diary)
    attending.change(diary.sessions, diary.act, series, Clients(remove=["noor"]), Scope.ALL_IN_SERIES)
    assert refusal(diary).startswith("C-1077 still has sessions to come (1);")
    why = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-02-28 09:00", client="noor")
    cancelling.cancel(diary.sessions, diary.act, session, why, None)
    assert erase(diary).done


def test_h7_e_still_client_who_owes_is_not_erased(diary: Diary) -> None:
    diary.bring(AGREED)
    session = str(diary.add("2026-03-05 14:00", site="adelaide").session_id)
    made = billing.make(diary.sessions, diary.act, [session], Wanted(service="group", cents=15_000), None)
    diary.now = AFTERWARDS
    assert "unpaid bills (1)" in refusal(diary)
    billing.pay(diary.sessions, diary.act, made.ref, None)
    assert erase(diary).done


def test_h7_nothing_names_them_and_what_a_group_is_about_stays(either_diary: Diary) -> None:
    diary = either_diary
    diary.bring(AGREED + '[[blocklist]]\nid = "noor-lena"\nworker = "lena"\nclient = "noor"\n')
    diary.bring(
        '[[client]]\nid = "noor"\nname = "Noor Haddad"\nemail = "n@example.org"\nsites = ["adelaide"]\n'
    )
    alone = diary.add("2026-03-05 14:00", subject="Her knee", comments="Her dog", site="adelaide")
    diary.add("2026-03-06 14:00", subject="Her weeks", rule="FREQ=WEEKLY;COUNT=2")
    group = diary.add("2026-03-09 14:00", subject="Choir", work_type=WorkType.GROUP, clients=["noor", "eva"])
    diary.now = AFTERWARDS
    done = erase(diary)
    assert (done.client, done.done, done.sessions, done.events, done.waiting) == ("C-1077", True, 4, 0, {})
    row = noor(diary)
    assert (row.name, row.initials, row.first_name, row.active) == ("C-1077", "C-1077", "C-1077", False)
    assert (row.email, row.phone, row.address, row.dob, row.gender, row.channels) == (
        "",
        "",
        "",
        None,
        None,
        frozenset(),
    )
    assert row.ref.startswith("erased-")
    with diary.read() as database:
        said = dict(database.execute(select(Session.id, Session.subject + Session.comments)).all())  # type: ignore[arg-type]
        assert (said[alone.session_id], said[group.session_id]) == ("", "Choir")
        assert sorted(said.values()) == ["", "", "", "Choir"]
        for noun in (ServiceAgreement, BlocklistEntry, AgreementItem):
            refs = database.scalars(select(noun.ref)).all()
            assert not [ref for ref in refs if "noor" in ref], noun
        [line] = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "client-erased")).all()
        assert (line.actor, line.detail) == ("sam", {"client": "C-1077", "sessions": 4})
    assert listing.show_session(diary.sessions, str(group.session_id)).session.clients == ("C-1077", "C-1101")


def test_h7_erasing_again_changes_nothing_and_tells_what_waits(diary: Diary) -> None:
    diary.add("2026-03-05 14:00")
    diary.now = AFTERWARDS
    erase(diary)
    first = noor(diary)
    again = erase(diary, "C-1077")
    assert (again.done, again.waiting, noor(diary).ref, noor(diary).erased_at) == (
        True,
        {},
        first.ref,
        AFTERWARDS,
    )
    with diary.read() as database:
        lines = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "client-erased")).all()
        assert len(lines) == 1


def test_h7_nobody_comes_in_as_them_and_nothing_is_sent(diary: Diary) -> None:
    tokens.issue(diary.sessions, diary.act, NewToken(role=AccessRole.CLIENT, person="noor"))
    with writing(diary.sessions) as database:
        client = database.scalars(select(Client).where(Client.ref == "noor")).one()
        request = Said(
            kind=Kind.REQUEST_DECLINED,
            key="k",
            to=client,
            parameters={"start": "x", "tz": "UTC", "words": "Dear Noor"},
        )
        outbox.queue(database, diary.act, request)
        outbox.queue(database, diary.act, replace(request, key="other", to=_eva(database)))
        for visitor in (client, _eva(database)):
            database.add(visit_of(visitor))
    diary.now = AFTERWARDS
    erase(diary)
    with diary.read() as database:
        assert database.scalars(select(ApiToken.revoked_at)).all() == [AFTERWARDS]
        assert database.scalars(select(Visit.client_id)).all() == [_eva(database).id]
        mine, other = database.scalars(select(Message).order_by(Message.key)).all()
        assert (mine.state, mine.parameters) == (MessageState.VOID, {})
        assert (other.state, other.parameters["words"]) == (MessageState.QUEUED, "Dear Noor")


def visit_of(client: Client) -> Visit:
    return Visit(
        id=uuid4(), client_id=client.id, asked_at=AFTERWARDS - timedelta(minutes=5), secret_hash=str(client.id),
        expires_at=AFTERWARDS + timedelta(minutes=5), address_hash="",
    )  # fmt: skip


def _eva(database: object) -> Client:
    return database.scalars(select(Client).where(Client.ref == "eva")).one()  # type: ignore[attr-defined,no-any-return]


def test_h7_an_old_practice_file_does_not_bring_the_name_back_under_its_number(diary: Diary) -> None:
    diary.now = AFTERWARDS
    erase(diary)
    with pytest.raises(ImportFailedError, match="another client has it"):
        diary.bring('[[client]]\nid = "noor"\nname = "Noor Haddad"\ninternal_id = "C-1077"\n')
    assert noor(diary).name == "C-1077"
