"""The sign-in services of the demo: invented, on this machine, with the rules of the real ones."""

import json
import os
import secrets
import sys
from pathlib import Path

_NAMES = (("franceconnect", "FranceConnect"), ("proconnect", "ProConnect"))


def settle(port: int) -> None:
    """Write the file of providers that Parvis and their simulator both read."""
    file = Path(os.environ["PARVIS_DATA"]) / "keys" / "demo-providers.json"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = [
        {
            "slug": slug,
            "kind": slug,
            "name": name,
            "issuer": f"http://127.0.0.1:{port}/{slug}",
            "client_id": "parvis-demo",
            "client_secret": secrets.token_urlsafe(32),
        }
        for slug, name in _NAMES
    ]
    file.touch(mode=0o600)
    file.write_text(json.dumps(known), encoding="utf-8")
    os.environ["PARVIS_PROVIDERS"] = str(file)


def command(port: int, site: int) -> list[str]:
    """What starts the simulator."""
    options = ["--http", str(port), "--providers", os.environ["PARVIS_PROVIDERS"], "--site", f"http://127.0.0.1:{site}"]
    return [sys.executable, "-m", "parvis_simulators", "signin", *options]
