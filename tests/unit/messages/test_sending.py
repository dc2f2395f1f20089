"""From the outbox to a real mail server and a gateway: what is said, once, and what becomes of it (R61, R62, H9)."""

import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.config import load
from adapters.diary import cancelling, changing, completing, due_reminders, outbox
from adapters.diary.changing import Move
from adapters.diary.completing import Form
from adapters.diary.outbox import Said
from adapters.diary.transaction import writing
from adapters.jobs import JOBS, Jobs, Means
from adapters.messages.letter import Letter
from adapters.messages.sending import Post
from adapters.messages.templates import OURS, BrokenTemplate, Templates
from adapters.messages.wiring import PasswordFileError, post, told
from adapters.secrets import create_key_file, open_box
from model.channel import Channel
from model.inbound import Audience, Notice
from model.message import Kind, Message
from model.people import Client, Worker
from model.practice import Practice
from model.reminder import FeedbackRequest, Reminder
from tests.post_office import Gateway, MailServer
from tests.unit.diary.conftest import Diary

PEOPLE = """
[[worker]]
id = "mia"
name = "Mia"
tz = "Australia/Adelaide"
email = "mia@example.org"
[[client]]
id = "noor"
name = "Noor Haddad"
email = "noor@example.org"
allow_email = true
allow_ics = true
[[client]]
id = "liam"
name = "Liam O'Connor"
phone = "+61 400 000 001"
allow_text = true
"""


@dataclass
class Sent:
    """A diary, what sends its messages, and where they arrive."""

    diary: Diary
    post: Post
    server: MailServer
    gateway: Gateway

    def at(self, text: str) -> None:
        self.diary.now = datetime.fromisoformat(text).astimezone(UTC)

    def remind(self) -> int:
        due_reminders.remind(self.diary.sessions, self.diary.act)
        return self.post.deliver()

    def reminders(self) -> list[str]:
        with self.diary.read() as database:
            return [row.state.value for row in database.scalars(select(Reminder).order_by(Reminder.due_at))]

    def messages(self) -> list[tuple[str, str, int]]:
        with self.diary.read() as database:
            rows = database.scalars(select(Message).order_by(Message.key))
            return [(row.state.value, row.problem, row.attempts) for row in rows]

    def queue(self, of: Any, ref: str, **said: Any) -> None:
        with writing(self.diary.sessions) as database:
            to = database.scalars(select(of).where(of.ref == ref)).one()
            outbox.queue(database, self.diary.act, Said(to=to, **said))

    @property
    def text(self) -> str:
        """The words of the only mail."""
        (mail,) = self.server.mails
        body = mail.get_body()
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture
def sent(diary: Diary, server: MailServer, texts: Gateway, tmp_path: Path) -> Sent:
    diary.bring(PEOPLE)
    return Sent(diary, poster(diary, server, texts, tmp_path), server, texts)


def poster(diary: Diary, server: MailServer, texts: Gateway, folder: Path, more: str = "") -> Post:
    """As the configuration wires it."""
    file = folder / "calendula.toml"
    file.write_text(
        server.config()
        + f'[messages]\nwebhook_url = "{texts.url}"\nwebhook_secret = "s3cret"\n'
        + 'schedulers = ["desk@marigold.example"]\nfeedback_url = "https://ask.example/how"\n'
        + '[network]\nallow_plain_hosts = ["127.0.0.1"]\nallow_private_hosts = ["127.0.0.1"]\n'
        + more,
        encoding="utf-8",
    )
    key = folder / "key"
    if not key.exists():
        create_key_file(key)
    return post(load(file), diary.sessions, clock=lambda: diary.now, box=lambda: open_box(key))


def test_004_14_r61_a_reminder_goes_when_it_is_due_and_once(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", site="adelaide", reminders=["5", "2"])
    sent.at("2026-03-14T08:59+10:30")
    assert sent.remind() == 0
    sent.at("2026-03-14T09:00+10:30")
    assert [sent.remind(), sent.remind()] == [1, 0]
    assert sent.reminders() == ["SENT", "SCHEDULED"]
    with sent.diary.read() as database:
        practice = database.scalars(select(Practice.name)).one()
    assert sent.server.mails[0]["Subject"] == "Your appointment on Thu 19 Mar 2026"
    assert "Thu 19 Mar 2026, 14:00" in sent.text
    assert practice in sent.text
    sent.at("2026-03-17T09:00+10:30")
    assert sent.remind() == 1
    assert sent.reminders() == ["SENT", "SENT"]


def test_004_13_instructions_are_in_the_clients_messages(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5"], instructions="Please bring the splint")
    sent.at("2026-03-14T09:00+10:30")
    sent.remind()
    assert "\nPlease bring the splint\n" in sent.text


def test_h9_a_reminder_names_nobody_and_nothing_but_time_place_code_and_practice(sent: Sent) -> None:
    sent.diary.add(
        "2026-03-19 14:00", site="adelaide", reminders=["5"], subject="PHY review", comments="late payer"
    )
    sent.at("2026-03-14T09:00+10:30")
    sent.remind()
    for word in ("Noor", "Haddad", "Priya", "PHY", "review", "payer", "C-1042"):
        assert word not in str(sent.server.mails[0])


def test_the_calendar_file_of_who_agreed_to_it_invites_nobody(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5"], subject="PHY review")
    sent.at("2026-03-14T09:00+10:30")
    sent.remind()
    (part,) = sent.server.mails[0].iter_attachments()
    ics = part.get_payload(decode=True)
    assert isinstance(ics, bytes)
    assert b"METHOD:PUBLISH" in ics
    assert b"DTSTART;TZID=Australia/Adelaide:20260319T140000" in ics
    for word in (b"ATTENDEE", b"ORGANIZER", b"PHY", b"Noor", b"C-1042"):
        assert word not in ics


def test_a_text_goes_to_the_gateway_signed(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", clients=["liam"], reminders=["5:text"])
    sent.at("2026-03-14T09:00+10:30")
    assert sent.remind() == 1
    ((headers, body),) = sent.gateway.requests
    (said,) = sent.gateway.said
    assert (said["to"], said["channel"]) == ("+61 400 000 001", "text")
    assert "Thu 19 Mar 2026, 14:00" in said["text"]
    assert "Liam" not in said["text"]
    assert headers["Idempotency-Key"] == said["id"]
    signed = headers["X-Calendula-Time"].encode() + b"." + body
    expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Calendula-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    ("answer", "state"), [(503, "QUEUED"), (429, "QUEUED"), (422, "FAILED"), (302, "QUEUED")]
)
def test_what_the_gateway_answers(sent: Sent, answer: int, state: str) -> None:
    sent.gateway.answers.append(answer)
    sent.diary.add("2026-03-19 14:00", clients=["liam"], reminders=["5:text"])
    sent.at("2026-03-14T09:00+10:30")
    assert sent.remind() == 0
    assert [one[0] for one in sent.messages()] == [state]
    assert len(sent.gateway.requests) == 1


def test_r62_two_more_attempts_then_it_failed(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5"])
    sent.at("2026-03-14T09:00+10:30")
    sent.server.faults += ["451 later"] * 3
    for minutes, state in ((0, "QUEUED"), (4, "QUEUED"), (1, "QUEUED"), (29, "QUEUED"), (1, "FAILED")):
        sent.diary.now += timedelta(minutes=minutes)
        assert sent.remind() == 0
        assert [one[0] for one in sent.messages()] == [state]
    assert sent.messages() == [("FAILED", "MailServerError", 3)]
    assert sent.reminders() == ["FAILED"]
    assert sent.server.faults == []


def test_a_second_attempt_gets_through_under_the_same_name(sent: Sent) -> None:
    names: list[str] = []
    sent.diary.add("2026-03-19 14:00", reminders=["5"])
    sent.at("2026-03-14T09:00+10:30")
    sent.server.faults.append("451 later")
    sent.remind()
    sent.diary.now += timedelta(minutes=5)
    assert sent.remind() == 1
    names += [mail["Message-ID"] for mail in sent.server.mails]
    with sent.diary.read() as database:
        assert names == [f"<{database.scalars(select(Message.id)).one()}@marigold.example>"]


class Killed(BaseException):
    """The process ends here."""


def test_who_dies_after_the_servers_yes_sends_it_once_more_under_the_same_name(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5"])
    sent.at("2026-03-14T09:00+10:30")
    carrier = sent.post.carriers[Channel.EMAIL]

    def accepted_then_killed(letter: Letter) -> None:
        carrier(letter)
        raise Killed

    dying = Post(
        sessions=sent.post.sessions, clock=sent.post.clock, office=sent.post.office,
        carriers={Channel.EMAIL: accepted_then_killed},
    )  # fmt: skip
    due_reminders.remind(sent.diary.sessions, sent.diary.act)
    with pytest.raises(Killed):
        dying.deliver()
    assert sent.remind() == 0  # whoever died may still be sending
    sent.diary.now += timedelta(minutes=15)
    assert sent.remind() == 1
    assert len({mail["Message-ID"] for mail in sent.server.mails}) == 1
    assert len(sent.server.mails) == 2
    assert sent.reminders() == ["SENT"]


def test_who_dies_before_sending_loses_nothing(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5"])
    sent.at("2026-03-14T09:00+10:30")

    def killed(_: Letter) -> None:
        raise Killed

    due_reminders.remind(sent.diary.sessions, sent.diary.act)
    dying = Post(sessions=sent.post.sessions, clock=sent.post.clock, carriers={Channel.EMAIL: killed})
    with pytest.raises(Killed):
        dying.deliver()
    sent.diary.now += timedelta(minutes=15)
    assert sent.remind() == 1
    assert len(sent.server.mails) == 1


def test_two_that_send_at_once_send_everything_once(sent: Sent) -> None:
    for hour in range(9, 13):
        sent.diary.add(f"2026-03-19 {hour:02}:00", reminders=["5"])
    sent.at("2026-03-14T09:00+10:30")
    due_reminders.remind(sent.diary.sessions, sent.diary.act)
    carrier = sent.post.carriers[Channel.EMAIL]

    def with_another(letter: Letter) -> None:
        Post(
            sessions=sent.post.sessions, clock=sent.post.clock, office=sent.post.office,
            carriers=sent.post.carriers,
        ).deliver()  # fmt: skip
        carrier(letter)

    first = Post(
        sessions=sent.post.sessions, clock=sent.post.clock, office=sent.post.office,
        carriers={Channel.EMAIL: with_another},
    )  # fmt: skip
    first.deliver()
    assert len(sent.server.mails) == 4
    assert len({mail["Message-ID"] for mail in sent.server.mails}) == 4


def test_a_message_that_kills_whoever_sends_it_is_not_tried_for_ever(sent: Sent) -> None:
    sent.queue(Client, "noor", kind=Kind.BOOKING_CANCELLED, key="k")

    def killed(_: Letter) -> None:
        raise Killed

    dying = Post(sessions=sent.post.sessions, clock=sent.post.clock, carriers={Channel.EMAIL: killed})
    for _ in range(3):
        with pytest.raises(Killed):
            dying.deliver()
        sent.diary.now += timedelta(minutes=15)
    assert dying.deliver() == 0
    assert sent.messages() == [("FAILED", "Interrupted", 4)]


def test_one_messages_trouble_is_its_own(sent: Sent) -> None:
    """A link that no key opens any more, say: the others go."""
    sent.queue(Client, "noor", kind=Kind.BOOKING_LINK, key="a", link=b"not sealed", parameters={"minutes": 5})
    sent.queue(Client, "noor", kind=Kind.BOOKING_CANCELLED, key="b")
    assert sent.post.deliver() == 1
    assert sent.messages() == [("QUEUED", "SecretsError", 1), ("SENT", "", 1)]


def test_many_that_send_at_once_send_everything_once_on_each_database(either_diary: Diary) -> None:
    either_diary.bring(PEOPLE)
    with writing(either_diary.sessions) as database:
        noor = database.scalars(select(Client).where(Client.ref == "noor")).one()
        for number in range(20):
            said = Said(kind=Kind.BOOKING_CANCELLED, key=str(number), to=noor)
            outbox.queue(database, either_diary.act, said)
    took: list[str] = []

    def deliver(_: int) -> int:
        carriers = {Channel.EMAIL: lambda letter: took.append(letter.message_id)}
        return Post(
            sessions=either_diary.sessions, clock=lambda: either_diary.now, carriers=carriers
        ).deliver()

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(deliver, range(8)))
    assert (done, len(took), len(set(took))) == (20, 20, 20)


def cancel(sent: Sent, session: str) -> None:
    how = cancelling.Cancel(by=cancelling.CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 09:00")
    cancelling.cancel(sent.diary.sessions, sent.diary.act, session, how, None)


def test_r62_what_is_cancelled_between_queue_and_sending_is_not_sent(sent: Sent) -> None:
    session = str(sent.diary.add("2026-03-19 14:00", reminders=["5"]).session_id)
    sent.at("2026-03-14T09:00+10:30")
    due_reminders.remind(sent.diary.sessions, sent.diary.act)
    cancel(sent, session)
    assert sent.post.deliver() == 0
    assert sent.messages() == [("VOID", "", 0)]
    assert sent.reminders() == ["VOID"]


def test_r62_a_move_is_told_after_three_minutes_with_the_old_and_the_new_time(sent: Sent) -> None:
    session = str(sent.diary.add("2026-03-17 10:00").session_id)
    changing.move(sent.diary.sessions, sent.diary.act, session, Move(start="2026-03-18 11:15"), None)
    assert sent.post.deliver() == 0
    sent.diary.now += timedelta(minutes=3)
    assert sent.post.deliver() == 1
    assert "on Tue 17 Mar 2026, 10:00 has another time. It is now on\n\nWed 18 Mar 2026, 11:15" in sent.text


def test_r62_what_is_cancelled_after_its_move_tells_of_no_other_time(sent: Sent) -> None:
    session = str(sent.diary.add("2026-03-17 10:00").session_id)
    changing.move(sent.diary.sessions, sent.diary.act, session, Move(start="2026-03-18 11:15"), None)
    cancel(sent, session)
    sent.diary.now += timedelta(minutes=3)
    assert sent.post.deliver() == 0
    assert sent.messages() == [("VOID", "NotComing", 1)]


def test_who_takes_back_their_leave_is_not_reminded(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5", "2"])
    sent.at("2026-03-14T09:00+10:30")
    due_reminders.remind(sent.diary.sessions, sent.diary.act)
    sent.diary.bring(PEOPLE.replace("allow_email = true", "allow_email = false"))
    assert sent.post.deliver() == 0
    assert sent.messages() == [("VOID", "NotAllowed", 1)]
    sent.at("2026-03-17T09:00+10:30")
    assert sent.remind() == 0
    assert sent.reminders() == ["SKIPPED", "SKIPPED"]


def test_r61_after_an_outage_only_the_last_that_is_due_goes_and_none_after_the_start(sent: Sent) -> None:
    sent.diary.add("2026-03-19 14:00", reminders=["5", "2"])
    sent.diary.add("2026-03-17 10:00", clients=["liam"], reminders=["1"])
    sent.at("2026-03-18T09:00+10:30")
    assert sent.remind() == 1
    assert sent.reminders() == ["SKIPPED", "SKIPPED", "SENT"]


def test_what_could_not_be_sent_for_days_tells_nobody_anything(sent: Sent) -> None:
    sent.queue(Client, "noor", kind=Kind.BOOKING_CANCELLED, key="k")
    sent.diary.now += timedelta(days=3, seconds=1)
    assert sent.post.deliver() == 0
    assert sent.messages() == [("VOID", "TooLate", 1)]


def test_004_15_who_is_to_be_asked_is_sent_where_to_answer(sent: Sent) -> None:
    session = str(sent.diary.add("2026-03-17 10:00", session_bridge=True).session_id)
    sent.at("2026-03-17T12:00+10:30")
    completing.complete(sent.diary.sessions, sent.diary.act, session, Form(), apportionment=True)
    assert [due_reminders.ask(sent.diary.sessions, sent.diary.act) for _ in range(2)] == [1, 0]
    assert sent.post.deliver() == 1
    with sent.diary.read() as database:
        request = database.scalars(select(FeedbackRequest)).one()
    assert (request.state, request.sent_at) == ("SENT", sent.diary.now)
    assert f"https://ask.example/how?request={request.id}" in sent.text


def test_a_link_with_a_secret_is_sealed_until_it_is_sent_and_then_forgotten(sent: Sent) -> None:
    assert sent.post.office.box is not None
    box: Any = sent.post.office.box()
    url = "https://book.example/once/7f3c"
    sealed = box.encrypt(url)
    sent.queue(Client, "noor", kind=Kind.BOOKING_LINK, key="k", link=sealed, parameters={"minutes": 30})
    assert sent.post.deliver() == 1
    assert url in sent.text
    assert "for 30 minutes" in sent.text
    with sent.diary.read() as database:
        assert database.scalars(select(Message.link)).all() == [None]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_for_mail_and_text(kind: Kind) -> None:
    values = {
        "practice": "Marigold", "day": "Thu 19 Mar 2026", "time": "14:00", "place": "ADL", "online": "",
        "instructions": "", "reference": "1a2b3c4d", "link": "https://x.example", "was": "Mon", "count": 1,
        "minutes": 30, "words": "Please try Thursday", "notices": ("a",), "more": 0,
    }  # fmt: skip
    mail = Templates().words(kind, Channel.EMAIL, values)  # type: ignore[arg-type]
    assert mail.subject
    assert "Marigold" in mail.text
    assert not mail.html
    text = Templates().words(kind, Channel.TEXT, values)  # type: ignore[arg-type]
    assert not text.subject
    assert not text.text.startswith("Subject")


def test_there_is_no_template_without_a_kind() -> None:
    assert {file.name.partition(".")[0] for file in OURS.iterdir()} == {kind.lower() for kind in Kind}


def test_a_practices_own_template_comes_first_and_html_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "request_declined.txt").write_text("Subject: No\n{{ words }}")
    (tmp_path / "request_declined.html").write_text("<p>{{ words }}</p>")
    said = Templates(str(tmp_path)).words(Kind.REQUEST_DECLINED, Channel.EMAIL, {"words": "<b>Thu & Fri</b>"})
    assert (said.subject, said.text) == ("No", "<b>Thu & Fri</b>\n")
    assert said.html == "<p>&lt;b&gt;Thu &amp; Fri&lt;/b&gt;</p>"


@pytest.mark.parametrize(
    "text", ["{{ name }}", "no subject", "Subject: x\n{{ words.__class__.__mro__ }}", "Subject: {% if %}"]
)
def test_h9_a_template_that_asks_for_more_sends_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "request_declined.txt").write_text(text)
    with pytest.raises(BrokenTemplate):
        Templates(str(tmp_path)).words(Kind.REQUEST_DECLINED, Channel.EMAIL, {"words": "x"})


def test_a_broken_template_is_tried_again_once_it_may_be_mended(
    sent: Sent, tmp_path: Path, server: MailServer, texts: Gateway
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "booking_cancelled.txt").write_text("Subject: {{ client }}")
    sent.post = Post(
        sessions=sent.post.sessions, clock=sent.post.clock, carriers=sent.post.carriers,
        office=type(sent.post.office)(templates=Templates(str(own)), domain="marigold.example"),
    )  # fmt: skip
    sent.queue(Client, "noor", kind=Kind.BOOKING_CANCELLED, key="k")
    assert sent.post.deliver() == 0
    assert sent.messages() == [("QUEUED", "BrokenTemplate", 1)]
    (own / "booking_cancelled.txt").write_text("Subject: Off\nOff.")
    sent.diary.now += timedelta(minutes=5)
    sent.post = Post(
        sessions=sent.post.sessions, clock=sent.post.clock, carriers=sent.post.carriers,
        office=type(sent.post.office)(templates=Templates(str(own)), domain="marigold.example"),
    )  # fmt: skip
    assert sent.post.deliver() == 1


# --- notices --------------------------------------------------------------------------------------------------


def notice(sent: Sent, code: str, worker: str = "mia", audience: Audience = Audience.WORKER) -> None:
    session = sent.diary.add(f"2026-03-{sent.diary.now.day + 10:02} 14:00", workers=[worker]).session_id
    with sent.diary.sessions.begin() as database:
        of = database.scalars(select(Worker).where(Worker.ref == worker)).one()
        made = Notice(
            id=sent.diary.act.new_id(), worker_id=of.id, session_id=session, audience=audience, code=code
        )
        database.add(made)


def jobs(sent: Sent) -> Callable[[], None]:
    means = Means(sessions=sent.diary.sessions, post=sent.post, told=[Audience.SCHEDULER])
    made = Jobs(means=means, clock=lambda: sent.diary.now, new_id=sent.diary.act.new_id)

    def run() -> None:
        assert [done.error for done in made.run_due() if done.error] == []

    return run


def test_an_evening_of_edits_is_one_mail_once_it_is_quiet(sent: Sent) -> None:
    run = jobs(sent)
    for code in ("PAID", "NOTE_SIGNED", "PAID"):
        notice(sent, code)
        run()
        sent.diary.now += timedelta(minutes=2)
    assert sent.server.mails == []
    sent.diary.now += timedelta(minutes=1)
    run()
    (mail,) = sent.server.mails
    assert (mail["To"], mail["Subject"]) == ("mia@example.org", "Calendar: 3 to look at")
    assert "Wed 11 Mar 2026 14:00: the session is paid [PAID]" in sent.text
    assert "Noor" not in sent.text
    with sent.diary.read() as database:
        assert None not in database.scalars(select(Notice.sent_at)).all()
    sent.diary.now += timedelta(hours=2)
    run()
    assert len(sent.server.mails) == 1


def test_who_never_stops_is_told_after_an_hour(sent: Sent) -> None:
    run = jobs(sent)
    for _ in range(32):
        notice(sent, "PAID")
        sent.diary.now += timedelta(minutes=2)
        run()
    assert [mail["Subject"] for mail in sent.server.mails] == ["Calendar: 30 to look at"]


def test_whoever_schedules_is_told_where_the_configuration_says(sent: Sent) -> None:
    nobody = '[[worker]]\nid = "tom"\nname = "Tom"\ntz = "Australia/Adelaide"\nemail = ""\n'
    sent.diary.bring(nobody)
    run = jobs(sent)
    notice(sent, "HELD_ESCALATED", audience=Audience.SCHEDULER)
    notice(sent, "PRIVACY_ATTENDEE", audience=Audience.ADMIN)
    notice(sent, "PAID", worker="tom")
    sent.diary.now += timedelta(minutes=4)
    run()
    assert [mail["To"] for mail in sent.server.mails] == ["desk@marigold.example"]
    assert "calendar of mia" in sent.text
    with sent.diary.read() as database:
        waiting = database.scalars(select(Notice.code).where(Notice.sent_at.is_(None)))
        assert sorted(waiting) == ["PAID", "PRIVACY_ATTENDEE"]  # nobody has an address: status shows them


# --- what is configured ---------------------------------------------------------------------------------------


def test_without_mail_notices_wait_where_status_shows_them(sent: Sent) -> None:
    silent = Means(sessions=sent.diary.sessions)
    notice(sent, "PAID")
    sent.diary.now += timedelta(minutes=4)
    made = Jobs(means=silent, clock=lambda: sent.diary.now, new_id=sent.diary.act.new_id)
    made.run_due()
    assert sent.messages() == []


def test_a_password_may_lie_in_a_file(sent: Sent, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")
    file = tmp_path / "other.toml"
    file.write_text(sent.server.config().replace('password = "open sesame"', 'password_file = "secret"'))
    config = load(file)
    assert "open sesame" not in repr(config)
    way = post(
        config, sent.diary.sessions, clock=lambda: sent.diary.now, box=lambda: open_box(tmp_path / "key")
    )
    way.carriers[Channel.EMAIL](
        Letter(message_id="<1@x>", channel=Channel.EMAIL, to=("a@b.example",), subject="x", text="y")
    )
    assert len(sent.server.mails) == 1
    assert told(config) == {}
    secret.unlink()
    with pytest.raises(PasswordFileError):
        post(
            config, sent.diary.sessions, clock=lambda: sent.diary.now, box=lambda: open_box(tmp_path / "key")
        )


def test_every_job_of_the_domain_has_its_cadence_and_its_last_result(sent: Sent) -> None:
    """DOMAIN 5, "Jobs": sync and reconcile are the links' own; request expiry comes with requests."""
    names = {"extend", "reminders", "publish", "tokens", "chase", "purge", "messages", "notices"}
    assert names <= {job.name for job in JOBS}
    assert len({job.name for job in JOBS}) == len(JOBS)
    made = Jobs(
        means=Means(sessions=sent.diary.sessions), clock=lambda: sent.diary.now, new_id=sent.diary.act.new_id
    )
    assert {done.job for done in made.run_due()} == {job.name for job in JOBS}
    for job in JOBS:
        sent.diary.now += job.every
        assert made.do(job.name) is not None
        sent.diary.now += job.every - timedelta(seconds=1)
        assert made.do(job.name) is None


def test_a_job_that_fails_keeps_no_other_from_being_done(sent: Sent) -> None:
    def broken() -> int:
        raise OSError

    means = Means(sessions=sent.diary.sessions, tokens=broken)
    done = Jobs(means=means, clock=lambda: sent.diary.now, new_id=sent.diary.act.new_id).run_due()
    assert [one.job for one in done if one.error] == ["tokens"]
    assert len(done) == len(JOBS)
