"""How often things happen by themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """
    In seconds of real time.

    Args:
        heartbeat_s: between two heartbeats on a connection (observed, developer community: 30).
        poll_s: between two looks at the store while there are connections.
        bind_s: between two tries to get the port, while another worker has it.
        close_s: how long a client has to answer that its connection is closed.
    """

    heartbeat_s: float = 30.0
    poll_s: float = 0.25
    bind_s: float = 1.0
    close_s: float = 1.0
