"""When a signature existed: timestamps (RFC 3161), evidence records (RFC 4998), and their renewal."""
