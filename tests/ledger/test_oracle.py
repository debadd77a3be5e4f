"""Go's x/mod judges what we make: notes, proofs, tiles and cosignatures; and refuses what was altered."""

import base64
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from parvis.core.tlog import cosigning, notes
from parvis.ledger import keys, queries
from parvis.ledger.models import Checkpoint
from tests.ledger.logs import SIGNER, Log

MODULES = Path("/usr/share/gocode")
LACKING = not shutil.which("go") or not (MODULES / "src/golang.org/x/mod").exists()
pytestmark = pytest.mark.skipif(
    LACKING and not os.environ.get("CI"), reason="needs Debian's golang-go and golang-golang-x-mod-dev"
)
Ask = Callable[..., bool]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Build the program, without a network, and ask it."""
    place = tmp_path_factory.mktemp("oracle")
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(MODULES), "GOFLAGS": "", "GOPROXY": "off"}
    environment.setdefault("GOCACHE", str(place / "cache"))
    source = Path(__file__).parent / "oracle" / "main.go"
    subprocess.run(["go", "build", "-o", str(place / "oracle"), str(source)], check=True, env=environment)  # noqa: S607
    program = subprocess.Popen([str(place / "oracle")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdin is not None
    assert program.stdout is not None

    def ask(op: str, **asked: Any) -> bool:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps({"op": op} | {name: _plain(value) for name, value in asked.items()}) + "\n")
        program.stdin.flush()
        said = program.stdout.readline()
        assert said, "the oracle died"
        return said == "yes\n"

    yield ask
    program.stdin.close()
    program.stdout.close()
    program.wait(10)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def test_our_notes_are_opened_and_no_others(oracle: Ask) -> None:
    key, note = str(SIGNER.verifier), Log().grow(7)
    assert oracle("note", key=key, note=note)
    assert not oracle("note", key=key, note=note.replace("\n7\n", "\n8\n"))
    assert not oracle("note", key=str(notes.Signer("parvis.test/journal", bytes(32)).verifier), note=note)
    witness = cosigning.Cosigner("tribunal.test", bytes(32))
    signed = note + witness.cosign(note, at=1_700_000_000)
    assert oracle("note", key=key, note=signed)
    assert oracle("cosignature", key=str(witness.key), note=signed)
    assert not oracle("cosignature", key=str(witness.key), note=note)
    assert not oracle("cosignature", key=str(witness.key), note=signed.replace("\n7\n", "\n8\n"))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 700])
def test_our_proofs_hold_and_altered_ones_do_not(oracle: Ask, size: int) -> None:
    log = Log()
    log.grow(size)
    root = log.tree.root(0, size)
    for index in {0, size // 3, size // 2, size - 1}:
        proof = log.tree.inclusion(index, size)
        asked: dict[str, Any] = {"index": index, "size": size, "root": root, "leaf": log.leaves[index]}
        assert oracle("inclusion", proof=proof, **asked)
        for rank in range(len(proof)):
            altered = [*proof[:rank], proof[rank][::-1], *proof[rank + 1 :]]
            assert not oracle("inclusion", proof=altered, **asked)
        assert not oracle("inclusion", proof=[*proof, bytes(32)], **asked)
        assert not oracle("inclusion", proof=proof, **asked | {"leaf": b"forged"})
    for old in {1, size // 2, size - 1} - {0}:
        proof = log.tree.consistency(old, size)
        asked = {"old": old, "size": size, "root": root, "old_root": b"", "oldRoot": log.tree.root(0, old)}
        assert oracle("consistency", proof=proof, **asked)
        assert not oracle("consistency", proof=[*proof, bytes(32)], **asked)
        assert not oracle("consistency", proof=proof, **asked | {"oldRoot": bytes(32)})


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/journal/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_our_published_journal_is_read_over_http_and_from_a_folder(
    oracle: Ask, journal: list[UUID], tmp_path: Path, address: str
) -> None:
    call_command("verify_ledger", "--export", str(tmp_path / "log"))
    old = Checkpoint.objects.get(size=400)
    asked: dict[str, Any] = {
        "key": str(keys.signer().verifier),
        "positions": [0, 255, 256, 511, 512, 577, 599],
        "old": 400,
        "oldRoot": bytes(old.root),
    }
    assert oracle("log", place=address, **asked)
    assert oracle("log", place=str(tmp_path / "log"), **asked)
    assert not oracle("log", place=address, **asked | {"oldRoot": bytes(32)})
    assert not oracle("log", place=address, **asked | {"positions": [600]})
    file = tmp_path / "log" / "tile/entries/001"
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    assert not oracle("log", place=str(tmp_path / "log"), **asked | {"positions": [257]})
    proof = queries.tlog_proof(journal[123])
    root = notes.unverified(proof.checkpoint)[0].root
    assert oracle("inclusion", index=123, size=600, root=root, leaf=proof.extra, proof=proof.hashes)
