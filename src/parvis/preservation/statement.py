"""The statement of a deposit: the text that an officer signs. Pure.

One line a fact, ``name : value``, so that it is read by people, compared by programs, and verified with OpenSSL beside
its detached signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

TITLE = "Bordereau de versement d’un registre d’état civil (forme 1)"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is stated. ``root`` is over the first ``size`` entries; ``before`` over those deposited before, if any."""

    register: str
    keeper: str
    registry: str
    number: int
    size: int
    acts: int
    root: bytes
    on: date
    before_size: int = 0
    before: bytes = b""
    explained: Mapping[int, str] = field(default_factory=dict)


def write(said: Statement) -> str:
    """Return the text."""
    lines = [
        TITLE,
        f"Registre : {said.register}",
        f"Tenu par : {said.keeper}",
        f"Versé à : {said.registry}",
        f"Versement : {said.number}",
        f"Établi le : {said.on.isoformat()}",
        f"Actes : {said.acts}",
        f"Entrées : {said.size}",
        f"Racine : {said.root.hex()}",
    ]
    if said.before_size:
        lines += [f"Entrées déjà versées : {said.before_size}", f"Racine déjà versée : {said.before.hex()}"]
    lines += [f"Numéro expliqué : {number} : {said.explained[number]}" for number in sorted(said.explained)]
    return "\n".join(lines) + "\n"


def read(text: str) -> Statement:
    """Read a statement back. Raise ValueError when it is not one."""
    title, *lines = text.splitlines()
    facts: dict[str, str] = {}
    explained: dict[int, str] = {}
    for line in lines:
        name, _, value = line.partition(" : ")
        if name == "Numéro expliqué":
            number, _, why = value.partition(" : ")
            explained[int(number)] = why
        else:
            facts[name] = value
    try:
        said = Statement(
            register=facts["Registre"],
            keeper=facts["Tenu par"],
            registry=facts["Versé à"],
            number=int(facts["Versement"]),
            size=int(facts["Entrées"]),
            acts=int(facts["Actes"]),
            root=bytes.fromhex(facts["Racine"]),
            on=date.fromisoformat(facts["Établi le"]),
            before_size=int(facts.get("Entrées déjà versées", "0")),
            before=bytes.fromhex(facts.get("Racine déjà versée", "")),
            explained=explained,
        )
    except KeyError as error:
        message = f"a line is missing: {error}"
        raise ValueError(message) from error
    if title != TITLE or write(said) != text:
        raise ValueError("not a statement of this form")
    return said
