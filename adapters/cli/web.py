"""The command web: answer over HTTP until told to stop."""

import typer

from adapters.cli.context import here


def web(ctx: typer.Context) -> None:
    """Serve the HTTP API until told to stop.

    It listens where [web] host and port say, on loopback unless said otherwise; put a proxy that speaks TLS in front
    of it. With [web] in_run, calendula run serves it as well. Whoever asks needs a token: calendula token add.

    Example: calendula web
    """
    from adapters.cli.running import told_to_stop
    from adapters.logs import configure
    from adapters.web.serving import beside

    command = here(ctx)
    log = configure(command.config.log)
    _ = command.sessions  # a missing database is said now, not at the first request
    ended = told_to_stop(log)
    with beside(command.app) as url:
        typer.echo(f"Listening on {url}")
        log.info("started")
        ended.wait()
    log.info("stopped")
