"""Transparency logs (RFC 6962 trees, C2SP formats): trees, notes, tiles, cosignatures, proofs, audits.

Pure: no database, no network, no settings. The journal (`ledger`) is one such log; another context makes its own from
the same pieces. The verifier that anyone downloads is made of these very files (`ledger.standalone`), so they import
the standard library, ``cryptography`` and each other, and no two of them define the same name.
"""
