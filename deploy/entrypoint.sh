#!/bin/sh
# Adds to the arguments of `docker run` where the configuration is, unless they name a file themselves:
# /config/ld-relay.conf, else /ldr/ld-relay.conf as in the original's image, with the environment on top.
set -eu

for argument in "$@"; do
  case $argument in
    -config | --config | -config=* | --config=*)
      exec ld-relay "$@"
      ;;
  esac
done

config=/config/ld-relay.conf
if [ ! -e "$config" ] && [ -e /ldr/ld-relay.conf ]; then
  config=/ldr/ld-relay.conf
fi
exec ld-relay "$@" --config "$config" --allow-missing-file --from-env
