"""The verifier in one file, run alone (`python -I`, an empty folder): what it proves, and every flipped byte."""

import base64
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from parvis.core.tlog import cosigning, notes
from parvis.core.tlog.cosigning import Cosigner
from parvis.ledger import keys
from parvis.ledger import queries as journal
from parvis.ledger.commands import sequence
from parvis.ledger.models import Checkpoint, Cosignature, Witness
from parvis.ledger.standalone import program
from parvis.signing import commands, installation, queries
from parvis.signing.keys.signer import SignerClient
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pem

pytestmark = pytest.mark.django_db

WITNESS = Cosigner("tribunal.test", bytes(32))


@dataclass(frozen=True)
class Kit:
    """Everything a person keeps of a signed document, in a folder where nothing of Parvis is."""

    place: Path

    def run(self, *words: str) -> tuple[int, str]:
        """Run the file alone."""
        command = [sys.executable, "-I", "parvis-verify.py", *words]
        done = subprocess.run(command, cwd=self.place, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def here(self, *words: str) -> int:
        """Run the same modules in this process: a thousand times faster."""
        return program.main([str(self.place / word) if (self.place / word).exists() else word for word in words])


@pytest.fixture
def kit(signing: SignerClient, tmp_path: Path) -> Kit:
    town = parapheur.build()
    item = town.submit()
    town.confirm(town.freeze(item.id))
    run_jobs()
    sequence()
    last = Checkpoint.objects.order_by("-size")[0]
    witness = Witness.objects.create(
        name="tribunal.test", key=str(WITNESS.key), url="http://w", added_at=last.at, next_at=last.at
    )
    line = WITNESS.cosign(last.note, at=1_790_000_000)
    Cosignature.objects.create(checkpoint=last, witness=witness, line=line, at=last.at)
    item.refresh_from_db()
    container = commands.evidence_container(item_id=item.id, actor=town.clerk)
    place = tmp_path / "alone"
    place.mkdir()
    (place / "parvis-verify.py").write_bytes(b"".join(Client().get("/verifier/parvis-verify.py")))
    (place / "preuves.asice").write_bytes(container)
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        (document,) = [name for name in archive.namelist() if name.startswith("documents/")]
        (place / "document.pdf").write_bytes(archive.read(document))
        (place / "document.ers").write_bytes(archive.read("preuves/enregistrement.ers"))
    (act,) = queries.journal_proofs(item)
    (place / "act.tlog-proof").write_text(act.proof, encoding="utf-8")
    (place / "act.json").write_text(act.opening, encoding="utf-8")
    (place / "policy").write_text(journal.log_policy(), encoding="utf-8")
    (place / "root.pem").write_bytes(pem(installation.demo().root.certificate))
    (place / "other.pdf").write_bytes(b"%PDF another")
    return Kit(place)


TRUST = ("--policy", "policy", "--tsa-root", "root.pem")
FILE = (
    "file",
    "document.pdf",
    "--proof",
    "act.tlog-proof",
    "--opening",
    "act.json",
    "--record",
    "document.ers",
    *TRUST,
)


def test_it_proves_all_alone(kit: Kit) -> None:
    for words in (FILE, ("record", "document.pdf", "document.ers", *TRUST), ("container", "preuves.asice", *TRUST)):
        code, said = kit.run(*words)
        assert code == 0, said
        assert "FAUX" not in said
    assert "Vu par assez de témoins : tribunal.test" in kit.run(*FILE)[1]
    code, said = kit.run(*FILE, "--json")
    assert json.loads(said)["code"] == code == 0


def test_without_trust_it_says_that_trust_is_missing(kit: Kit) -> None:
    for words in (FILE[:-4], ("record", "document.pdf", "document.ers"), ("container", "preuves.asice")):
        code, said = kit.run(*words)
        assert code == 3, said
    code, said = kit.run("file", "document.pdf", "--proof", "act.tlog-proof", *TRUST)
    assert code == 3
    assert "ouverture" in said


def test_what_is_not_that_document_is_false(kit: Kit) -> None:
    assert kit.here("file", "other.pdf", *FILE[2:]) == 1
    assert kit.here("record", "other.pdf", "document.ers", *TRUST) == 1
    other = notes.Signer(keys.origin(), bytes(32)).verifier
    words = ("file", "document.pdf", "--proof", "act.tlog-proof", "--opening", "act.json", "--key")
    assert kit.here(*words, str(other)) == 1
    mine = str(keys.signer().verifier)
    assert kit.here(*words, mine) == 0
    assert kit.here(*words, mine, "--witness", str(WITNESS.key)) == 0
    stranger = str(Cosigner("other.test", bytes(31) + b"1").key)
    assert kit.here(*words, mine, "--witness", stranger) == 1
    assert kit.here(*words, mine, "--witness", stranger, "--witness", str(WITNESS.key), "--threshold", "1") == 0
    assert kit.here(*words, mine, "--witness", str(WITNESS.key), "--threshold", "2") == 2


def test_what_cannot_be_read_has_its_own_code(kit: Kit) -> None:
    assert kit.here("file", "nothing.pdf", *FILE[2:]) == 2
    (kit.place / "policy").write_text("log nonsense\n", encoding="utf-8")
    assert kit.here(*FILE) == 2
    code, said = kit.run("dance")
    assert code == 2
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "words", "step"),
    [
        ("act.tlog-proof", FILE, 3),
        ("act.json", FILE, 3),
        ("document.pdf", FILE, 397),
        ("document.ers", ("record", "document.pdf", "document.ers", *TRUST), 5),
        ("preuves.asice", ("container", "preuves.asice", *TRUST), 97),
    ],
)
def test_any_flipped_byte_is_found(
    kit: Kit, capsys: pytest.CaptureFixture[str], name: str, words: tuple[str, ...], step: int
) -> None:
    file = kit.place / name
    whole = file.read_bytes()
    survivors = []
    for place in range(0, len(whole), step):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        if kit.here(*words) == 0:
            survivors.append(place)
    file.write_bytes(whole)
    assert kit.here(*words) == 0
    assert [
        (place, whole[max(0, place - 9) : place + 9].hex()) for place in survivors if not harmless(name, whole, place)
    ] == []
    capsys.readouterr()


def harmless(name: str, whole: bytes, place: int) -> bool:
    """Bytes that say nothing: blanks of the JSON, and the zip's own book-keeping that no reader believes."""
    if name == "act.json":
        return whole[place : place + 1] in b"\n " or same_json(whole, place)
    if name == "document.ers":  # how many bits of an authority's signature are not used: OpenSSL does not look
        return whole[place - 2] == 0x03 and whole[place : place + 2] == b"\x00\x30"
    if name == "act.tlog-proof":  # the line called extra is authenticated by nothing, and ours is compared with nothing
        return whole[: whole.index(b"\nindex ")].count(b"\n", 0, place) == 1
    return name == "preuves.asice" and outside_content(whole, place)


def same_json(whole: bytes, place: int) -> bool:
    """Upper or lower case of a hexadecimal digit, of a separator of date: the same values."""
    flipped = whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :]
    return bool(json.loads(flipped) == json.loads(whole))


def outside_content(whole: bytes, place: int) -> bool:
    flipped = whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :]
    with zipfile.ZipFile(io.BytesIO(whole)) as one, zipfile.ZipFile(io.BytesIO(flipped)) as other:
        return {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


def test_a_truncated_anything_is_found(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("act.tlog-proof", "act.json", "document.ers", "preuves.asice"):
        file = kit.place / name
        whole = file.read_bytes()
        words = ("container", name, *TRUST) if name.endswith("asice") else FILE
        # A proof is text: its last line is the same without its end.
        meant = len(whole.removesuffix(b"\n")) if name.endswith("proof") else len(whole)
        for size in range(0, meant, max(1, len(whole) // 60)):
            file.write_bytes(whole[:size])
            assert kit.here(*words) in (1, 2), (name, size)
        file.write_bytes(whole)
    capsys.readouterr()


def test_it_is_the_very_modules(kit: Kit) -> None:
    """Not a second implementation: every function of the file is, word for word, in one of our modules."""
    from parvis.ledger.standalone.building import MODULES, standalone_source  # noqa: PLC0415 - here only

    assert (kit.place / "parvis-verify.py").read_text(encoding="utf-8") == standalone_source()
    names = [module.__name__ for module in MODULES]
    assert "import parvis" not in standalone_source()
    assert all(f"# --- {name}: " in standalone_source() for name in names)
    assert base64.b64encode(b"") == b""
    assert cosigning.COSIGNATURE_ED25519 == b"\x04"
