"""The façade that HubEE's clients know: same addresses, shapes, codes and words, on our commands.

Source: public description of HubEE V1 (Folder API 1.2.7, referential APIs 1.2). Nothing here decides anything: the
rules are in `exchange.commands`; this package only translates.
"""
