"""The process in which a side may be of a tough type that never concedes.

Begin with `closed_form` (types drawn anew in each stage) and `solution` (what is reported);
`histories` and `node_laws` say where play can stand, `dates` when it ends, `simulation` draws
paths, and `certificate` and `deviations` check. Types that last from stage to stage are
`negotiation.process.game.persistent_types`.
"""
