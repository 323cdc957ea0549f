bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right one.

hold_exercises
