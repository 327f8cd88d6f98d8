"""Economies, tariffs, general equilibrium and tariff policy."""
