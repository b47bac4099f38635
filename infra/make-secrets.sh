#!/usr/bin/env bash
# Makes the secrets of compose.yaml, once: nothing here has a default, and nothing is overwritten.
set -euo pipefail
directory=${1:-$(dirname "$0")/secrets}
if [ -e "$directory" ]; then
  echo "$directory is there already" >&2
  exit 1
fi
random() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

umask 077
mkdir -p "$directory"
password=$(random)
printf %s "$password" >"$directory/postgres-password"
printf %s "postgresql://listenback:$password@postgres:5432/listenback" >"$directory/database-url"
printf %s "$(random)" >"$directory/s3-secret-access-key"
# Compose mounts a secret with the owner and mode it has here, and the service is not root in its
# container. The directory stays closed to other users of this machine.
chmod 0444 "$directory"/*
printf '*\n' >"$directory/.gitignore"
echo "made $directory"
