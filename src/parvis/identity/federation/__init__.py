"""Signing in through someone else's proof: FranceConnect, FranceConnect+, ProConnect, a town's own OpenID provider."""
