bats_require_minimum_version 1.13.0
load ../lib/helpers
# Each check refuses what the reader begins with and each wrong answer, and takes the others.

hold_exercises
