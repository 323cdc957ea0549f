bats_require_minimum_version 1.13.0
load ../lib/helpers
hold_exercises
