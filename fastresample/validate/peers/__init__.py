"""A module per library: ``ROWS`` says which operators it has, by which call, and how its rule departs from theirs.

The names of operators are those of `fastresample.validate.libraries.operator_name`; a library without a filter has no
row for it. Libraries are imported when a call is made ready, never when these modules are.
"""
