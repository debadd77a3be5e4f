"""What each real service accepts at its authorisation address, and how it refuses the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

NONCE_LENGTH = 22  # FranceConnect


@dataclass(frozen=True, slots=True)
class Family:
    """Rules of one service. Times in seconds."""

    name: str
    accepted: frozenset[str]
    required: tuple[str, ...]
    levels: tuple[str, ...]
    code_life: int
    token_life: int
    agents: bool = False
    encrypted: bool = False


_FRANCECONNECT = frozenset(
    {
        "client_id",
        "acr_values",
        "claims",
        "response_type",
        "nonce",
        "state",
        "redirect_uri",
        "scope",
        "prompt",
        "idp_hint",
        "ui_locales",
    }
)
_FC_REQUIRED = ("client_id", "acr_values", "response_type", "nonce", "state", "redirect_uri", "scope")
FAMILIES: Mapping[str, Family] = {
    "franceconnect": Family("FranceConnect", _FRANCECONNECT, _FC_REQUIRED, ("eidas1",), 30, 60),
    "franceconnect-plus": Family(
        "FranceConnect+", _FRANCECONNECT, _FC_REQUIRED, ("eidas2", "eidas3"), 30, 60, encrypted=True
    ),
    "proconnect": Family(
        "ProConnect",
        _FRANCECONNECT | {"login_hint", "siret_hint", "code_challenge", "code_challenge_method", "response_mode"},
        ("client_id", "response_type", "nonce", "state", "redirect_uri", "scope"),
        ("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"),
        60,
        3600,
        agents=True,
    ),
}


def page_refusal(family: Family, asked: Mapping[str, str], *, client_id: str, redirect_uri: str) -> str:
    """Return the code of the error page that the real service shows without any redirection, or an empty text."""
    if asked.get("client_id") != client_id:
        return "Y04EA6EF"
    if asked.get("redirect_uri") != redirect_uri:
        return "Y04C013C"
    unknown = set(asked) - family.accepted
    missing = any(not asked.get(name) for name in family.required)
    prompt = asked.get("prompt", "login") not in {"login", "consent", "login consent", "consent login"}
    short = not family.agents and len(asked.get("nonce", "")) < NONCE_LENGTH
    silent = family.agents and asked.get("prompt") == "none"
    return "Y030007" if unknown or missing or short or (prompt and not silent) else ""


def level(family: Family, asked: Mapping[str, str]) -> str:
    """Return the level that will be granted, or an empty text when none of those asked is known."""
    if family.agents:
        wanted = json.loads(asked.get("claims") or "{}").get("id_token", {}).get("acr") or {}
        values = wanted.get("values", ["eidas1"])
        return next((one for one in ("eidas1-mfa", "eidas1", *family.levels) if one in values), "")
    known = [one for one in family.levels if one in asked["acr_values"].split()]
    return known[0] if known else ""
