"""The command web: answer over HTTP until told to stop."""

import typer

from adapters.cli.context import here


def web(ctx: typer.Context) -> None:
    """Serve the HTTP API until told to stop.

    It listens where [web] host and port say, on loopback unless said otherwise; put a proxy that speaks TLS in front
    of it. With [web] in_run, calendula run serves it as well. Whoever asks needs a token: calendula token add.

    Example: calendula web
    """
    from adapters.logs import configure
    from adapters.web.serving import address, bound, server

    command = here(ctx)
    log = configure(command.config.log)
    own = command.config.web
    _ = command.sessions  # a missing database is said now, not at the first request
    listener = bound(own.host, own.port)
    typer.echo(f"Listening on {address(listener)}")
    serving = server(command.app)
    log.info("web_started")
    try:
        serving.run(sockets=[listener])
    finally:
        listener.close()
    log.info("web_stopped")
