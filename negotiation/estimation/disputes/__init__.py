"""Disputes: durations, the embedded table, users' files."""
