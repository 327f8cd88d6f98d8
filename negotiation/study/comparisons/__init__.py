"""One question asked of many models or parameters, and of published tables.

Begin with `model_map` (who loses more, setting by setting; settings in `model_settings`) or
`sensitivity` (what a process's answers rest on); `published` compares cells with printed ones.
"""
