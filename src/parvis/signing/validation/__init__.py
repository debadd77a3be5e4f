"""Is this signed file still worth something, and why? Never an exception, never valid by accident."""
