"""Checkpoints as signed notes."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from parvis.core.tlog import notes

SIGNER = notes.Signer("parvis.test/journal", bytes(range(32)))
ROOT = bytes(32)


def test_a_note_has_the_form_of_the_specification() -> None:
    lines = SIGNER.sign(7, ROOT).split("\n")
    assert lines[:4] == ["parvis.test/journal", "7", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", ""]
    assert lines[4].startswith("— parvis.test/journal ")
    assert lines[5:] == [""]


def test_a_key_is_written_and_read() -> None:
    text = str(SIGNER.verifier)
    assert notes.Verifier.parse(text) == SIGNER.verifier
    for wrong in ("", "name", "a+b+c", text[:-4], text.replace("parvis", "service"), "+" + text.partition("+")[2]):
        with pytest.raises(notes.BadNoteError):
            notes.Verifier.parse(wrong)


@given(st.integers(0, 10**15), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_read_back(size: int, root: bytes) -> None:
    seen = notes.read(SIGNER.sign(size, root), [SIGNER.verifier])
    assert (seen.origin, seen.size, seen.root) == ("parvis.test/journal", size, root)


@given(st.data())
def test_any_changed_character_is_refused(data: st.DataObject) -> None:
    note = SIGNER.sign(1234, ROOT)
    at = data.draw(st.integers(0, len(note) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != note[at]))
    with pytest.raises(notes.BadNoteError):
        notes.read(note[:at] + other + note[at + 1 :], [SIGNER.verifier])


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    for note in (text, f"{text}\n\n{text}", SIGNER.sign(1, ROOT) + text):
        try:
            notes.read(note, [SIGNER.verifier])
        except notes.BadNoteError:
            continue


def test_other_signatures_do_not_disturb_ours() -> None:
    witness = notes.Signer("witness.test", bytes(32))
    body, _, mine = SIGNER.sign(3, ROOT).partition("\n\n")
    theirs = witness.sign(3, ROOT).partition("\n\n")[2]
    note = f"{body}\n\n{theirs}{mine}"
    assert notes.read(note, [SIGNER.verifier]).size == 3
    with pytest.raises(notes.BadNoteError):
        notes.read(note, [])


def test_a_name_that_is_not_the_log_does_not_speak_for_it() -> None:
    other = notes.Signer("elsewhere.test/journal", bytes(range(32)))
    with pytest.raises(notes.BadNoteError):
        notes.read(SIGNER.sign(3, ROOT), [other.verifier])


def test_a_known_key_that_signs_for_another_log_is_not_believed() -> None:
    """The signature is right, the key is known, and the statement is about a log that is not the key's."""
    body = notes.Checkpoint("elsewhere.test/journal", 3, ROOT).body
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = base64.b64encode(SIGNER.verifier.key_id + key.sign(body.encode())).decode()
    with pytest.raises(notes.BadNoteError):
        notes.read(f"{body}\n— parvis.test/journal {signature}\n", [SIGNER.verifier])
