"""Signatures in their documents: PDF (PAdES), any file (CAdES detached), XML (XAdES), several files (ASiC-E).

Each is made in two moves. *Prepare* fixes every byte but the signature and gives the digest to sign: this is what an
officer confirms. *Complete* puts the signature in, later and elsewhere, and refuses if the document is another one.
"""
