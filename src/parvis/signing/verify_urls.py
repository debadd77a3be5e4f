"""Addresses of the public verification."""

from django.urls import path

from parvis.signing.pages import verify

urlpatterns = [
    path("", verify.verify, name="verify"),
    path("parvis-verify.py", verify.program, name="verifier_file"),
]
