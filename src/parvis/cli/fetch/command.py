"""The command: where to, with which credential, once or for ever; or one answer."""

import argparse
import ipaddress
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from parvis.cli.fetch import answering
from parvis.cli.fetch.inbox import Inbox, InboxTakenError, Outcome
from parvis.client import Client, ClientError, DigestError, UnavailableError
from parvis.core import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Fetch by default, `answer` to answer one case."""
    parser.add_argument("action", nargs="?", choices=("answer",), help="répondre à un dossier (sinon : relever)")
    parser.add_argument("--url", default=env.text("PARVIS_HUB_URL"), help="adresse du hub (sinon PARVIS_HUB_URL)")
    parser.add_argument("--client-id", default=env.text("PARVIS_CLIENT_ID"), help="clé (sinon PARVIS_CLIENT_ID)")
    parser.add_argument("--secret-file", type=Path, help="fichier du secret (sinon PARVIS_CLIENT_SECRET ou …_FILE)")
    parser.add_argument("--json", action="store_true", dest="as_json", help="une ligne de JSON par dossier")
    taking = parser.add_argument_group("relever")
    taking.add_argument("--into", type=Path, metavar="DOSSIER", help="où écrire : DÉMARCHE/NUMÉRO/")
    taking.add_argument("--process", action="append", default=[], help="démarche (toutes par défaut ; répétable)")
    rhythm = taking.add_mutually_exclusive_group()
    rhythm.add_argument("--once", action="store_true", help="relever une fois (par défaut)")
    rhythm.add_argument("--every", type=float, metavar="SECONDES", help="relever sans fin, à ce rythme")
    answering.add_arguments(parser.add_argument_group("répondre"))


def run(options: argparse.Namespace) -> int:
    """Do it; 1 when something is left to do or was refused."""
    wrong = _missing(options)
    if wrong:
        sys.stderr.write(f"parvis fetch : {wrong}\n")
        return 2
    try:
        secret = options.secret_file.read_text().strip() if options.secret_file else env.text("PARVIS_CLIENT_SECRET")
        with Client(options.url, options.client_id, secret) as client:
            return answering.answer(client, options) if options.action == "answer" else _fetch(client, options)
    except (ClientError, InboxTakenError, OSError) as failure:
        sys.stderr.write(f"parvis fetch : {_said(failure)}\n")
        return 1


def _missing(options: argparse.Namespace) -> str:
    """Return what is missing or unsafe, in one sentence, or nothing."""
    if not options.url or not options.client_id:
        return "indiquez --url et --client-id (ou PARVIS_HUB_URL et PARVIS_CLIENT_ID)."
    if not (options.secret_file or env.text("PARVIS_CLIENT_SECRET")):
        return "indiquez --secret-file, ou PARVIS_CLIENT_SECRET dans l’environnement."
    if not _safe(options.url):
        return "l’adresse doit être en https : le secret ne voyage pas en clair."
    if options.action != "answer" and not options.into:
        return "indiquez --into, le dossier où écrire."
    return answering.missing(options) if options.action == "answer" else ""


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def _fetch(client: Client, options: argparse.Namespace) -> int:
    with Inbox(client, options.into, processes=options.process) as inbox:
        while True:
            code = _pass(inbox, options)
            if not options.every:
                return code
            time.sleep(options.every)


def _pass(inbox: Inbox, options: argparse.Namespace) -> int:
    """Take all that is new. One case that fails does not keep the others waiting."""
    failed = taken = 0
    try:
        for outcome in inbox.take_all():
            failed += bool(outcome.failure)
            taken += not outcome.failure
            _tell(outcome, options)
    except (UnavailableError, DigestError) as failure:
        sys.stderr.write(f"parvis fetch : {_said(failure)}\n")
        return 1
    if not options.as_json:
        sys.stdout.write(f"{taken} dossier(s) relevé(s), {failed} en échec.\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _tell(outcome: Outcome, options: argparse.Namespace) -> None:
    if options.as_json:
        sys.stdout.write(json.dumps(outcome.plain(), ensure_ascii=False) + "\n")
    elif outcome.failure:
        sys.stderr.write(f"{outcome.case} : {outcome.failure}\n")
    else:
        sys.stdout.write(f"{outcome.path}\n")
    sys.stdout.flush()


def _said(failure: Exception) -> str:
    return failure.detail if isinstance(failure, ClientError) else str(failure)
