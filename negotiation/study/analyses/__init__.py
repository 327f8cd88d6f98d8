"""One module an analysis: ``AnalysisSettings`` and ``analyse(study, settings, inputs, rng)``."""
