"""A CalDAV server for tests over real HTTP on loopback, in memory, that can do whatever real servers were seen to do.

`server.FakeServer` runs one in a thread; `python -m tests.fake` runs one as a process of its own. `switches`
names each fault, with the recorded exchange or the public issue that it reproduces.
"""
