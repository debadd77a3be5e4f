"""The signer as it runs: a process of its own, with keys in files or in a SoftHSM token."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parvis.signing.keys import places
from parvis.signing.keys.signer import SignerClient

SOFTHSM = next(
    (
        path
        for path in (
            Path("/usr/lib/softhsm/libsofthsm2.so"),
            Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
        )
        if path.exists()
    ),
    Path("/missing: see .ci/run"),
)
PIN = "4321"


@dataclass(frozen=True)
class Token:
    """A SoftHSM token in a folder of its own."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SOFTHSM2_CONF": str(self.home / "softhsm2.conf"),
            "PARVIS_PKCS11_MODULE": str(SOFTHSM),
            "PARVIS_PKCS11_TOKEN": "parvis",
            "PARVIS_PKCS11_PIN": PIN,
        }

    @property
    def files(self) -> Path:
        return self.home / "tokens"


def token(home: Path) -> Token:
    """Make a token with the real tool."""
    made = Token(home)
    made.files.mkdir(parents=True)
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {made.files}\nlog.level = ERROR\n")
    tool = shutil.which("softhsm2-util")
    assert tool, "softhsm2 is missing: see .ci/run"
    words = [tool, "--init-token", "--free", "--label", "parvis", "--so-pin", "12345678", "--pin", PIN]
    subprocess.run(words, check=True, capture_output=True, env=os.environ | made.environment)
    return made


@contextmanager
def running(data: Path, **environment: str) -> Iterator[SignerClient]:
    """Run `parvis signer` on a data directory, and give a client of it."""
    chosen = environment or {"PARVIS_SIGNER_FILES": "1"}
    client = SignerClient(places.socket_path(data))
    with _process(data, chosen) as process:
        _wait(places.socket_path(data), process)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def _process(data: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "parvis", "--data", str(data), "signer"]
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
        if process.stderr:
            process.stderr.close()


def _wait(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        assert time.monotonic() < deadline, "the signer did not start"
        time.sleep(0.02)
