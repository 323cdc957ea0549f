
# "make exercise" lists the exercises, "make exercise NAME" tries yours: the words after
# "exercise" are for ./exercise.
ifeq ($(firstword $(MAKECMDGOALS)),exercise)
WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS)) $(NAME)
.PHONY: $(MAKECMDGOALS)
exercise:
	@./exercise $(WORDS)
$(filter-out exercise,$(MAKECMDGOALS)): exercise ; @:
endif
