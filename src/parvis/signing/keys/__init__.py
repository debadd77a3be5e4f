"""Keys and certificates: who holds them, how they are asked to sign, how they are issued and revoked."""
