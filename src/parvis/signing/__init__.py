"""Parapheur, batches, signatures, timestamps, validation reports."""
