"""The command `demo`: show on a real server what Calendula does, and clean up."""

import typer

from adapters.cli.context import here


def demo(ctx: typer.Context) -> None:
    """Show it at work, on a sample practice and a real server.

    A practitioner's phone is played as well. Nothing is left behind; your own set-up is not touched.

    Example: calendula demo
    """
    from adapters.demo.show import show

    run = here(ctx)
    if not show(clock=run.clock, new_id=run.new_id):
        raise typer.Exit(1)
