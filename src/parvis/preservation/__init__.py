"""Conservation base: registers and evidence kept under the procureur."""
