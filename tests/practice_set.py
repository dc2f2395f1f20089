"""A small practice as a set of files, with an entry in every table; tests change one file at a time."""

from pathlib import Path

FILES = {
    "practice.toml": """\
[practice]
name = "Marigold"
tz = "Australia/Adelaide"

[[region]]
id = "west"
name = "West"

[[site]]
id = "clinic"
name = "Clinic"
code = "CLI1"
tz = "Australia/Adelaide"
region = "west"

[[travel_rate]]
id = "now"
since = 2026-01-01
km_cents = 99

[[session]]
id = "duty"
kind = "SHIFT"
start = "2026-03-03 09:00"
minutes = 240
workers = ["ann"]
rostered = true

[[session]]
id = "done"
start = "2026-02-23 10:00"
minutes = 60
workers = ["ann"]
clients = ["kim"]
room = "room"
rostered = true

[[session]]
id = "missed"
start = "2026-02-24 10:00"
minutes = 60
workers = ["ann"]
clients = ["lou"]
room = "room"
rostered = true

[[session]]
id = "off"
start = "2026-02-25 10:00"
minutes = 60
workers = ["ann"]
clients = ["kim"]
room = "room"
rostered = true

[[session]]
id = "spare"
start = "2026-03-06 10:00"
minutes = 60
workers = ["ann"]
clients = ["lou"]
room = "room"
rostered = true

[[planned_service]]
id = "p-done"
session = "done"
service = "physio"
travel = true
""",
    "room.csv": "id,name,site,capacity\nroom,Room,clinic,1\n",
    "asset.csv": "id,name,region,quantity\nbus,Bus,west,1\nchair,Chair,,2\n",
    "bed.csv": "id,name,site,min_age,max_age\nbed,Bed,clinic,18,64\n",
    "worker.csv": "id,name,tz,sites\nann,Ann,Australia/Adelaide,clinic\nbob,Bob,Australia/Adelaide,\n",
    "client.csv": "id,name,internal_id,dob,site\nkim,Kim K.,K-1,1990-05-01,clinic\nlou,Lou L.,K-2,1985-01-01,\n",
    "blocklist.csv": "id,worker,client,active\napart,bob,lou,false\n",
    "availability.csv": "id,worker,hours,start_date\nann-hours,ann,MO-FR 08:00-18:00,2026-03-02\n",
    "ad_hoc_availability.csv": "id,worker,start,end\nann-sat,ann,2026-03-14 09:00,12:00\n",
    "leave.csv": "id,worker,start,end,type,approved\nann-off,ann,2026-04-20,2026-04-24,ANNUAL,true\n",
    "service.csv": "id,name,code,unit,rate_cents\nphysio,Physio,P1,HOUR,18399\nrespite,Respite,R1,NIGHT,32000\n",
    "agreement.csv": "id,client,start_date,approved\nkim-1,kim,2026-01-01,true\nlou-1,lou,2026-01-01,true\n",
    "agreement_item.csv": "id,agreement,service,rate_cents\ni-1,kim-1,physio,18399\ni-2,lou-1,physio,18399\n",
    "group_template.csv": "id,name,service,ratio\npair,Pair,physio,2\n",
    "group_template_client.csv": "id,template,client\npair-1,pair,kim\npair-2,pair,lou\n",
    "session_type.csv": "id,name,colour\nintake,Intake,teal\n",
    "appointment_type.csv": "id,name,length_min,padding_min,service\ncall,First call,15,5,physio\n",
    "reserved_slot.csv": (
        "id,worker,start,end,rule,types,room\n"
        "w-1,ann,2026-03-09 09:00,12:00,FREQ=WEEKLY,call,room\n"
        "w-2,bob,2026-03-10 13:00,15:00,,,\n"
    ),
    "reason.csv": "id,text,type\nill,Unwell,CLIENT\n",
    "session.csv": (
        "id,start,end,minutes,rule,work_type,workers,clients,room,location_type,assets,rostered\n"
        "one,2026-03-03 10:00,10:50,,,,ann,kim,room,,,true\n"
        "weekly,2026-03-04 10:00,,60,FREQ=WEEKLY;COUNT=4,,ann,lou,room,,chair:2,true\n"
        "group,2026-03-05 14:00,15:30,,FREQ=WEEKLY;COUNT=3,GROUP,ann; bob,kim; lou,,WORKER_OFFICE,bus,false\n"
    ),
    "planned_service.csv": (
        "id,session,service,template,travel\np-1,one,physio,,true\np-2,weekly,physio,,\np-3,group,,pair,\n"
    ),
    "ad_hoc_service.csv": (
        "id,session,service,method,quantity,rate_cents,claim_type\nnight,one,respite,FIXED_QUANTITY,1,4500,standard\n"
    ),
    "worker_time.csv": "id,session,day,worker,start\nlate,group,2026-03-12,bob,14:30\n",
    "in_shift.csv": "id,session,shift\non-duty,one,duty\n",
    "cancellation.csv": (
        "id,session,by,no_show,reason,advised,fee_cents,fee_note\n"
        "c-1,off,CLIENT,,ill,2026-02-25 08:00,,\n"
        "c-2,missed,,true,ill,,2500,As agreed\n"
    ),
    "completion.csv": "id,session,actual_end,travels\nf-1,done,11:05,ann:TO:20:12\n",
    "note.csv": "id,session,diagnosis,signed\nn-1,done,F41.1; F32.0,true\n",
    "bill.csv": "id,sessions,client\nb-1,done,kim\nb-2,missed,\n",
    "payment.csv": "id,bill,amount_cents\npay-1,b-1,5000\n",
    "offer.csv": "id,session,worker,answer\no-1,spare,bob,ACCEPTED\n",
    "bed_booking.csv": "id,bed,client,start,end,nightly\nstay,bed,kim,2026-03-20,2026-03-23,respite\n",
    "bed_hold.csv": "id,booking,first_night,until,reason,ended\nhome,stay,2026-03-21,2026-03-22,With family,true\n",
    "base_roster.csv": "id,name,weeks,start_date\nhouse,House,1,2026-03-02\n",
    "roster_slot.csv": (
        "id,base,week,weekday,start,minutes,workers,clients\n"
        "mon,house,1,MO,07:00,120,bob,kim\n"
        "fri,house,1,FR,07:00,90,bob,lou\n"
    ),
    "roster_slot_service.csv": "id,slot,service,travel\nmon-physio,mon,physio,true\n",
    "roster_period.csv": (
        "id,base,start_date,publish\nmarch,house,2026-03-16,true\nlater,house,2026-03-23,false\n"
    ),
}


def write(folder: Path, **changed: str) -> Path:
    """The set as a folder; `changed` by table, "" leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        said = changed.get(name.partition(".")[0], content)
        if said:
            (folder / name).write_text(said, encoding="utf-8", newline="")
    return folder


def but(table: str, old: str, new: str) -> dict[str, str]:
    """The file of a table with something else in one place."""
    content = FILES[f"{table}.csv"]
    assert content.count(old) == 1, (table, old)
    return {table: content.replace(old, new)}


def more(table: str, *lines: str) -> dict[str, str]:
    """The file of a table with more lines."""
    return {table: FILES[f"{table}.csv"] + "".join(f"{line}\n" for line in lines)}
