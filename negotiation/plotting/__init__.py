"""Figures of results; nothing here solves anything."""
