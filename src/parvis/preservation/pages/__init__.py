"""Pages of the registers: town hall, registry of the court, prosecutor, operator."""
