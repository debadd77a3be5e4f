"""Acts sent to the préfecture and accounts sent to the comptable."""
