#!/usr/bin/env bash
# Makes a self-signed TLS certificate for docker-compose.prod.yml: for trying it out, or for a private network.
# With a certificate from an authority put its chain and key into the same folder under the same names.
#
#   deploy/make-cert.sh [--out DIR] [--days N] [--keep-owner] NAME [NAME…]     a NAME is a host name or an IP address
#
# The key is given to the user that nginx is in its container. With --keep-owner it stays with whoever calls this: for
# an nginx of this machine, which reads it as root.
set -euo pipefail

NGINX_UID=101 # who nginx is in its image; it must be able to read the key

usage() {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
}

out=certs
days=397
keep_owner=
names=()
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --out) out=${2:?--out needs a folder}; shift 2 ;;
        --keep-owner) keep_owner=yes; shift ;;
        --days) days=${2:?--days needs a number}; shift 2 ;;
        -*) echo "make-cert: unknown option $1" >&2; usage >&2; exit 2 ;;
        *) names+=("$1"); shift ;;
    esac
done
if [ ${#names[@]} -eq 0 ]; then
    echo "make-cert: say for which names, for instance: deploy/make-cert.sh todo.example.org" >&2
    exit 2
fi
command -v openssl > /dev/null || { echo "make-cert: openssl is missing: apt-get install openssl" >&2; exit 1; }

san=
for name in "${names[@]}"; do
    case $name in
        *[!0-9.]*) case $name in *:*) kind=IP ;; *) kind=DNS ;; esac ;;
        *) kind=IP ;;
    esac
    case $name in
        *[!A-Za-z0-9.:*-]*) echo "make-cert: not a host name or an address: $name" >&2; exit 2 ;;
    esac
    san+=${san:+,}$kind:$name
done

for file in "$out/tls.crt" "$out/tls.key"; do
    if [ -e "$file" ]; then
        echo "make-cert: $file is there already; move it away first" >&2
        exit 1
    fi
done

umask 077
mkdir -p "$out"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -days "$days" \
    -subj "/O=Rondo/OU=self-signed" \
    -addext "subjectAltName=$san" \
    -addext "basicConstraints=critical,CA:FALSE" \
    -addext "keyUsage=critical,digitalSignature" \
    -addext "extendedKeyUsage=serverAuth" \
    -keyout "$out/tls.key" -out "$out/tls.crt" 2> /dev/null
chmod 0600 "$out/tls.key"
chmod 0644 "$out/tls.crt"
chmod 0755 "$out"

echo "$out/tls.crt and $out/tls.key: $san, $days days"
if [ -n "$keep_owner" ]; then
    :
elif [ "$(id -u)" -eq 0 ]; then
    chown "$NGINX_UID" "$out/tls.key"
else
    echo "nginx runs as user $NGINX_UID and must own the key:  sudo chown $NGINX_UID $out/tls.key"
fi
