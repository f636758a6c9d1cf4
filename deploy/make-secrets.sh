#!/usr/bin/env bash
# Makes the secret files for docker-compose.prod.yml, one for each that must be told. Never overwrites one.
# Compose hands a file over as it is, so each must belong to the one user in the containers that reads it:
# run this as root, or run the lines that it prints.
#
#   deploy/make-secrets.sh [--out DIR]
#
#   rondo_secret           the service's secret; back it up with the database, one is worthless without the other
#   rondo_secret_previous  the one before, while it is being turned; empty until then
#   rondo_db               the MongoDB address that the service uses, with its password
#   mongo_keyfile          by which the members of the replica set know each other
#   mongo_admin_password   of MongoDB's user `admin`
#   mongo_rondo_password   of MongoDB's user `rondo`, the same as in rondo_db
#   service/               empty: for further secrets of the service, of the mail server for instance
set -euo pipefail

RONDO_UID=10001 # as the Dockerfile says
MONGO_UID=999   # who mongod is in its image

usage() {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
}

out=secrets
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --out) out=${2:?--out needs a folder}; shift 2 ;;
        *) echo "make-secrets: unknown argument $1" >&2; usage >&2; exit 2 ;;
    esac
done

for name in rondo_secret rondo_secret_previous rondo_db mongo_keyfile mongo_admin_password mongo_rondo_password; do
    if [ -e "$out/$name" ]; then
        echo "make-secrets: $out/$name is there already, nothing was made." >&2
        echo "New secrets do not fit a database that was set up with the old ones." >&2
        exit 1
    fi
done

random_hex() { # bytes
    od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'
}

umask 077
mkdir -p "$out/service"
chmod 0711 "$out"

# put NAME OWNER: what it reads becomes the file.
put() {
    cat > "$out/$1"
    chmod 0600 "$out/$1"
    if [ "$(id -u)" -eq 0 ]; then
        chown "$2:$2" "$out/$1"
    else
        echo "sudo chown $2:$2 $out/$1"
    fi
}

[ "$(id -u)" -eq 0 ] || echo "Not root, so these are left to do:"
password=$(random_hex 24)
random_hex 48 | put rondo_secret $RONDO_UID
put rondo_secret_previous $RONDO_UID < /dev/null
printf 'mongodb://rondo:%s@mongo1:27017,mongo2:27017,mongo3:27017/rondo?replicaSet=rondo&authSource=admin' \
    "$password" | put rondo_db $RONDO_UID
random_hex 378 | put mongo_keyfile $MONGO_UID
random_hex 24 | put mongo_admin_password $MONGO_UID
printf '%s' "$password" | put mongo_rondo_password $MONGO_UID
if [ "$(id -u)" -eq 0 ]; then
    chown "$RONDO_UID:$RONDO_UID" "$out/service"
else
    echo "sudo chown $RONDO_UID:$RONDO_UID $out/service"
fi
echo "Made in $out/: rondo_secret rondo_secret_previous rondo_db mongo_keyfile mongo_admin_password mongo_rondo_password"
