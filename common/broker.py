"""The broker as we use it: a message is a nudge that may be lost, so nothing is handed back.

Kombu's Redis transport keeps a copy of every message until it is acknowledged. Our workers do
not need that: the row says what is to be done, and the sweep rings again. Without the copies a
message costs fewer commands, and a broker that dies between a result and its acknowledgement
does not end the worker. (Kombu acknowledges and restores on a channel that it has closed; the
``AttributeError`` from it is no connection error for anybody, and passes through to the top.)
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as Disconnected

HERE = f"{__name__}:Transport"


class Channel(redis.Channel):
    ack_emulation = False
    do_restore = False

    def _restore(self, message: Any, leftmost: bool = False) -> None:
        """Nothing: what a worker leaves undone is rung again by the sweep."""

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise Disconnected("the connection to the broker was closed")
        return super()._connparams(asynchronous)  # type: ignore[no-untyped-call]


class Transport(redis.Transport):
    Channel = Channel


def install() -> None:
    """Let every address that names Redis lead to this transport."""
    TRANSPORT_ALIASES.update(redis=HERE, rediss=HERE)
