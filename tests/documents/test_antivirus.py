import base64
import hashlib
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from parvis.documents import commands, store
from parvis.documents.antivirus import InfectedFileError, ScannerDownError
from parvis.documents.commands import Expectation
from tests.support import files

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
# The industry's harmless test file, put together here so that no scanner flags our own sources.
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FS") + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ANY = Expectation(max_bytes=10_000_000)
FOREVER = 30


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real clamd, with a database of one signature: the real one cannot be fetched by a test."""
    if CLAMD is None:
        pytest.skip("clamd is not installed")
    folder = tmp_path_factory.mktemp("clamd")
    base = folder / "db"
    base.mkdir()
    (base / "test.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Test\n")  # noqa: S324
    link = folder / "s"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {link}\nDatabaseDirectory {base}\nForeground yes\nUser root\nStreamMaxLength 20M\n"
    )
    server = subprocess.Popen(
        [CLAMD, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(link, server)
        yield f"unix:{link}"
    finally:
        server.terminate()
        server.wait(timeout=FOREVER)


def _wait_for(link: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + FOREVER
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.skip(f"clamd does not start here (exit {server.returncode})")
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(link))
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("clamd is not ready")


def test_a_real_clamd_finds_the_test_virus_and_passes_the_rest(clamd: str, settings: Any) -> None:
    settings.CLAMD = clamd
    commands.discard(commands.receive((files.PDF,), ANY))
    commands.discard(commands.receive((files.PDF[:-6] + bytes(2_000_000) + files.PDF[-30:],), ANY))
    with pytest.raises(InfectedFileError):
        commands.receive((EICAR,), ANY)
    assert list(store.incoming().iterdir()) == []


def answering(reply: bytes) -> str:
    """Start a scanner of one call that answers this, whatever it is sent."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, server.accept()[0] as link:
            with link.makefile("rb") as stream:
                stream.read(len(b"zINSTREAM\0"))
                while size := struct.unpack(">I", stream.read(4))[0]:
                    stream.read(size)
            link.sendall(reply)

    Thread(target=serve, daemon=True).start()
    return f"tcp:127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("reply", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"gibberish\0"])
def test_a_scanner_that_fails_closes_the_door(reply: bytes, settings: Any) -> None:
    settings.CLAMD = answering(reply)
    with pytest.raises(ScannerDownError):
        commands.receive((files.PDF,), ANY)
    assert list(store.incoming().iterdir()) == []


def test_a_scanner_that_is_not_there_closes_the_door(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = f"unix:{tmp_path / 'nobody'}"
    with pytest.raises(ScannerDownError):
        commands.receive((files.PDF,), ANY)


def test_an_answer_over_tcp_is_understood(settings: Any) -> None:
    settings.CLAMD = answering(b"stream: OK\0")
    commands.discard(commands.receive((files.PDF,), ANY))
    settings.CLAMD = answering(b"stream: Eicar FOUND\0")
    with pytest.raises(InfectedFileError):
        commands.receive((files.PDF,), ANY)
