"""The hub: folders, one case per recipient, events, notifications, subscriptions."""
