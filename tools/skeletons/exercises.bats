bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the check of each exercise says to the beginning, to every wrong answer and to the
# right ones is its session.

hold_exercises
