"""Whom a verifier trusts: the file of C2SP tlog-policy. Logs, witnesses, and how many of them must have seen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from parvis.core.tlog import cosigning, notes

NO_QUORUM = "none"
_ARITY = {"log": (2, 3), "witness": (3, 4), "group": (4, 99), "quorum": (2, 2)}


class BadPolicyError(ValueError):
    """The text is not a policy; the message, in French, names the line."""


@dataclass(frozen=True, slots=True)
class Group:
    """``needed`` of these members, witnesses or groups, must have seen."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Keys of the logs believed, witnesses by the name they have here, and the rule they must satisfy."""

    logs: tuple[notes.Verifier, ...]
    witnesses: dict[str, cosigning.CosignerKey]
    groups: dict[str, Group]
    quorum: str

    def satisfied_by(self, note: str) -> bool:
        """Tell whether enough witnesses cosigned a note."""
        seen = cosigning.cosigners(note, self.witnesses.values())
        return self.quorum == NO_QUORUM or self._saw(self.quorum, seen)

    def _saw(self, name: str, seen: set[cosigning.CosignerKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name] in seen
        group = self.groups[name]
        return sum(self._saw(member, seen) for member in group.members) >= group.needed


def threshold_policy(logs: Sequence[notes.Verifier], witnesses: Sequence[cosigning.CosignerKey], needed: int) -> Policy:
    """Return the plain policy: so many of these witnesses. Raise BadPolicyError when there are not as many."""
    if not 0 <= needed <= len(witnesses):
        message = f"Le seuil de {needed} témoins est hors de portée : {len(witnesses)} sont indiqués."
        raise BadPolicyError(message)
    named = {f"w{rank}": key for rank, key in enumerate(witnesses)}
    groups = {"all": Group(needed, tuple(named))}
    return Policy(tuple(logs), named, groups, "all" if needed else NO_QUORUM)


def read_policy(text: str) -> Policy:
    """Read a policy. Raise BadPolicyError, naming the line."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except (notes.BadNoteError, ValueError) as error:
            message = f"Politique de confiance, ligne {number} : {error}"
            raise BadPolicyError(message) from error
    if reader.quorum is None:
        message = "Politique de confiance : il manque la ligne « quorum »."
        raise BadPolicyError(message)
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum)


class _Reader:
    def __init__(self) -> None:
        self.logs: list[notes.Verifier] = []
        self.witnesses: dict[str, cosigning.CosignerKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._placed: set[str] = set()
        self._keys: set[bytes] = set()

    def take(self, words: list[str]) -> None:
        """Take one line. Raise ValueError, BadNoteError when it is wrong."""
        least, most = _ARITY.get(words[0], (0, 0))
        if not least <= len(words) <= most:
            raise ValueError("ligne incomprise")
        getattr(self, f"_{words[0]}")(words[1:])

    def _log(self, words: list[str]) -> None:
        key = notes.Verifier.parse(words[0])
        self._once(key.public)
        self.logs.append(key)

    def _witness(self, words: list[str]) -> None:
        key = cosigning.CosignerKey.parse(words[1])
        self._once(key.public)
        self._define(words[0])
        self.witnesses[words[0]] = key

    def _group(self, words: list[str]) -> None:
        name, rule, *members = words
        self._define(name)
        for member in members:
            if not self._known(member) or member in self._placed:
                message = f"« {member} » est inconnu, ou déjà dans un groupe"
                raise ValueError(message)
            self._placed.add(member)
        needed = {"any": 1, "all": len(members)}.get(rule) or int(rule)
        if not 1 <= needed <= len(members):
            raise ValueError("le seuil est hors de portée")
        self.groups[name] = Group(needed, tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if self.quorum is not None:
            raise ValueError("« quorum » est dit deux fois")
        if words[0] != NO_QUORUM and not self._known(words[0]):
            message = f"« {words[0]} » est inconnu"
            raise ValueError(message)
        self.quorum = words[0]

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or self._known(name):
            message = f"le nom « {name} » est déjà pris"
            raise ValueError(message)

    def _once(self, public: bytes) -> None:
        if public in self._keys:
            raise ValueError("cette clé est déjà dans le fichier")
        self._keys.add(public)
