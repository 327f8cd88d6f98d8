"""The page of a standoff's run: one html file that needs no network.

`page` puts it together; `findings` and `forecast_parts` write its parts, `explorer` computes the
grid behind its sliders, `drawing` and `markup` make svg and html.
"""
