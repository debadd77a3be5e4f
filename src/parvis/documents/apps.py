"""Django registration of the documents context."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files: streamed, hashed, checked, stored."""

    name = "parvis.documents"
    label = "documents"
