"""The verifier that anyone downloads: one file, no server, the standard library and ``cryptography``.

`building` lays these modules and those of `core.tlog` end to end; `parvis verify` runs the same ones. They import
nothing else of ours, and no two of them define the same name.
"""
