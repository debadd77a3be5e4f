"""`parvis witness`: what it cosigns, what it refuses, and that it never forgets."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from parvis.cli.witness.command import add_arguments
from parvis.cli.witness.home import BadHomeError, Home
from parvis.cli.witness.memory import LostMemoryError
from parvis.cli.witness.server import WitnessServer, answer
from parvis.core.tlog import cosigning, merkle, notes
from parvis.core.tlog.witnessing import MOST_REQUEST_BYTES, AddCheckpoint, Seen, WitnessRefusalError
from tests.core.clusters import ROOT
from tests.ledger.logs import SIGNER, Log

NAME = "tribunal.test/temoin"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.make(tmp_path / "witness", NAME)
    made.trust(str(SIGNER.verifier))
    return made


def sent(home: Home, old: int, note: str, proof: tuple[bytes, ...] = ()) -> tuple[int, str]:
    try:
        return 200, answer(home, str(AddCheckpoint(old, proof, note)).encode())
    except WitnessRefusalError as refusal:
        return refusal.status, refusal.body


def test_it_cosigns_what_extends_what_it_saw(home: Home) -> None:
    log = Log()
    first = log.grow(3)
    status, lines = sent(home, 0, first)
    assert status == 200
    keys = [one.key for one in home.cosigners]
    assert [key.kind for key in keys] == [cosigning.COSIGNATURE_ED25519, cosigning.COSIGNATURE_ML_DSA]
    assert cosigning.cosigners(first + lines, keys) == set(keys)
    assert notes.read(first + lines, [SIGNER.verifier]).size == 3
    second = log.grow(700)
    assert sent(home, 3, second, log.consistency(3, 700))[0] == 200
    assert sent(home, 700, second)[0] == 200, "asked again for the same"


def test_each_refusal_has_the_status_of_the_protocol(home: Home) -> None:
    log = Log()
    note = log.grow(10)
    assert sent(home, 0, note)[0] == 200
    later = log.grow(20)
    proof = log.consistency(10, 20)
    forger = notes.Signer(SIGNER.verifier.name, bytes(32)).sign(20, bytes(32))
    stranger = notes.Signer("elsewhere.test", bytes(32)).sign(20, bytes(32))
    assert sent(home, 9, later, proof) == (409, "10\n")
    assert sent(home, 0, later) == (409, "10\n")
    assert sent(home, 10, later, proof[:-1])[0] == 422
    assert sent(home, 10, later, (*proof, bytes(32)))[0] == 422
    assert sent(home, 10, later, (bytes(32), *proof[1:]))[0] == 422
    assert sent(home, 10, forger, proof)[0] == 403
    assert sent(home, 10, stranger, proof)[0] == 404
    assert sent(home, 21, later, proof)[0] == 400
    assert sent(home, 10, note, proof)[0] == 422, "nothing to prove between equals"
    assert sent(home, 10, later, proof)[0] == 200
    empty = notes.Signer("parvis.test/other", bytes(32))
    home.trust(str(empty.verifier))
    assert sent(home, 0, empty.sign(0, bytes(32)))[0] == 409, "an empty tree has one root"
    assert sent(home, 0, empty.sign(0, merkle.EMPTY_ROOT), (bytes(32),))[0] == 422


def test_two_roots_of_one_size_are_never_signed(home: Home) -> None:
    ours, theirs = Log(), Log(twist=4)
    assert sent(home, 0, ours.grow(10))[0] == 200
    assert sent(home, 10, theirs.grow(10)) == (409, "10\n")
    assert sent(home, 10, theirs.grow(30), theirs.consistency(10, 30))[0] == 422
    assert sent(home, 10, ours.grow(30), ours.consistency(10, 30))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"old 0",
        b"old 0\n\n",
        b"old 00\n\nparvis.test/journal\n1\n",
        b"old -1\n\n",
        b"old 1 \n\n",
        b"old " + b"9" * 5000 + b"\n\nx\n",
        b"old 0\nnot base64\n\n",
        b"old 0\n" + b"A" * 44 + b"\n\n",
        "old ٣\n\n".encode(),
    ],
)
def test_what_is_no_request_is_refused(home: Home, body: bytes) -> None:
    with pytest.raises(WitnessRefusalError) as refusal:
        answer(home, body)
    assert refusal.value.status == 400
    if body != b"old 0\n\n":
        with pytest.raises(WitnessRefusalError) as refusal:
            answer(home, body + Log().grow(1).encode())
        assert refusal.value.status in (400, 422)


def test_sixty_four_hashes_are_too_many(home: Home) -> None:
    assert sent(home, 0, Log().grow(1), (bytes(32),) * 64)[0] == 400


def test_a_damaged_memory_signs_nothing(home: Home, tmp_path: Path) -> None:
    log = Log()
    assert sent(home, 0, log.grow(5))[0] == 200
    (file,) = (tmp_path / "witness" / "seen").glob("*.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"size": 5', '"size": 4'), encoding="utf-8")
    note = log.grow(9)
    with pytest.raises(LostMemoryError):
        answer(home, str(AddCheckpoint(5, log.consistency(5, 9), note)).encode())


def test_a_key_is_made_once(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadHomeError, match="ne se remplace pas"):
        Home.make(tmp_path / "witness", NAME)
    with pytest.raises(BadHomeError, match="sans espace"):
        Home.make(tmp_path / "other", "my witness")
    with pytest.raises(BadHomeError, match="init"):
        Home(tmp_path / "nowhere")
    assert [one.key for one in Home(tmp_path / "witness").cosigners] == [one.key for one in home.cosigners]
    assert (tmp_path / "witness" / "secret").stat().st_mode & 0o077 == 0


def test_what_was_accepted_is_on_the_disk_before_it_is_signed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the two, it has promised nothing that it does not remember."""
    log = Log()
    note = log.grow(5)

    def killed(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(cosigning.Cosigner, "cosign", killed)
    with pytest.raises(KeyboardInterrupt):
        sent(home, 0, note)
    monkeypatch.undo()
    assert sent(home, 0, Log(twist=1).grow(5)) == (409, "5\n")
    assert sent(home, 5, note)[0] == 200


def test_of_requests_at_once_each_size_is_signed_for_one_past(home: Home) -> None:
    """Two pasts of the same log, all sizes at once, from many threads: one past wins, and sizes never go back."""
    pasts = [Log(), Log(twist=0)]
    wanted = [(past, size) for size in range(1, 40) for past in pasts]
    notes_of = {(id(past), size): past.grow(size) for past, size in wanted}
    random.Random(7).shuffle(wanted)  # noqa: S311 - an order, not a secret

    def push(job: tuple[Log, int]) -> tuple[Log, int, bool]:
        past, size = job
        old = 0
        for _ in range(60):
            status, body = sent(home, old, notes_of[id(past), size], past.consistency(old, size))
            if status != 409 or int(body) >= size:
                return past, size, status == 200
            old = int(body)
        return past, size, False

    with ThreadPoolExecutor(16) as pool:
        done = [one for one in pool.map(push, wanted) if one[2]]
    assert done
    assert len({id(past) for past, _, _ in done}) == 1
    (seen,) = home.memory.all()
    assert seen.size == max(size for _, size, _ in done)


@pytest.fixture
def address(home: Home) -> Iterator[str]:
    server = WitnessServer(("127.0.0.1", 0), home)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def posted(url: str, body: bytes, **headers: str) -> tuple[int, str, str]:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as found:  # noqa: S310 - same
            return found.status, found.headers["Content-Type"], found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_over_http(address: str, home: Home) -> None:
    log = Log()
    body = str(AddCheckpoint(0, (), log.grow(4))).encode()
    assert posted(f"{address}/add-checkpoint", body)[0] == 200
    assert posted(f"{address}/add-checkpoint", body) == (409, "text/x.tlog.size", "4\n")
    assert posted(f"{address}/elsewhere", body)[0] == 404
    with urllib.request.urlopen(f"{address}/", timeout=10) as found:  # noqa: S310 - loopback
        assert found.read().decode().split() == [str(one.key) for one in home.cosigners]
    assert posted(f"{address}/add-checkpoint", body[:-20])[0] in (400, 403)


def test_an_endless_request_is_cut(address: str) -> None:
    with suppress(urllib.error.URLError, ConnectionError):
        assert posted(f"{address}/add-checkpoint", b"x" * (MOST_REQUEST_BYTES + 1))[0] == 413
    for length in ("-1", "+7", "1e3", "9" * 5000):
        with suppress(urllib.error.URLError, ConnectionError):
            assert posted(f"{address}/add-checkpoint", b"old 0\n\n", **{"Content-Length": length})[0] in (400, 411, 413)


def started(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "parvis", "witness", "serve", "--folder", str(folder), "--bind", "127.0.0.1:0"]
    program = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert program.stderr is not None
    line = program.stderr.readline()
    return program, f"http://127.0.0.1:{line.rsplit(':', 1)[-1].strip()}/add-checkpoint"


def test_killed_anywhere_it_remembers_all_it_signed(home: Home, tmp_path: Path) -> None:
    """Six times: kill -9 under load, then what is remembered is at least what was signed, and of the same past."""
    log, dice = Log(), random.Random(11)  # noqa: S311 - moments, not secrets
    signed = 0
    for _ in range(6):
        program, url = started(tmp_path / "witness")
        stop = threading.Timer(0.05 + dice.random() / 5, program.send_signal, (signal.SIGKILL,))
        stop.start()
        old = home.memory.all()[0].size if signed else 0
        with suppress(OSError, http.client.HTTPException):
            while True:
                size = old + dice.randint(1, 30)
                note = log.grow(size)
                body = str(AddCheckpoint(old, log.consistency(old, size), note)).encode()
                status, _, _ = posted(url, body)
                assert status == 200
                old = signed = size
        program.wait()
        assert program.stderr is not None
        program.stderr.close()
        stop.cancel()
        (seen,) = home.memory.all()
        assert seen.size >= signed
        again = Log()
        assert notes.read(again.grow(seen.size), [SIGNER.verifier]).root == seen.root
    assert signed > 0


def test_the_program_makes_a_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse  # noqa: PLC0415 - here only

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    from parvis.cli.witness import run  # noqa: PLC0415 - here only

    folder = str(tmp_path / "w")
    assert run(parser.parse_args(["init", "--folder", folder, "--name", NAME])) == 0
    assert run(parser.parse_args(["trust", "--folder", folder, str(SIGNER.verifier)])) == 0
    assert run(parser.parse_args(["trust", "--folder", folder, "nonsense"])) == 1
    assert run(parser.parse_args(["keys", "--folder", folder])) == 0
    said = capsys.readouterr()
    assert "tribunal.test/temoin+" in said.out
    assert "clé publique" in said.err
    home = Home(tmp_path / "w")
    with home.memory.of("a") as slot:
        slot.keep(Seen("a", 1, bytes(32), "n"))
    assert home.memory.all()[0].origin == "a"


def test_slow_clients_keep_nobody_out(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """Eighty connections that promise a body and send none, then one that asks properly."""
    log = Log()
    note = log.grow(3)
    host, _, port = address.removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(80)]
    try:
        for one in slow:
            with suppress(OSError):
                one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        for old in (0, 3, 3):
            assert posted(f"{address}/add-checkpoint", str(AddCheckpoint(old, (), note)).encode())[0] == 200
    finally:
        for one in slow:
            one.close()
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_another_method_is_told_which_one_serves(address: str) -> None:
    for method, path, status, allow in (
        ("GET", "/add-checkpoint", 405, "POST"),
        ("DELETE", "/add-checkpoint", 405, "POST"),
        ("PUT", "/", 405, "GET"),
        ("POST", "/", 405, "GET"),
        ("HEAD", "/nothing", 404, None),
    ):
        request = urllib.request.Request(f"{address}{path}", method=method)  # noqa: S310 - loopback
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request, timeout=10)  # noqa: S310 - same
        with refusal.value as answered:
            assert (answered.code, answered.headers["Allow"]) == (status, allow), (method, path)
