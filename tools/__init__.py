"""What developers run and people who deploy Parvis do not need."""
