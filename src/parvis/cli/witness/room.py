"""Room for few connections at once, where one that is slow to ask gives its place to the next."""

import socket
import threading

MOST = 32
# How long a newcomer waits for the place of one that was cut.
_GRACE_SECONDS = 2


class Room:
    """The places. Those whose request has not come whole may be cut, the one that waited longest first.

    A client that opens connections and sends nothing, or a byte now and then, so keeps nobody out: a request that
    comes at once is answered before its turn to be cut comes.
    """

    def __init__(self, most: int = MOST) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._asking: dict[socket.socket, None] = {}

    def enter(self, connection: socket.socket) -> bool:
        """Take a place, that of the slowest when there is none left. False: everyone is being answered."""
        if not self._free.acquire(blocking=False):
            self._cut_the_slowest()
            if not self._free.acquire(timeout=_GRACE_SECONDS):
                return False
        self.asks(connection)
        return True

    def asks(self, connection: socket.socket) -> None:
        """Its request is still to come: it may be cut."""
        with self._lock:
            self._asking[connection] = None

    def is_served(self, connection: socket.socket) -> None:
        """Its request came whole: it is no longer cut. Raise ConnectionError when it just was."""
        with self._lock:
            if connection not in self._asking:
                raise ConnectionAbortedError
            del self._asking[connection]

    def leave(self, connection: socket.socket) -> None:
        """Give the place back."""
        with self._lock:
            self._asking.pop(connection, None)
        self._free.release()

    def _cut_the_slowest(self) -> None:
        with self._lock:
            slowest = next(iter(self._asking), None)
            if slowest is None:
                return
            del self._asking[slowest]
        try:
            slowest.shutdown(socket.SHUT_RDWR)
        except OSError:  # it has just gone by itself
            return
