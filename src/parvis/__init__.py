"""Parvis: the one front door between citizens, town halls and the State in France."""
