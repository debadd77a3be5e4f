"""The components, as functions that return safe HTML; `templatetags/ui.py` gives each its tag name."""
