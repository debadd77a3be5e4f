"""What the signer's failures become for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from parvis.core.errors import AbsentError, ConflictError
from parvis.signing.keys.errors import PinRefusedError, SignerError, UnreachableError


def no_key() -> AbsentError:
    """No such key, or not ours."""
    return AbsentError("unknown_key", "Cette clé de signature n’existe pas.")


@contextmanager
def signer_refuses() -> Iterator[None]:
    """Turn a failure of the signer into a refusal that says what to do."""
    try:
        yield
    except PinRefusedError as error:
        raise ConflictError(
            "signer_pin",
            "Le module de sécurité a refusé son code. L’exploitant doit le corriger, puis redémarrer les signatures.",
        ) from error
    except UnreachableError as error:
        raise ConflictError(
            "signer_unreachable",
            "Les clés de signature ne répondent pas. Réessayez dans un instant ; sinon prévenez l’exploitant.",
        ) from error
    except SignerError as error:
        raise ConflictError(
            "signer_failed", "La clé de signature a refusé l’opération. Prévenez l’exploitant."
        ) from error
