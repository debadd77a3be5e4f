"""Settings, one module per way of running: base (shared), demo, test, prod."""
