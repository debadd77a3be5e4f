"""The frame: the list, turns, the loads; and one real bench, short, for its exact figures only."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from parvis.cli.bench import machine, session
from parvis.cli.bench.benches import BENCHES
from parvis.cli.bench.deposit import bare
from parvis.cli.bench.drive.load import drive
from parvis.cli.bench.meters import processes
from tests.core.clusters import ROOT


def bench(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(cwd)}
    command = [sys.executable, "-m", "parvis", "bench", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=cwd)


def test_alone_it_lists_the_benches(tmp_path: Path) -> None:
    assert [line.split()[0] for line in bench(cwd=tmp_path).stdout.splitlines()] == list(BENCHES)
    listed = json.loads(bench("--json", cwd=tmp_path).stdout)
    assert {one["name"]: one["summary"] for one in listed} == {name: says for name, (_, says) in BENCHES.items()}


def test_an_unknown_bench_is_refused(tmp_path: Path) -> None:
    answer = bench("deposits", cwd=tmp_path)
    assert answer.returncode == 2
    assert "deposit" in answer.stderr


def test_sides_run_in_turns_after_a_warm_up(tmp_path: Path) -> None:
    order: list[str] = []

    def side(name: str) -> Callable[[], int]:
        def run() -> int:
            order.append(name)
            return len(order)

        return run

    with session.opened(tmp_path, quick=True, rounds=3) as opened:
        found = opened.in_turns("…", {"a": side("a"), "b": side("b")})
    assert order == ["b", "a", "a", "b", "b", "a", "a", "b"]
    assert found == {"a": [3, 6, 7], "b": [4, 5, 8]}


def test_clients_work_at_once_and_each_its_number() -> None:
    together = threading.Barrier(2)

    def client() -> None:
        together.wait(10)

    seen = drive([client, client], 5)
    assert len(seen.latencies) == 10
    assert seen.rate > 0


def test_a_client_that_fails_is_not_hidden() -> None:
    def failing() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        drive([failing], 2)


def test_this_process_has_a_family_a_cost_and_a_weight() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert {os.getpid(), child.pid} <= processes.family(os.getpid())
    finally:
        child.communicate(b"\n")
    assert processes.cpu_seconds({os.getpid()}) > 0
    assert processes.peak_mebibytes(os.getpid()) > 1
    assert processes.peak_mebibytes(child.pid) == 0


def test_the_facts_name_no_place() -> None:
    assert "/" not in json.dumps({name: value for name, value in machine.facts().items() if name != "processor"})


def test_a_recorded_row_is_cut_at_the_ids_that_change() -> None:
    one = bare.Insert("t", "", [["folder:", "ID-1"], None, ["same"]])
    again = bare.Recording([one], ["ID-1"], "B-1")
    ((subject, nothing, same),) = again.parameters("B-2")
    assert subject is not None
    assert subject.startswith("folder:")
    assert subject != "folder:ID-1"
    assert (nothing, same) == (None, "same")


@pytest.mark.slow
def test_a_deposit_costs_the_same_statements_among_ten_times_more(tmp_path: Path) -> None:
    answer = bench("deposit", "--quick", "--rounds", "1", "--json", "--plot", "out.svg", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    figures = {one["name"]: one for one in json.loads(answer.stdout)["metrics"]}
    assert figures["sql_growth"]["met"] is True
    assert figures["app_cpu"]["value"]["median"] > 0
    assert str(tmp_path) not in answer.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.svg"]


@pytest.mark.slow
def test_a_journey_is_played_from_end_to_end(tmp_path: Path) -> None:
    answer = bench("journey", "--quick", "--rounds", "1", "--json", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    figures = {one["name"]: one for one in json.loads(answer.stdout)["metrics"]}
    assert figures["journey_requests"]["value"]["median"] == 16
    assert figures["sql_growth"]["met"] is True
