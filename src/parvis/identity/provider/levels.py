"""The levels we name in ``acr``: ProConnect's words, without the axis of organisations. Pure."""

from collections.abc import Sequence

from parvis.identity.assurance import Axes

# The strongest first.
LEVELS: dict[str, Axes] = {
    "eidas3": Axes(3, 3),
    "eidas2": Axes(2, 2),
    "eidas1-mfa": Axes(1, 2),
    "eidas1": Axes(1, 1),
    "eidas0-mfa": Axes(0, 2),
    "eidas0": Axes(),
}
_AMR = {"password": ("pwd",), "federation": ("fed",), "reset": (), "code": ("otp",)}
_MFA = {"totp": ("otp", "mfa"), "recovery_codes": ("otp", "mfa"), "webauthn": ("pop", "user", "mfa")}


def level_of(axes: Axes) -> str:
    """Return the strongest level that a session has."""
    return next(name for name in LEVELS if reaches(axes, name))


def reaches(axes: Axes, level: str) -> bool:
    """Tell whether a session has at least a level. An unknown level is reached by nobody."""
    wanted = LEVELS.get(level)
    return wanted is not None and axes.identity >= wanted.identity and axes.authentication >= wanted.authentication


def least(levels: Sequence[str]) -> str:
    """Return the least demanding of several acceptable levels, empty when none is known."""
    return next((name for name in reversed(LEVELS) if name in levels), "")


def strictest(one: str, other: str) -> str:
    """Return the least level that is at least both."""
    return next(name for name in reversed(LEVELS) if reaches(LEVELS[name], one) and reaches(LEVELS[name], other))


def lacking(axes: Axes, level: str) -> dict[str, int]:
    """Return what a session lacks to reach a level, by axis."""
    wanted = LEVELS[level]
    return {
        axis: getattr(wanted, axis)
        for axis in ("identity", "authentication")
        if getattr(axes, axis) < getattr(wanted, axis)
    }


def methods(records: Sequence[dict[str, object]]) -> list[str]:
    """Return ``amr`` (RFC 8176) of the proofs given in a session, in their order, each once."""
    found: list[str] = []
    for record in records:
        kind = str(record.get("method"))
        found += _MFA.get(str(record.get("type")), ("mfa",)) if kind == "mfa" else _AMR.get(kind, ())
    return list(dict.fromkeys(found))
