"""Django registration of the signing context."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Parapheur, batches, signatures, timestamps, validation reports."""

    name = "parvis.signing"
    label = "signing"
