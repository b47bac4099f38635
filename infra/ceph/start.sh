#!/usr/bin/env bash
# A whole Ceph with an S3 gateway in one container, on one directory that survives restarts.
# One copy of everything: for a laptop, not for recordings that matter.
#   DIRECTORY                  where the data lives
#   LISTEN                     address and port of the gateway
#   S3_ACCESS_KEY_ID           the one account, made at the first start
#   S3_SECRET_ACCESS_KEY_FILE  and its secret
set -euo pipefail

d=${DIRECTORY:?} listen=${LISTEN:?} access_key=${S3_ACCESS_KEY_ID:?}
secret_key=$(cat "${S3_SECRET_ACCESS_KEY_FILE:?}")
# The monitor is only for this container; the gateway alone listens outside.
monitor="[v2:127.0.0.1:${MON_V2_PORT:-3300},v1:127.0.0.1:${MON_V1_PORT:-6789}]"
mkdir -p "$d"
fsid=$(cat "$d/fsid" 2>/dev/null || cat /proc/sys/kernel/random/uuid)

write_configuration() {
  cat >"$d/ceph.conf" <<END
[global]
fsid = $fsid
mon host = $monitor
public addr = 127.0.0.1
keyring = $d/keyring
run dir = $d/run
admin socket = $d/run/\$name.asok
log file =
log to stderr = true
err to stderr = true
auth allow insecure global id reclaim = false
mon data = $d/mon
mon allow pool size one = true
mon max pg per osd = 1000
osd data = $d/osd
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd memory target = 1073741824
bluestore block size = ${STORE_BYTES:-107374182400}
[client.rgw]
rgw data = $d/rgw
rgw frontends = beast endpoint=$listen tcp_nodelay=1
END
}

first_start() {
  rm -rf "$d"/{mon,osd,rgw,keyring,monmap}
  mkdir -p "$d"/{mon,osd,rgw}
  echo "$fsid" >"$d/fsid"
  ceph-authtool "$d/keyring" --create-keyring --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$d/keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  monmaptool --create --clobber --fsid "$fsid" --addv a "$monitor" "$d/monmap"
  ceph-mon --mkfs -i a --monmap "$d/monmap" --keyring "$d/keyring"
}

first_disk() {
  local uuid
  uuid=$(cat /proc/sys/kernel/random/uuid)
  ceph --connect-timeout 60 auth get-or-create client.rgw mon 'allow rw' osd 'allow rwx' >>"$d/keyring"
  ceph --connect-timeout 60 osd new "$uuid"
  ceph --connect-timeout 60 auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' >>"$d/keyring"
  ceph-osd -i 0 --mkfs --osd-uuid "$uuid"
}

# In the order in which they must end: the gateway first, the monitor last.
pids=()
stop() {
  local pid
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap 'stop; exit 0' TERM INT

export CEPH_CONF="$d/ceph.conf"
mkdir -p "$d/run"
write_configuration
[ -e "$d/complete" ] || first_start
ceph-mon -f -i a &
pids=($!)
[ -e "$d/complete" ] || first_disk
ceph-osd -f -i 0 &
pids=($! "${pids[@]}")
if [ ! -e "$d/complete" ]; then
  radosgw-admin user create --uid listenback \
    --display-name Listenback --access-key "$access_key" --secret-key "$secret_key" >/dev/null
  touch "$d/complete"
fi
radosgw -f -n client.rgw &
pids=($! "${pids[@]}")

# Whichever ends first takes the container with it, so that it is restarted whole.
status=0
wait -n || status=$?
stop
exit "$status"
