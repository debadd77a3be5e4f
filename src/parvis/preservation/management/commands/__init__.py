"""Commands of the preservation context, for `parvis import`."""
