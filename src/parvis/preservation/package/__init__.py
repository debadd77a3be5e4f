"""The deposit as a package: a BagIt bag (RFC 8493) whose payload is a SEDA transfer."""
