"""Give the files of a deposit to those of its two sides, and to the prosecutor; the journal says so."""

from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.ledger import commands as ledger
from parvis.preservation import formats
from parvis.preservation.enums import Purpose
from parvis.preservation.models import Deposit
from parvis.preservation.queries import registers
from parvis.preservation.queries.objects import content_to_file

# name: (column of the deposit, file's name, format)
_FILES = {
    "signature": ("signature", "bordereau.p7s", formats.CMS),
    "preuves": ("evidence", "preuves.asice", "application/vnd.etsi.asic-e+zip"),
    "versement": ("package", "versement.zip", formats.ZIP),
}


def deliver_deposit_file(*, deposit_id: UUID, name: str, target: BinaryIO, actor: Actor) -> tuple[str, str]:
    """Write a file of a deposit to a stream; return its name and format. Raise AbsentError."""
    row = registers.deposits_of(registers.reach_of(actor)).filter(id=deposit_id).first()
    if row is None:
        raise AbsentError("unknown_deposit", "Ce versement n’est pas parmi les vôtres.")
    file_name, mime, sha256 = _chosen(row, name)
    with transaction.atomic():
        ledger.record(
            actor=actor,
            action="preservation.deposit_file_read",
            subject=f"deposit:{row.id}",
            purpose=str(Purpose.DEPOSIT),
            details={"file": file_name},
        )
    if sha256:
        content_to_file(sha256=sha256, target=target)
    else:
        target.write(row.statement.encode())
        target.seek(0)
    return file_name, mime


def _chosen(row: Deposit, name: str) -> tuple[str, str, bytes]:
    """The name, format and content of a file; no content for the statement, which is a text of the row."""
    if name == "bordereau":
        return "bordereau.txt", formats.TEXT, b""
    column, file_name, mime = _FILES.get(name, ("", "", ""))
    sha256 = bytes(getattr(row, column, None) or b"") if column else b""
    if not sha256:
        raise AbsentError("unknown_file", "Ce versement n’a pas ce fichier.")
    return file_name, mime, sha256
