"""Session types: what a practice's sessions usually are, and what that sets for a new one (001-06).

A type is a default, never a rule: whoever adds a session may say otherwise. Its name stays inside; its colour may be
shown, as one of the names that CSS gives to colours (RFC 7986, 5.9).
"""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.errors import DomainError

LONGEST = 24 * 60  # minutes
_NAMES = """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod
darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon
darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray
dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green
greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon
lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon
lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen
magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy
oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip
peachpuff peru pink plum powderblue purple red rosybrown royalblue saddlebrown salmon sandybrown seagreen
seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle
tomato turquoise violet wheat white whitesmoke yellow yellowgreen
"""
COLOURS = frozenset(_NAMES.split())


class SessionType(Row, Base):
    """What a session of this type is unless told otherwise; one that is not `active` is offered no longer."""

    __tablename__ = "session_type"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    billable: Mapped[bool] = mapped_column(default=True)
    duration_min: Mapped[int | None]
    colour: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)

    def check_offered(self) -> None:
        """What was retired stays with the sessions that have it, and comes to no other."""
        if not self.active:
            raise DomainError("E_SESSION_TYPE", f'The session type "{self.ref}" is no longer offered')


def check_colour(colour: str) -> None:
    """One of the names that every calendar app knows, or none."""
    if colour and colour not in COLOURS:
        raise DomainError("E_SESSION_TYPE", "A colour is one of the names of CSS, like teal or tomato")


def check_duration(minutes: int | None) -> None:
    """From a minute to a day."""
    if minutes is not None and not 1 <= minutes <= LONGEST:
        raise DomainError("E_SESSION_TYPE", f"A session type lasts from 1 to {LONGEST} minutes")


def default_minutes(of_type: SessionType | None, *, end: str | None, minutes: int | None) -> int | None:
    """How long a new session lasts: as said, else as its type does."""
    if end is not None or minutes is not None or of_type is None:
        return minutes
    return of_type.duration_min


def default_billable(of_type: SessionType | None, said: bool | None) -> bool:
    """Whether a new session may be charged for: as said, else as its type says, else it may."""
    if said is not None:
        return said
    return of_type is None or of_type.billable


def type_id(of_type: SessionType | None) -> UUID | None:
    return of_type.id if of_type is not None else None
