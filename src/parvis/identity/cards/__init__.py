"""Signing in with a certificate: an agent's card (RGS ** or ***), read by the TLS proxy on a host of its own."""
