"""A timestamp authority over HTTP (RFC 3161 §3.4), honest or not, for the demo and the tests."""
