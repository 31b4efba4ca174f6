"""Deeds that no door lets through, and rooms that the program must do without."""
