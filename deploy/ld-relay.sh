#!/bin/sh
# The `ld-relay` command of the image.
exec node /app/services/cli.ts "$@"
