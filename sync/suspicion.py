"""Count what a pull would take away or turn back, ask the guard, and show what it would have been.

It reads only; that nothing is applied before it has passed is `pull`'s order. Where the guard does not pass, each
event that would have been lost is told, so that a person can answer (E21).
"""

from collections.abc import Mapping, Sequence

from model.link import EventMapping
from sync import guard
from sync.context import Line, Run, kind_of
from sync.errors import LinkError
from sync.href import canonical_href
from sync.ports import Look
from sync.store import Work, ref_of


def check(
    run: Run, look: Look, known: Mapping[str, str | None], *, gone: Sequence[str], changed: Sequence[str]
) -> None:
    """Raise where this look is not to be believed; nothing was applied so far."""
    etags = {key: look.etags[href] for href in changed if (key := canonical_href(href)) in known}
    if not gone and len(etags) < run.settings.sync.mass_delete_min:
        return
    now = run.clock.now()
    with run.work() as work:
        went_back = work.went_back(etags)
        count, future = work.client_resources(gone, now=now)
        vanished = guard.Vanished(
            gone=count,
            gone_future=future,
            future=work.future_client_resources(now=now) if gone else 0,
            known=len(known),
            all_gone=look.complete and len(gone) == len(known) > 0,
            left=len(look.etags),
            went_back=len(went_back),
        )
    try:
        guard.check(vanished, run.settings.sync)
    except LinkError:
        with run.work() as work:
            _tell(run, work, gone, went_back)
        raise


def _tell(run: Run, work: Work, gone: Sequence[str], went_back: Sequence[str]) -> None:
    for action, keys in (("vanished", gone), ("went-back", went_back)):
        mappings = work.mappings_at(list(keys))
        units = work.load_many([ref for m in mappings.values() if (ref := ref_of(m)) is not None])
        lines = []
        for mapping in mappings.values():
            ref = ref_of(mapping)
            unit = units.get(ref) if ref is not None else None
            kind = kind_of(unit) if unit is not None else ""
            lines.append(Line(action=action, uid=mapping.uid, start=_start(run, mapping), kind=kind))
        for line in sorted(lines, key=lambda one: (one.start, one.uid)):
            run.tell(line)


def _start(run: Run, mapping: EventMapping) -> str:
    base = run.read(mapping.base_ical, mapping.href).master if mapping.base_ical is not None else None
    return base.start.isoformat() if base is not None else ""
