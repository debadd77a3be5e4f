"""The command line of the verifier.

Exit codes: 0, all that was asked is proven; 1, something is false; 2, nothing could be read or the command is wrong;
3, nothing is false, but a key, a root or a file is missing to be sure.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509

from parvis.core.tlog import cosigning, directory, merkle, notes, policy, proofs
from parvis.core.tlog.policy import Policy
from parvis.ledger.standalone import checks
from parvis.ledger.standalone.checks import Trusted
from parvis.ledger.standalone.findings import USAGE, Verdict

CHOICES = ("file", "record", "container", "consistency", "log")
_NOT_READ = (OSError, UnicodeDecodeError, notes.BadNoteError, policy.BadPolicyError, directory.BadExportError)


def main(words: Sequence[str] | None = None) -> int:
    """Run one verification and return the exit code."""
    options = _parser().parse_args(words)
    verdict = Verdict()
    try:
        _run(options, verdict, _trusted(options))
    except (*_NOT_READ, ValueError) as error:
        sys.stderr.write(f"parvis-verify : {error}\n")
        return USAGE
    if options.as_json:
        rows = [{"code": code, "text": text} for code, text in verdict.lines]
        sys.stdout.write(json.dumps({"code": verdict.code, "lines": rows}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in verdict.told())
    return verdict.code


def _run(options: argparse.Namespace, verdict: Verdict, trusted: Trusted) -> None:
    if options.what == "file":
        opening = options.opening.read_text(encoding="utf-8") if options.opening else None
        data, proof = options.file.read_bytes(), options.proof.read_text(encoding="utf-8")
        checks.check_file(verdict, data, proof, opening, trusted)
        if options.record:
            checks.check_record(verdict, data, options.record.read_bytes(), trusted)
    elif options.what == "record":
        checks.check_record(verdict, options.file.read_bytes(), options.record.read_bytes(), trusted)
    elif options.what == "container":
        checks.check_container(verdict, options.file.read_bytes(), trusted)
    elif options.what == "consistency":
        old, new = options.old.read_text(encoding="utf-8"), options.new.read_text(encoding="utf-8")
        checks.check_consistency(verdict, old, new, _prover(options), trusted)
    else:
        kept = [one.read_text(encoding="utf-8") for one in options.checkpoint]
        checks.check_log(verdict, options.folder, kept, trusted)


def _prover(options: argparse.Namespace) -> Callable[[int, int], Sequence[bytes]]:
    if options.proof:
        hashes = proofs.read_hashes(options.proof.read_text(encoding="utf-8").split())
        return lambda *_: hashes
    if not options.tiles:
        message = "Il faut une preuve (--proof) ou les tuiles du journal (--tiles)."
        raise ValueError(message)
    return lambda old, new: merkle.Tree(directory.tile_reader(options.tiles, new)).consistency(old, new)


def _trusted(options: argparse.Namespace) -> Trusted:
    roots: list[x509.Certificate] = []
    for file in options.tsa_root:
        roots += x509.load_pem_x509_certificates(file.read_bytes())
    return Trusted(_policy(options), roots)


def _policy(options: argparse.Namespace) -> Policy | None:
    if options.policy:
        return policy.read_policy(options.policy.read_text(encoding="utf-8"))
    if not options.key and not options.witness:
        return None
    logs = [notes.Verifier.parse(text) for text in options.key]
    witnesses = [cosigning.CosignerKey.parse(text) for text in options.witness]
    needed = len(witnesses) if options.threshold is None else options.threshold
    return policy.threshold_policy(logs, witnesses, needed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="parvis-verify",
        description="Vérifie, sans connexion ni serveur, ce qu’un journal Parvis prouve.",
        epilog="Codes : 0 prouvé, 1 faux, 2 illisible, 3 intact mais il manque une clé, une racine ou un fichier.",
    )
    actions = parser.add_subparsers(dest="what", required=True)
    file = actions.add_parser("file", help="un fichier et sa preuve .tlog-proof")
    file.add_argument("file", type=Path)
    file.add_argument("--proof", type=Path, required=True, help="la preuve (.tlog-proof)")
    file.add_argument("--opening", type=Path, help="ce que dit l’entrée (journal.json)")
    file.add_argument("--record", type=Path, help="l’enregistrement de preuve (.ers)")
    record = actions.add_parser("record", help="un fichier et son enregistrement de preuve .ers")
    record.add_argument("file", type=Path)
    record.add_argument("record", type=Path)
    container = actions.add_parser("container", help="un conteneur de preuves .asice")
    container.add_argument("file", type=Path)
    consistency = actions.add_parser("consistency", help="deux points de contrôle du même journal")
    consistency.add_argument("old", type=Path)
    consistency.add_argument("new", type=Path)
    consistency.add_argument("--proof", type=Path, help="la preuve : une empreinte par ligne, en base 64")
    consistency.add_argument("--tiles", type=Path, help="un dossier de tuiles (parvis verify --export)")
    log = actions.add_parser("log", help="un journal entier (parvis verify --export)")
    log.add_argument("folder", type=Path)
    log.add_argument("--checkpoint", type=Path, action="append", default=[], help="un point de contrôle gardé ailleurs")
    for action in (file, record, container, consistency, log):
        _add_trust(action)
    return parser


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", type=Path, help="politique de confiance (c2sp.org/tlog-policy)")
    parser.add_argument("--key", action="append", default=[], metavar="CLÉ", help="clé publique du journal")
    parser.add_argument("--witness", action="append", default=[], metavar="CLÉ", help="clé publique d’un témoin")
    parser.add_argument("--threshold", type=int, help="combien de ces témoins doivent avoir vu (tous)")
    parser.add_argument("--tsa-root", type=Path, action="append", default=[], metavar="PEM", help="racine d’horodatage")
    parser.add_argument("--json", action="store_true", dest="as_json", help="répondre en JSON")
