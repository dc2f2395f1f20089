"""Names that nobody has, and what a practice has under the same name everywhere: services, reasons, sites."""

from dataclasses import dataclass

FIRST = (
    "Arlo", "Brisa", "Cato", "Delia", "Edda", "Finlo", "Gemma", "Hollis", "Isra", "Jory", "Kestrel", "Lumi", "Mavis",
    "Nilo", "Orla", "Perrin", "Quill", "Rilla", "Sorrel", "Tansy", "Ulla", "Vesper", "Wren", "Yarrow", "Zephy",
)  # fmt: skip
LAST = (
    "Ambercroft", "Birchley", "Cloverdell", "Dunnock", "Elderfen", "Foxglow", "Gorsewick", "Hazelmoor", "Ivybank",
    "Juniperly", "Kelpstone", "Larkmead", "Mossgrove", "Nettleby", "Oakhollow", "Plumridge", "Quincewell", "Reedmarsh",
    "Sandthorn", "Thistlebee", "Umberlane", "Violetta-Wood", "Willowby", "Yewbarrow", "Zinnia-Vale",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """A site with a team of its own; `area` is its region, for assets."""

    ref: str
    name: str
    code: str
    tz: str
    area: str
    holidays: str


CLINICS = tuple(
    Clinic(ref=ref, name=f"{name} clinic", code=code, tz=tz, area=area, holidays=holidays)
    for ref, name, code, tz, area, holidays in (
        ("harbour", "Harbour", "HAR1", "Australia/Adelaide", "coast", "AU-SA"),
        ("hills", "Hills", "HIL1", "Australia/Adelaide", "inland", "AU-SA"),
        ("plains", "Plains", "PLA1", "Australia/Adelaide", "inland", "AU-SA"),
        ("swan", "Swan", "SWA1", "Australia/Perth", "west", "AU-WA"),
        ("jarrah", "Jarrah", "JAR1", "Australia/Perth", "west", "AU-WA"),
    )
)
HOUSE = "respite-house"
AREAS = ("coast", "inland", "west")
THERAPIES = ("physio", "occupational", "speech", "psychology")
GROUP, SUPPORT, NIGHT = "skills-group", "support", "respite-night"
RATES = {
    "physio": 18399, "occupational": 19399, "speech": 19399, "psychology": 23299, GROUP: 5200, SUPPORT: 6756,
    NIGHT: 32000,
}  # fmt: skip
MATERIALS, MATERIALS_CENTS = "materials", 4500  # in no agreement
CLINIC, REMOTE = "at-the-clinic", "telehealth"
SESSION_TYPES = (
    {"id": CLINIC, "name": "At the clinic", "colour": "teal", "duration_min": 50},
    {"id": REMOTE, "name": "Telehealth", "colour": "slateblue", "duration_min": 50},
)
APPOINTMENT_TYPES = (
    {"id": "first-call", "name": "First call", "length_min": 15, "padding_min": 5},
    {"id": "visit", "name": "Visit", "length_min": 50, "padding_min": 10},
)
CLIENT_REASONS = ("client-unwell", "client-transport", "client-family")
LATE, UNWELL, CLOSED = "client-late", "worker-sick", "office-closed"
DIAGNOSES = ("F84.0", "F80.9", "G80.9", "F90.0", "M62.81")
REASONS = (
    {"id": "client-unwell", "type": "CLIENT", "text": "Client unwell", "ndis_code": "NSDH"},
    {"id": "client-transport", "type": "CLIENT", "text": "No transport", "ndis_code": "NSDT"},
    {"id": "client-family", "type": "CLIENT", "text": "Family reasons", "ndis_code": "NSDF"},
    {
        "id": "client-late",
        "type": "CLIENT",
        "text": "Client late",
        "billing": "PRACTICE_FEE",
        "threshold_hours": 24,
    },
    {"id": "worker-sick", "type": "WORKER", "text": "Sick"},
    {"id": "worker-training", "type": "WORKER", "text": "Training"},
    {"id": "office-closed", "type": "PROVIDER", "text": "Practice closed"},
)
