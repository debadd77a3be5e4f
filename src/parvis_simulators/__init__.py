"""Peers that Parvis talks to, played for the demo and the tests. Nothing in `parvis` imports them."""
