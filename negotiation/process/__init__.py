"""The multi-step negotiation process: solve, simulate, update beliefs."""
