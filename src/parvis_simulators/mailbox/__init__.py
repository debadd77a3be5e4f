"""A real SMTP server that keeps every message, and a page to read them: no mail leaves the demo."""
