"""Commands about changes that came from calendars: changes list, show, confirm, dismiss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, WARNINGS, print_json, print_rows, short
from sync.explain import reason as reason_in_words

if TYPE_CHECKING:
    from adapters.diary.answering import Answered
    from adapters.diary.waiting import ChangeView
    from model.cancellation import CancelledBy

changes = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What came back from calendars: changes list, show, ...",
    rich_markup_mode=None,
)

REF = typer.Argument(metavar="REF", help="The change's reference, as changes list shows it.")


@changes.callback()
def _group() -> None:
    """What came back from calendars and was held or refused."""


@changes.command("list")
def list_(
    ctx: typer.Context,
    every: bool = typer.Option(False, "--all", help="Applied and answered ones too."),
    as_json: bool = JSON,
) -> None:
    """List what was held or refused.

    Held changes wait for confirm or dismiss; refused ones are done with.

    Example: calendula changes list
    """
    from adapters.diary.waiting import list_changes

    columns = {
        "ref": lambda row: row.ref,
        "state": lambda row: row.state,
        "link": lambda row: row.link,
        "came": lambda row: f"{row.detected_at:%Y-%m-%d %H:%M}Z",
        "what": lambda row: row.what,
        "of": lambda row: _when(row.before),
        "why": lambda row: row.why,
    }
    found = list_changes(here(ctx).sessions, every=every)
    print_rows(found, columns, as_json=as_json, none="Nothing was held or refused.")


@changes.command("show")
def show(ctx: typer.Context, ref: str = REF, as_json: bool = JSON) -> None:
    """Explain one change, and what each answer would do.

    Example: calendula changes show 3f9a0c12
    """
    from dataclasses import asdict

    from adapters.diary.waiting import answers, show_change

    found = show_change(here(ctx).sessions, ref)
    if as_json:
        print_json({**asdict(found), "answers": answers(found)})
        return
    _explain(found)
    for number, line in enumerate(answers(found), start=1):
        typer.echo(f"  {number}. {line}")


@changes.command("confirm")
def confirm(
    ctx: typer.Context,
    ref: str = REF,
    move: bool = typer.Option(False, "--move", help="Take the new time, rule or place over."),
    start: str | None = typer.Option(
        None, "--start", help='With --move: to this time instead, like "2026-03-25 14:00".'
    ),
    minutes: int | None = typer.Option(
        None, "--minutes", min=1, help="With --start: how long it lasts then."
    ),
    as_worker: bool = typer.Option(False, "--as-worker", help="The worker cancels."),
    for_client: list[str] = typer.Option([], "--for-client", metavar="CLIENT", help="This client cancels."),
    by_provider: bool = typer.Option(False, "--by-provider", help="The practice cancels."),
    advised: str | None = typer.Option(
        None, "--advised", help='When that was advised, like "2026-03-20 08:00"; a cancellation needs it.'
    ),
    reason: str | None = typer.Option(None, "--reason", help="The id of a reason; a cancellation needs it."),
    note: str = typer.Option("", "--note", help="At most 2000 characters; never leaves the practice."),
    as_json: bool = JSON,
) -> None:
    """Do what was asked for in the calendar, or agreed on since.

    --move takes a new time, rule or place over, or with --start another time; the others cancel, with a record.

    Example: calendula changes confirm 3f9a0c12 --as-worker --advised "2026-03-20 08:00" --reason worker-training
    """
    from adapters.diary import answering

    by = _canceller(as_worker=as_worker, for_client=bool(for_client), by_provider=by_provider)
    if move == (by is not None):
        raise typer.BadParameter("Give one of --move, --as-worker, --for-client, --by-provider")
    if (start or minutes) and not (move and start):
        raise typer.BadParameter("--start goes with --move, --minutes with --start")
    if by is not None and reason is None:
        raise typer.BadParameter("Missing --reason: a cancellation says why")
    run = here(ctx)
    answer = answering.Answer(
        move=move,
        start=start,
        minutes=minutes,
        by=by,
        clients=for_client,
        advised=advised,
        reason=reason or "",
        note=note,
    )
    _print_answered(
        answering.confirm(run.sessions, run.act(), ref, answer, run.config.settings), as_json=as_json
    )


@changes.command("dismiss")
def dismiss(ctx: typer.Context, ref: str = REF, as_json: bool = JSON) -> None:
    """Leave everything as it is.

    The "Change waiting" line disappears from the event with the next run.

    Example: calendula changes dismiss 3f9a0c12
    """
    from adapters.diary import answering

    run = here(ctx)
    _print_answered(answering.dismiss(run.sessions, run.act(), ref), as_json=as_json)


def _canceller(*, as_worker: bool, for_client: bool, by_provider: bool) -> "CancelledBy | None":
    """Who cancels, if anybody; only one of them can."""
    from model.cancellation import CancelledBy

    given = {CancelledBy.WORKER: as_worker, CancelledBy.CLIENT: for_client, CancelledBy.PROVIDER: by_provider}
    chosen = [by for by, flag in given.items() if flag]
    if len(chosen) > 1:
        raise typer.BadParameter("Give only one of --as-worker, --for-client, --by-provider")
    return chosen[0] if chosen else None


def _explain(found: "ChangeView") -> None:
    typer.echo(f"{found.what.capitalize()}, in the calendar of {found.worker} ({found.code}).")
    for name, stored in (("Before", found.before), ("After", found.after), ("Here", found.kept)):
        if when := _when(stored):
            rule = f", {stored['rule']}" if stored.get("rule") else ""
            typer.echo(f"{name}: {when}{rule}")
    if isinstance(reached := found.before.get("occurrences"), list):
        typer.echo(f"Bookings: {', '.join(str(start)[:16].replace('T', ' ') for start in reached) or 'none'}")
    typer.echo(found.outcome)
    if found.why:
        typer.echo(f"Because {found.why} ({found.reason_code}).")
    for code in found.warnings:
        typer.echo(f"Note: {reason_in_words(code)} ({code})")
    if found.session_id or found.series_id:
        unit = (
            f"session {short(found.session_id)}" if found.session_id else f"series {short(found.series_id)}"
        )
        typer.echo(f"About {unit}.")
    if found.resolved_at:
        typer.echo(f"Answered by {found.resolved_by}, {found.resolved_at:%Y-%m-%d %H:%M}Z.")


def _when(stored: Mapping[str, object]) -> str:
    """A stored time, on the wall clock it was given for."""
    start, end = str(stored.get("start", "")), str(stored.get("end", ""))
    if not start:
        return ""
    return f"{start[:16].replace('T', ' ')} to {end[11:16] or end} {stored.get('tz', '')}".rstrip()


def _print_answered(done: "Answered", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json(asdict(done))
    else:
        touched = f"; {done.count} session{'s' if done.count > 1 else ''} changed" if done.count else ""
        typer.echo(f"{done.ref}: {done.state.lower()}{touched}; the next run shows it in the calendar")
    for code in done.warnings:
        typer.echo(f"Warning: {WARNINGS.get(code, code.lower())} ({code})", err=True)
