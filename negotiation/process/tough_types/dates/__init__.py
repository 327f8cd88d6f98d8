"""When stages and the whole process end.

Begin with `closed_form_outcomes` (constant hazards). `forward_recursion` steps over time and
posteriors; `dated_outcomes` and `date_grids` read dates from it; `eventual_deals` gives chances
and mean times in closed form.
"""
