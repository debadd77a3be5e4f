"""Tables of the signing context."""

from parvis.signing.models.batches import BatchEntry, SigningBatch
from parvis.signing.models.circuits import Circuit, CircuitStep, Delegation
from parvis.signing.models.items import Item, ItemStep
from parvis.signing.models.keys import SigningCertificate, SigningKey

__all__ = [
    "BatchEntry",
    "Circuit",
    "CircuitStep",
    "Delegation",
    "Item",
    "ItemStep",
    "SigningBatch",
    "SigningCertificate",
    "SigningKey",
]
