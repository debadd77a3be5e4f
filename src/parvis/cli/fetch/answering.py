"""Answer a case: a state, a message, documents."""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from uuid import UUID

from parvis.client import Client, Document


def add_arguments(group: "argparse._ArgumentGroup") -> None:
    """What an answer holds."""
    group.add_argument("--case", type=UUID, help="identifiant du dossier (« id » dans case.json)")
    group.add_argument("--status", default="", help="IN_PROGRESS, ADD_AWAITING, REFUSED, DONE…")
    group.add_argument("--message", default="", help="message au demandeur")
    group.add_argument("--document", type=Path, action="append", default=[], help="PDF à joindre (répétable)")


def missing(options: argparse.Namespace) -> str:
    """Return what is missing, in one sentence, or nothing."""
    if not options.case:
        return "indiquez --case, l’identifiant du dossier."
    if not (options.status or options.message or options.document):
        return "indiquez --status, --message ou --document."
    return ""


def answer(client: Client, options: argparse.Namespace) -> int:
    """Send it. The same answer sent again within 48 hours is the same: a script may be run again without fear."""
    documents = [Document(path.name, path.read_bytes()) for path in options.document]
    said = [str(options.case), options.status, options.message]
    said += [f"{one.name} {hashlib.sha256(one.content).hexdigest()}" for one in documents]
    key = "answer-" + hashlib.sha256(json.dumps(said).encode()).hexdigest()
    event = client.act(options.case, status=options.status, message=options.message, documents=documents, key=key)
    if options.as_json:
        sys.stdout.write(json.dumps({"case": str(options.case), "event": str(event)}) + "\n")
    else:
        sys.stdout.write(f"Réponse enregistrée : {event}\n")
    return 0
