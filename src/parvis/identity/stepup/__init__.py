"""Asking a person for a stronger proof, then resuming the very request that was interrupted."""
