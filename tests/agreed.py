"""Services, and the agreements that the people of DOMAIN 6 have about them (US14, US15), as a practice file."""

AGREED = """
[[site]]
id = "hills"
code = "HIL1"
name = "Hills hall"
tz = "Australia/Adelaide"
travel_area = 2

[[service]]
id = "outing"
code = "15_055_0128_1_3"
name = "Outing with a physiotherapist"
category = "Capacity building"
rate_cents = 19399
ndis = true
therapy = true
allow_travel = true
allow_transport = true

[[service]]
id = "group"
code = "04_102_0136_6_1"
name = "Group activity"
rate_cents = 4000

[[service]]
id = "splint"
code = "SPLINT"
name = "Splint"
unit = "EACH"
rate_cents = 4500

[[agreement]]
id = "noor-2026"
client = "noor"
start_date = 2026-01-01

[[agreement]]
id = "liam-2026"
client = "liam"
start_date = 2026-01-01
end_date = 2026-03-31

[[agreement]]
id = "eva-2026"
client = "eva"
start_date = 2026-01-01

[[agreement]]
id = "jordan-2026"
client = "jordan"
start_date = 2026-01-01

[[agreement]]
id = "eva-draft"
client = "eva"
start_date = 2026-01-01
approved = false

[[agreement_item]]
id = "noor-outing"
agreement = "noor-2026"
service = "outing"
rate_cents = 18399
allow_travel = true
allow_transport = true

[[agreement_item]]
id = "liam-outing"
agreement = "liam-2026"
service = "outing"
rate_cents = 18399
allow_travel = true
allow_transport = true

[[agreement_item]]
id = "eva-outing"
agreement = "eva-draft"
service = "outing"
rate_cents = 18399

[[agreement_item]]
id = "jordan-outing"
agreement = "jordan-2026"
service = "outing"
rate_cents = 15000

[[agreement_item]]
id = "noor-group"
agreement = "noor-2026"
service = "group"
rate_cents = 4000

[[agreement_item]]
id = "liam-group"
agreement = "liam-2026"
service = "group"
rate_cents = 4000

[[agreement_item]]
id = "eva-group"
agreement = "eva-2026"
service = "group"
rate_cents = 4000

[[agreement_item]]
id = "jordan-group"
agreement = "jordan-2026"
service = "group"
rate_cents = 4000

[[group_template]]
id = "thursdays"
name = "Thursday group"
service = "group"
ratio = 4

[[group_template_client]]
id = "thursdays-noor"
template = "thursdays"
client = "noor"

[[group_template_client]]
id = "thursdays-liam"
template = "thursdays"
client = "liam"
"""
