"""The multi-step process of spring 2025, built from an economy and dated parameters.

Begin with `load` (`load_process`). `definition` reads the files in `definitions/`, and
`economy_stages` turns payoffs into flows and terms of each stage.
"""
