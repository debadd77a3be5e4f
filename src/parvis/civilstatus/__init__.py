"""Civil-status acts, verifications, extracts and mention notices."""
