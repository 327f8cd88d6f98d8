"""Embedded tables with their sources, dated parameters, and readers of files users bring."""
