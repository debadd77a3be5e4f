"""Several clients at once, each sending its next request as soon as the last is answered."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parvis.cli.bench.figures import percentile


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw: every latency in milliseconds, and how long it lasted in all, in seconds."""

    latencies: Sequence[float]
    elapsed: float

    @property
    def rate(self) -> float:
        """Requests a second, all clients together."""
        return len(self.latencies) / self.elapsed

    def at(self, rank: float) -> float:
        """Return a percentile of the latencies."""
        return percentile(self.latencies, rank)


def drive(clients: Sequence[Callable[[], None]], each: int) -> Load:
    """Call every client ``each`` times, all at once, one thread a client. The first failure of a client is raised."""
    latencies: list[list[float]] = [[] for _ in clients]
    failures: list[BaseException] = []
    ready = threading.Barrier(len(clients) + 1)

    def work(client: Callable[[], None], seen: list[float]) -> None:
        ready.wait()
        try:
            for _ in range(each):
                start = time.perf_counter()
                client()
                seen.append((time.perf_counter() - start) * 1000)
        except BaseException as failure:  # noqa: BLE001 - carried to the caller's thread
            failures.append(failure)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(clients, latencies, strict=True)]
    for thread in threads:
        thread.start()
    ready.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begin
    if failures:
        raise failures[0]
    return Load([one for seen in latencies for one in seen], elapsed)
