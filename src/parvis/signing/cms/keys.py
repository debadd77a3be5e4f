"""Whoever turns digests into signatures: a key in memory, a hardware module, the signer process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parvis.signing.cms.schemes import PrivateKey, Scheme


class SigningKey(Protocol):
    """A key that signs, wherever it is."""

    def sign(self, scheme: Scheme, digests: Sequence[bytes]) -> list[bytes]:
        """Return one signature per digest, in order."""


@dataclass(frozen=True, slots=True)
class MemoryKey:
    """A key in this process's memory: tests, the demo, and the authorities that the demo plays."""

    key: PrivateKey

    def sign(self, scheme: Scheme, digests: Sequence[bytes]) -> list[bytes]:
        """Return one signature per digest, in order."""
        return [scheme.sign(self.key, digest) for digest in digests]
