"""Addresses of the demo's certification authority."""

from django.urls import path

from parvis.signing import pki_pages

urlpatterns = [
    path("root.pem", pki_pages.root, name="pki_root"),
    path("crl", pki_pages.revocation_list, name="pki_crl"),
    path("ocsp", pki_pages.responder, name="pki_ocsp"),
    path("ocsp/<path:encoded>", pki_pages.responder, name="pki_ocsp_get"),
]
