"""The stories of DOMAIN 6 once more, with the diary on PostgreSQL; one calendar server is enough for that."""

from pathlib import Path

import pytest

from tests.acceptance.office import Office
from tests.acceptance.test_us1_link import *  # noqa: F403 - the very same stories, collected here again
from tests.acceptance.test_us2_series_over_dst import *  # noqa: F403
from tests.acceptance.test_us3_move_one import *  # noqa: F403
from tests.acceptance.test_us4_delete_one import *  # noqa: F403
from tests.acceptance.test_us5_this_and_future import *  # noqa: F403
from tests.acceptance.test_us8_other_event import *  # noqa: F403
from tests.acceptance.test_us17_assets import *  # noqa: F403
from tests.acceptance.test_us19_beds import *  # noqa: F403

SERVERS = ("radicale",)


@pytest.fixture
def office(tmp_path: Path, postgresql_url: str) -> Office:
    """Set up on PostgreSQL, with the sample practice imported."""
    made = Office(tmp_path, postgresql_url)
    made.open()
    return made
