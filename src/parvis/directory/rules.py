"""Pure rules of the directory: SIREN and SIRET keys, names of places as people type them."""

import re
import unicodedata

SIREN_LENGTH = 9
SIRET_LENGTH = 14
LA_POSTE_SIREN = "356000000"
SUBTREE_SEPARATOR = "/"

_BRANCH = re.compile(r"[0-9A-Za-z_-]{1,10}")
_BLANKS = re.compile(r"[\s.]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_CEDEX = re.compile(r"(\s+cedex(\s+[0-9]{1,2})?)+$")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "Œ": "oe", "Æ": "ae"})
_ARRONDISSEMENT = re.compile(
    r"^(?P<city>paris|lyon|marseille)\s+0?(?P<rank>[1-9][0-9]?)\s*(?:er|e|eme|ieme|nd|nde)?"
    r"(?:\s+(?:arr|arrdt|ardt|arrondissement))?$"
)
_WHOLE_WORDS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def compact_number(text: str) -> str:
    """Return a SIREN or SIRET without the spaces and dots that people put between groups."""
    return _BLANKS.sub("", text)


def _luhn_sum(digits: str) -> int:
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if rank % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the two digits of 10…18 added
    return total


def _ascii_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def is_siren(text: str) -> bool:
    """Tell whether ``text`` is nine digits whose last is the right key (code de commerce, R123-221; Luhn)."""
    return _ascii_digits(text, SIREN_LENGTH) and _luhn_sum(text) % 10 == 0


def is_siret(text: str) -> bool:
    """Tell whether ``text`` is fourteen digits with right keys: SIREN, then establishment number.

    The offices of La Poste have exhausted the Luhn numbers of SIREN 356000000: INSEE gives them numbers whose plain
    sum of digits is a multiple of 5; the head office keeps a Luhn key.
    """
    if not _ascii_digits(text, SIRET_LENGTH) or not is_siren(text[:SIREN_LENGTH]):
        return False
    if _luhn_sum(text) % 10 == 0:
        return True
    return text.startswith(LA_POSTE_SIREN) and sum(map(int, text)) % 5 == 0


def is_branch_code(text: str) -> bool:
    """Tell whether the hub accepts ``text`` as a branch code: 1 to 10 letters, digits, ``-`` or ``_``."""
    return _BRANCH.fullmatch(text) is not None


def normalise(text: str) -> str:
    """Return the key under which a place is searched: lower case, ASCII, single spaces, abbreviations written out.

    ``St-Étienne CEDEX 2`` → ``saint etienne``; ``L'Haÿ les roses`` → ``l hay les roses``; ``Paris 15e`` → ``paris 15``.
    Idempotent. A text without any letter or digit gives the empty string.
    """
    folded = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).lower().translate(_LIGATURES)
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = _NOT_WORD.sub(" ", bare).split()
    key = " ".join(_WHOLE_WORDS.get(word, word) for word in words)
    key = _CEDEX.sub("", key)
    numbered = _ARRONDISSEMENT.match(key)
    return f"{numbered['city']} {numbered['rank']}" if numbered else key


def path_of(parent_path: str, hex_id: str) -> str:
    """Return the materialised path of a unit below ``parent_path`` (empty for a root)."""
    return f"{parent_path or SUBTREE_SEPARATOR}{hex_id}{SUBTREE_SEPARATOR}"
