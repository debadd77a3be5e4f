"""Pages of the parapheur, of keys, and of verification."""
