"""Tags of the component set."""
