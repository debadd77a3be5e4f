"""Components, form fields and the neutral skin."""
