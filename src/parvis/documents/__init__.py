"""Files: streamed, hashed, checked, stored."""
