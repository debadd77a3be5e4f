"""The pages where an organisation runs its units, its people and their rights."""
