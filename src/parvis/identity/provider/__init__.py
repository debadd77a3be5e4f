"""Parvis as OpenID Provider of towns' sites and of machines: one pseudonym a town, nothing more unless consented."""
