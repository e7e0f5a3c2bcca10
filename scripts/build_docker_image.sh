#!/bin/sh
# Builds the image of this checkout: `scripts/build_docker_image.sh [TAG]`.
# Without a tag it is ld-relay:VERSION, with the version of package.json, and ld-relay:latest.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"

# Read with sed: a machine that builds images needs no Node.
version=$(sed -n 's/^  "version": "\([^"]*\)",$/\1/p' package.json)
if [ -z "$version" ]; then
  echo "scripts/build_docker_image.sh: package.json has no version" >&2
  exit 1
fi

if [ $# -gt 0 ]; then
  set -- --tag "$1"
else
  set -- --tag "ld-relay:$version" --tag ld-relay:latest
fi
exec docker build "$@" --build-arg "VERSION=$version" .
