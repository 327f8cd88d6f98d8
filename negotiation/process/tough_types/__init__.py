"""The process in which a side may be of a tough type that never concedes.

Begin with `closed_form` (types drawn anew in each stage) and `solution` (what is reported);
`persistent_types` carries reputations from stage to stage. `histories`, `node_laws` and
`posteriors` say where play can stand, `dates` when it ends, `simulation` draws paths, and
`certificate` and `deviations` check. `branches` is what these read of a solution.
"""
