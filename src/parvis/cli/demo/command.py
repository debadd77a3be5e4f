"""Prepare, start, play the journey, then stay up or stop."""

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError

from parvis.cli import database, migrate
from parvis.cli.demo import preservation, providers, signing
from parvis.cli.up import Supervisor, say

START_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Once or for long, and where."""
    parser.add_argument("--once", action="store_true", help="jouer le parcours, dire ce qui s’est passé, puis arrêter")
    parser.add_argument(
        "--port",
        type=int,
        default=8600,
        help="port du site (8600) ; courriels et services de connexion sur les suivants",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0 only if every step of the journey succeeded."""
    started = time.monotonic()
    site, smtp, mailbox, signin = _ports(options.port, anywhere=options.once)
    _settle(site, smtp)
    providers.settle(signin)
    say("Préparation de la base de données…")
    database.ensure(watch=True)
    migrate.apply(["--verbosity", "0"])
    from django.core.management import call_command  # noqa: PLC0415 - Django is ready by now

    call_command("collectstatic", interactive=False, verbosity=0)
    say("Chargement des communes et des comptes de démonstration…")
    accounts = _accounts()
    supervisor = Supervisor(_children(site, smtp, mailbox, signin))
    outcome = _Outcome()
    addresses = {"site": f"http://127.0.0.1:{site}", "mailbox": f"http://127.0.0.1:{mailbox}"}

    def story() -> None:
        try:
            _wait(addresses.values())
            say(f"Prêt en {time.monotonic() - started:.1f} s. Le parcours se joue sur le site réel :\n")
            outcome.code = _play(accounts, addresses) or signing.play() or preservation.play()
            _invite(accounts, addresses)
        except TimeoutError as error:
            say(str(error))
        finally:
            if options.once:
                supervisor.leaving = True

    threading.Thread(target=story, daemon=True).start()
    supervisor.run()
    return outcome.code


class _Outcome:
    """What the journey's thread leaves to the main one. Stopped before the end is a failure."""

    code = 1


def _ports(wanted: int, *, anywhere: bool) -> tuple[int, int, int, int]:
    """Return the ports of the site, of the SMTP server, of its page and of the sign-in providers."""
    if all(_is_free(port) for port in range(wanted, wanted + 4)):
        return wanted, wanted + 1, wanted + 2, wanted + 3
    if not anywhere:
        message = (
            f"Un des ports {wanted} à {wanted + 3} est déjà pris, peut-être par une autre démonstration. "
            f'Arrêtez-la, ou choisissez un autre port : make demo ARGS="--port {wanted + 100}"'
        )
        raise SystemExit(message)
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    found = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return found[0], found[1], found[2], found[3]


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _settle(site: int, smtp: int) -> None:
    """Set the environment that this process and its children read."""
    if "PARVIS_DATA" not in os.environ:
        from parvis.core import env  # noqa: PLC0415 - kept out of `parvis --help`

        os.environ["PARVIS_DATA"] = str(env.data_dir().with_name("parvis-demo"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.web.settings.demo"
    os.environ["PARVIS_URL"] = f"http://127.0.0.1:{site}"
    os.environ["PARVIS_SMTP_PORT"] = str(smtp)
    if "PARVIS_PKCS11_MODULE" not in os.environ:
        os.environ["PARVIS_SIGNER_FILES"] = "1"
    os.environ.setdefault("PARVIS_LOG_LEVEL", "WARNING")  # the terminal is for the story


def _accounts() -> dict[str, Any]:
    from parvis.cli.demo import world  # noqa: PLC0415 - Django must be ready

    return world.load(Path(os.environ["PARVIS_DATA"]) / "keys" / "demo-software.json")


def _children(site: int, smtp: int, mailbox: int, signin: int) -> dict[str, list[str]]:
    parvis = [sys.executable, "-m", "parvis"]
    catcher = [sys.executable, "-m", "parvis_simulators", "mailbox", "--smtp", str(smtp), "--http", str(mailbox)]
    return {
        "la boîte de courriels": catcher,
        "les services de connexion": providers.command(signin, site),
        "le site": [*parvis, "serve", "--bind", f"127.0.0.1:{site}"],
        "les tâches de fond": [*parvis, "worker"],
        "les signatures": [*parvis, "signer"],
    }


def _play(accounts: dict[str, Any], addresses: dict[str, str]) -> int:
    command = [sys.executable, "-m", "parvis_simulators", "journey"]
    for name, address in addresses.items():
        command += [f"--{name}", address]
    environment = os.environ | {"PARVIS_DEMO_ACCOUNTS": json.dumps(accounts)}
    code = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - ourselves
    say("" if code == 0 else "\nLe parcours a échoué : l’étape marquée ✗ dit pourquoi.")
    return code


def _wait(addresses: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    for address in addresses:
        while True:
            try:
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own loopback address
                    break
            except (URLError, OSError):
                if time.monotonic() > deadline:
                    message = f"{address} ne répond pas après {START_SECONDS:.0f} s. Lancez : parvis doctor"
                    raise TimeoutError(message) from None
                time.sleep(0.1)


def _invite(accounts: dict[str, Any], addresses: dict[str, str]) -> None:
    password = accounts["citizen"]["password"]
    say(
        f"Site                  {addresses['site']}/\n"
        f"Courriels             {addresses['mailbox']}/\n"
        f"Citoyenne             {accounts['citizen']['email']}\n"
        f"Agent de Rennes       {accounts['agent']['email']}\n"
        f"Agent de Nice         {accounts['agent_nice']['email']}\n"
        f"Secrétaire de Rennes  {accounts['secretary']['email']}  (page /habilitations/)\n"
        f"Maire de Rennes       {accounts['mayor']['email']}  (page /parapheur/)\n"
        f"Greffe de Rennes      {accounts['clerk']['email']}\n"
        f"Greffe du tribunal    {accounts['registrar']['email']}  (page /registres/)\n"
        f"Procureure            {accounts['prosecutor']['email']}  (page /registres/)\n"
        f"Exploitation          {accounts['operator']['email']}  (page /supervision/)\n"
        f"Mot de passe (tous)   {password}\n"
    )
