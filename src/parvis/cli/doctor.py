"""`parvis doctor`: what this installation uses, what is wrong, what to do."""

import argparse
import json
import sys
from dataclasses import asdict

from parvis.cli.checks import CHECKS, Finding, Level

_WORDS = {Level.OK: "OK       ", Level.WARNING: "ATTENTION", Level.ERROR: "ERREUR   "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For people, or for a monitoring tool."""
    parser.add_argument("--json", action="store_true", help="résultat en JSON")


def run(options: argparse.Namespace) -> int:
    """Print each finding; exit with 1 if one is an error."""
    findings = diagnose()
    if options.json:
        sys.stdout.write(json.dumps([asdict(found) for found in findings], ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.writelines(_lines(findings))
    return int(any(found.level is Level.ERROR for found in findings))


def diagnose() -> list[Finding]:
    """Run every check; one that breaks is itself a finding, and never hides the others."""
    import django  # noqa: PLC0415 - settings are read when the diagnosis runs

    django.setup()
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check()
        except Exception as problem:  # noqa: BLE001 - a diagnosis must not stop at what it diagnoses
            name = check.__name__
            findings.append(
                Finding(Level.ERROR, name, f"{type(problem).__name__} : {problem}", "Corrigez, puis relancez.")
            )
    return findings


def _lines(findings: list[Finding]) -> list[str]:
    lines = []
    for found in findings:
        lines.append(f"{_WORDS[found.level]}  {found.subject} : {found.message}\n")
        if found.remedy:
            lines.append(f"           → {found.remedy}\n")
    return lines
