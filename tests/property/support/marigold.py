"""The whole practice with one linked calendar: people, places, agreements, assets, beds, rules, and a server over HTTP.

Every free text that may never leave is planted with `SECRET`.
"""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from adapters.diary.importing import import_practice
from model.base import Revision
from model.link import AuthKind, CalendarAccount, CalendarLink, LinkState, Mode, Role
from model.people import Worker
from sync.settings import FeesSettings, Settings
from tests.agreed import AGREED
from tests.fake.server import FakeServer
from tests.fake.world import FakeWorld
from tests.practice import SAMPLE
from tests.property.support.play import UNGUARDED
from tests.property.support.wire import profile_of

SECRET = "zq"
NO_SHOW_CENTS = 10_001
SETTINGS: Settings = replace(UNGUARDED, fees=FeesSettings(no_show_cents=NO_SHOW_CENTS))
MORE = f"""
[[region]]
id = "west"
name = "West"
[[region]]
id = "east"
name = "East"
[[site]]
id = "house"
code = "WST1"
name = "West house"
tz = "Australia/Adelaide"
kind = "ACCOMMODATION"
region = "west"
travel_area = 4
[[room]]
id = "parlour"
site = "house"
name = "Parlour"
[[asset]]
id = "minibus"
name = "Minibus"
region = "west"
[[asset]]
id = "chair"
name = "Shower chair"
region = "west"
quantity = 2
[[asset]]
id = "van"
name = "Van"
region = "east"
[[bed]]
id = "b2"
name = "Bed 2"
site = "house"
min_age = 18
max_age = 64
[[bed]]
id = "b3"
name = "Bed 3"
site = "house"
[[client]]
id = "noor"
internal_id = "C-1077"
name = "Noor Haddad"
dob = 1990-05-05
[[client]]
id = "eva"
internal_id = "C-1101"
name = "Eva Petrov"
dob = 1940-05-05
[[client]]
id = "kim"
internal_id = "C-1200"
name = "Kim Abara"
site = "chicago"
[[blocklist]]
id = "apart"
worker = "tom"
client = "jordan"
[[leave]]
id = "away"
worker = "lena"
start = "2026-04-02"
end = "2026-04-03"
[[worker]]
id = "lena"
name = "Lena Fox"
tz = "Australia/Adelaide"
end_date = 2026-04-20
[[service]]
id = "night"
code = "01_058_0115_1_1"
name = "Respite night"
unit = "NIGHT"
rate_cents = 20033
[[agreement_item]]
id = "liam-support"
agreement = "liam-2026"
service = "support"
rate_cents = 6757
cancellation_agreed = true
allow_travel = true
[[agreement_item]]
id = "noor-support"
agreement = "noor-2026"
service = "support"
rate_cents = 6757
cancellation_agreed = true
allow_travel = true
allow_transport = true
[[agreement_item]]
id = "noor-physio"
agreement = "noor-2026"
service = "physio"
rate_cents = 18399
cancellation_agreed = true
[[reason]]
id = "client-half"
type = "CLIENT"
text = "{SECRET}half"
billing = "PERCENT"
billable_percent = 50
threshold_hours = 48
"""


class Marigold(FakeWorld):
    """The practice, its linked practitioner (Priya), and her calendar, on a server that ends with it."""

    def __init__(self, url: str = "", engine: Engine | None = None) -> None:
        with ExitStack() as held:
            fake = held.enter_context(FakeServer().running())
            super().__init__(url, fake, engine=engine, settings=SETTINGS)
            self._held = held.pop_all()
        self.link_as(profile_of(""))

    def close(self) -> None:
        super().close()
        self._held.close()

    def _fill(self, tz: ZoneInfo, mode: Mode, level: str, display: str, role: Role) -> None:
        with self.sessions.begin() as db:
            db.add(Revision(id=1, latest=0))
        with TemporaryDirectory() as folder:
            for number, text in enumerate((SAMPLE.read_text("utf-8"), AGREED, MORE)):
                file = Path(folder) / f"{number}.toml"
                file.write_text(text, encoding="utf-8")
                import_practice(self.sessions, self.act(), file)
        with self.sessions.begin() as db:
            self.worker = db.scalars(select(Worker).where(Worker.ref == "priya")).one()
            account = CalendarAccount(
                id=self.new_id(), worker_id=self.worker.id, server="", user="priya", auth=AuthKind.PASSWORD,
                secret=b"",
            )  # fmt: skip
            db.add(account)
            db.flush()
            link = CalendarLink(
                id=self.new_id(), ref="priya", worker_id=self.worker.id, account_id=account.id,
                href=self.server.path, tz=tz.key, role=role, mode=mode, privacy_level=level,
                cancelled_display=display, pull_s=300, profile={}, state=LinkState.ACTIVE,
                next_run_at=self.clock.now(),
            )  # fmt: skip
            db.add(link)
            self.link_id = link.id

    def _take_over(self, tz: ZoneInfo, mode: Mode, level: str, display: str) -> None:
        with self.sessions() as db:
            self.worker = db.scalars(select(Worker).where(Worker.ref == "priya")).one()
            self.link_id = db.scalars(select(CalendarLink.id)).one()
