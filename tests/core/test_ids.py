"""Keys are UUIDv7: ordered by time, unique under threads, valid for everybody else."""

import itertools
import threading
import time
from uuid import RFC_4122, UUID

import pytest

from parvis.core import ids


def test_version_and_variant_are_those_of_the_rfc() -> None:
    for _ in range(1000):
        fresh = ids.new_id()
        assert fresh.version == 7
        assert fresh.variant == RFC_4122


def test_the_first_48_bits_are_the_time_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    stamp = ids.new_id().int >> 80
    # The counter may have borrowed a few milliseconds in a burst of other tests.
    assert before <= stamp <= time.time_ns() // 1_000_000 + 1000


def test_ids_of_one_process_strictly_increase() -> None:
    many = [ids.new_id() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in itertools.pairwise(many))


def test_ids_increase_even_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ids.new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)
    assert [ids.new_id() > first for _ in range(10_000)] == [True] * 10_000


def test_threads_never_share_an_id() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]

    def make(place: int) -> None:
        made[place] = [ids.new_id() for _ in range(5_000)]

    threads = [threading.Thread(target=make, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for batch in made for one in batch}) == 40_000
    assert all(batch == sorted(batch) for batch in made)
