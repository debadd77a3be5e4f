"""What a citizen asks: stepped forms, their rules, payloads and follow-up."""
