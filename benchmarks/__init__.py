"""Timings against named peers."""
