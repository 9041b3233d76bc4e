"""HTTP/1.1 on a connection, as Uvicorn speaks it, within limits of bytes and time that Uvicorn does not have.

A head or a body that does not arrive in time, a head or a message without end, and an answer that nobody reads end the connection. The
application sees none of it but a client that left. Nor does it see the trailers of a chunked body: Uvicorn takes those for headers.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graph.requests import BODY_SECONDS

HEAD_SECONDS = 10.0
MESSAGE_SECONDS = BODY_SECONDS + 5.0
"""For the body, once its head is there: longer than the application waits, which answers if it can."""

UNREAD_SECONDS = 60.0
HEAD_BYTES = 64 << 10
MESSAGE_BYTES = 8 << 20
"""Of a whole message with the frames of its chunks and its trailers, of which a body of legal size needs a part."""

TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._is_whole = False
        self._has_head = False
        self._size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Gives a new connection its time to send a head."""
        super().connection_made(transport)
        self._within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clocks."""
        self._stop()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what came, unless the message is too large by now."""
        if self._is_whole:  # what follows is the next message, or bytes that never become one
            self._is_whole = self._has_head = False
            self._size = 0
        self._size += len(data)
        super().data_received(data)
        if self._is_whole or self.transport.is_closing():
            return
        if not self._has_head and self._size > HEAD_BYTES:
            self.transport.write(TOO_LARGE)
            self.transport.close()
        elif self._size > MESSAGE_BYTES:
            self.transport.abort()
        elif self._deadline is None:
            self._within(MESSAGE_SECONDS if self._has_head else HEAD_SECONDS)

    def on_message_begin(self) -> None:
        """Begins to measure a message."""
        super().on_message_begin()
        self._is_whole = self._has_head = False
        self._size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a field of the head, and none that comes after it: whatever checks the head has not seen that (RFC 9110, 6.5.1)."""
        if not self._has_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Ends the time for the head."""
        self._has_head = True
        self._stop()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Ends the time for the message."""
        self._is_whole = True
        self._stop()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Gives the client its time to read what is waiting for it."""
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Ends that time."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _within(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
