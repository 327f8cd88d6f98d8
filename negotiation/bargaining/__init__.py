"""Bargaining theory: each model one function with its assumptions and source."""
