"""A citizen, a town's software and an agent, played over real HTTP from the form to the attestation."""
