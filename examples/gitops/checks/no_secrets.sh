#!/bin/sh
# Secrets belong into a secret store, never into a manifest.
set -eu
if grep -rniE '(password|token|api[-_]?key): *[^ $]' "$1"; then
  echo "$1 holds a secret" >&2
  exit 1
fi
