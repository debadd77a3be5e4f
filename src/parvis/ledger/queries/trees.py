"""The tree itself, for another log of the same structure: pure functions, no table."""

from parvis.ledger.merkle import (
    Builder,
    Tree,
    is_consistent,
    leaf_hash,
    perfect_root,
    root_from_inclusion,
    split,
)

__all__ = ["Builder", "Tree", "is_consistent", "leaf_hash", "perfect_root", "root_from_inclusion", "split"]
