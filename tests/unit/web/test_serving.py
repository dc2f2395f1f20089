"""How connections are taken: an answer goes out at once."""

import asyncio
import socket

from adapters.web.serving import bound


def test_no_body_waits_for_its_head_to_be_acknowledged() -> None:
    """With Nagle's algorithm each answer took 40 ms longer; asyncio only switches it off where it sees TCP."""
    assert asyncio.run(_no_delay(bound("127.0.0.1", 0))) != 0


async def _no_delay(listener: socket.socket) -> int:
    taken: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    async with await asyncio.start_server(lambda _, writer: taken.put_nowait(writer), sock=listener):
        _, mine = await asyncio.open_connection(*listener.getsockname()[:2])
        theirs = await taken.get()
        found: int = theirs.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for writer in (mine, theirs):
            writer.close()
            await writer.wait_closed()
    return found
