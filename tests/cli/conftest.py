"""The command is tried on real clusters too."""

from tests.core.conftest import data_dir, fresh, shared

__all__ = ["data_dir", "fresh", "shared"]
