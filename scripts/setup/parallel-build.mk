# Read by every make that `npm ci` starts (environment variable MAKEFILES), before its own makefile.
#
# node-rdkafka's generated makefile says that librdkafka needs ../deps/librdkafka/config.h, and that configure makes
# deps/librdkafka/config.h, seen from another folder: the same file under two names. One job at a time gets by on the
# order of the lines; with several, make meets the first name before configure has run and gives up with "No rule to
# make target". So the two names are tied together here.
ifneq ($(wildcard binding.Makefile),)
../deps/librdkafka/config.h: deps/librdkafka/config.h ;
endif

# node-rdkafka starts librdkafka's own make without handing its job slots on.
ifneq ($(wildcard rdkafka.h rdkafkacpp.h),)
MAKEFLAGS += -j$(JOBS)
endif
