"""CMS signatures (RFC 5652) written from a template: what never changes for a signer is encoded once."""
