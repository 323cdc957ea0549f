bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the checks of the exercises say of the start, of right and of wrong answers.

hold_exercises
