"""Choose a bench, run it, show its figures."""

import argparse
import contextlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from parvis.cli.bench.benches import BENCHES

ROUNDS, QUICK_ROUNDS = 9, 5
_STDOUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which bench, how long, and where its figures go."""
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), help="la mesure à faire ; sans nom, leur liste")
    parser.add_argument("--quick", action="store_true", help="moins d’une minute, pour les mêmes cibles")
    parser.add_argument("--rounds", type=_rounds, help=f"tours ({ROUNDS} ; {QUICK_ROUNDS} avec --quick)")
    parser.add_argument("--check", action="store_true", help="finir avec le code 1 si une cible est manquée")
    parser.add_argument(
        "--json", nargs="?", const=_STDOUT, metavar="FICHIER", help="écrire les mesures en JSON (sans nom : à l’écran)"
    )
    parser.add_argument("--plot", metavar="FICHIER.svg", help="dessiner les mesures")


def run(options: argparse.Namespace) -> int:
    """Return 1 when ``--check`` found a target missed."""
    if options.name is None:
        _list(as_json=options.json)
        return 0
    report = _measured(options)
    _show(report, options)
    return int(options.check and bool(report.missed))


def _list(*, as_json: str | None) -> None:
    if as_json:
        listed = [{"name": name, "summary": summary} for name, (_, summary) in BENCHES.items()]
        _write(as_json, json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return
    width = max(map(len, BENCHES))
    sys.stdout.writelines(f"{name:<{width}}  {summary}\n" for name, (_, summary) in BENCHES.items())


def _measured(options: argparse.Namespace) -> Any:
    from parvis.cli.bench import machine, sandbox, session  # noqa: PLC0415 - the list must answer at once
    from parvis.cli.bench.report import Report  # noqa: PLC0415 - same

    place, summary = BENCHES[options.name]
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    facts = machine.facts()
    with (
        contextlib.redirect_stdout(sys.stderr),  # what commands say on the way is not a result
        sandbox.installation() as data_dir,
        session.opened(data_dir, quick=options.quick, rounds=rounds) as opened,
    ):
        opened.tell("Préparation d’une installation temporaire…")
        sandbox.prepare()
        metrics = importlib.import_module(place).measure(opened)
        facts |= machine.software()
    return Report(options.name, summary, options.quick, rounds, metrics, facts)


def _show(report: Any, options: argparse.Namespace) -> None:
    from rich.console import Console  # noqa: PLC0415 - the list must answer at once

    from parvis.cli.bench import plot, table  # noqa: PLC0415 - same

    console = Console(stderr=options.json == _STDOUT)
    console.print(table.table(report))
    console.print(" · ".join(f"{name} {value}" for name, value in report.machine.items()), style="dim", highlight=False)
    if options.json:
        _write(options.json, json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
    if options.plot:
        _write(options.plot, plot.svg(report))


def _write(where: str, text: str) -> None:
    if where == _STDOUT:
        sys.stdout.write(text)
    else:
        Path(where).write_text(text, encoding="utf-8")


def _rounds(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("au moins un tour")
    return number
