"""The command `demo`: show on a real server what Calendula does, and clean up."""

import typer

from adapters.cli.context import here


def demo(
    ctx: typer.Context,
    whole: bool = typer.Option(
        False, "--whole-practice", help="And then 30 workers at once; takes a minute."
    ),
) -> None:
    """Show it at work, on a sample practice and a real server.

    A practitioner's phone is played as well. Nothing is left behind; your own set-up is not touched.

    With --whole-practice a made-up practice of 30 workers, 200 clients and 12 weeks is taken in after that, and one of
    its workers linked.

    Example: calendula demo
    """
    from adapters.demo.show import show

    run = here(ctx)
    if not show(clock=run.clock, new_id=run.new_id, whole=whole):
        raise typer.Exit(1)
