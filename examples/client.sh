#!/bin/sh
# A client with curl, in a POSIX shell with grep and sed: registers, signs in, works with to-dos and signs out.
#
#     sh examples/client.sh [ADDRESS]
#
# ADDRESS is where the service is: without one TODO_URL of the environment, or http://127.0.0.1:4000.
# TODO_EMAIL and TODO_PASSWORD are the account, which is made if there is none; without TODO_EMAIL a random one
# is made. Secrets reach curl through files that only you can read: its arguments are seen by everybody on the
# machine.
set -eu

base=${1:-${TODO_URL:-http://127.0.0.1:4000}}
base=${base%/}
# How many seconds the service may ask us to wait. If it asks for more, the user should hear of it.
patience=30

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# The header with the access token, once there is one.
: > "$work/authorization"

fail() {
    printf 'client: %s\n' "$1" >&2
    exit 1
}

# So many random bytes, in hexadecimal digits.
random() {
    od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

# The text, which has no control characters, as a string of JSON.
quoted() {
    printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

# The value of a member in the JSON of the last answer: the first one of this name. A string comes as it is
# written there, with its escapes, so that nothing in it can steer a terminal. Inside a string every quote has
# a backslash before it: what looks like "name": is a member.
member() {
    grep -Eo "\"$1\":(\"([^\"\\\\]|\\\\.)*\"|[0-9]+)" "$work/body" | head -n 1 | sed -E 's/^"[^"]*":"?//; s/"$//'
}

# All of them, one a line.
members() {
    grep -Eo "\"$1\":\"([^\"\\\\]|\\\\.)*\"" "$work/body" | sed -E 's/^"[^"]*"://'
}

# A header of the last answer.
header() {
    tr -d '\r' < "$work/headers" | grep -i "^$1:" | tail -n 1 | sed 's/^[^:]*: *//'
}

# once METHOD PATH [arguments of curl]: one request under /api/v2, with the body of $work/request if it has one.
# Answers $status, and the files $work/body and $work/headers.
once() {
    method=$1 path=$2
    shift 2
    [ -s "$work/request" ] && set -- -H 'Content-Type: application/json' --data-binary "@$work/request" "$@"
    : > "$work/body"
    status=$(curl -sS -A rondo-example-curl --max-time 30 -X "$method" -H "@$work/authorization" \
        -D "$work/headers" -o "$work/body" -w '%{http_code}' "$@" "$base/api/v2$path" 2> "$work/errors") \
        || fail "$base cannot be reached: $(head -n 1 "$work/errors")"
}

# try METHOD PATH BODY [arguments of curl]: the same. If the service is busy and says for how long, that is waited
# for, once.
try() {
    try_method=$1 try_path=$2
    printf '%s' "$3" > "$work/request"
    shift 3
    once "$try_method" "$try_path" "$@"
    case $status in 429 | 503) ;; *) return 0 ;; esac
    wait=$(header retry-after)
    case $wait in '' | *[!0-9]*) return 0 ;; esac
    if [ "$wait" -le "$patience" ]; then
        echo "asked to wait $wait s"
        sleep "$wait"
        once "$try_method" "$try_path" "$@"
    fi
}

# Ends the script with what the last answer says, if it is an error (RFC 9457).
expect_success() {
    case $status in 2??) return 0 ;; esac
    case $(header content-type) in
        application/problem+json*)
            fail "$(member title): $(member detail) (status $status, request $(member request_id))"
            ;;
        # Something in between answered: a proxy, or another service.
        *) fail "$base cannot be reached: something else answers there, with status $status" ;;
    esac
}

# The same as try, for requests that should succeed.
ask() {
    try "$@"
    expect_success
}

# patch ID ETAG CHANGE: changes a to-do that has been read with this ETag.
patch() {
    try PATCH "/todos/$1" "$3" -H "If-Match: $2"
}

# The account: that of the environment, or a new one.
email=${TODO_EMAIL:-} password=${TODO_PASSWORD:-}
[ -z "$email" ] || [ -n "$password" ] || fail 'TODO_EMAIL is set and TODO_PASSWORD is not'
[ -n "$email" ] || email=example-$(random 6)@example.org
[ -n "$password" ] || password=$(random 16)
case $email$password in *[[:cntrl:]]*) fail 'TODO_EMAIL and TODO_PASSWORD are one line each' ;; esac
credentials="{\"email\":$(quoted "$email"),\"password\":$(quoted "$password")}"

try POST /users "$credentials"
if [ "$status" = 409 ]; then
    echo "$email has an account already"
else
    expect_success
    echo "registered $email"
fi
ask POST /sessions "$credentials"
echo "signed in; the access token lives $(member expires_in) s"

# What a client does before those seconds are over. Each refresh token is for one use.
ask POST /sessions/refresh "{\"refresh_token\":\"$(member refresh_token)\"}"
printf 'Authorization: Bearer %s\n' "$(member access_token)" > "$work/authorization"
echo 'refreshed the tokens'

tag=example-$(random 4)
for title in 'Buy milk' 'Call the bank' 'Water the plants'; do
    # One key for one to-do, however often it must be sent.
    ask POST /todos "{\"title\":\"$title\",\"tags\":[\"$tag\"]}" -H "Idempotency-Key: $(random 16)"
    echo "created \"$title\""
    case $title in
        'Buy milk') milk=$(member id) etag=$(header etag) ;;
        'Water the plants') plants=$(member id) ;;
    esac
done

number=1 next=
while
    ask GET "/todos?tag=$tag&done=false&sort=title&limit=2${next:+&cursor=$next}" ''
    echo "page $number: $(members title | paste -s -d , - | sed 's/","/", "/g')"
    next=$(member next)
    [ -n "$next" ]
do
    number=$((number + 1))
done

patch "$milk" "$etag" '{"priority":"high"}'
expect_success
echo 'changed "Buy milk": priority high'
# Another client would still have the ETag from before.
patch "$milk" "$etag" '{"notes":"two bottles"}'
if [ "$status" = 412 ]; then
    echo '"Buy milk" has changed meanwhile (412): reading it again'
    ask GET "/todos/$milk" ''
    # Here a client looks whether its change still makes sense.
    patch "$milk" "$(header etag)" '{"notes":"two bottles"}'
fi
expect_success
echo 'changed "Buy milk": notes'
patch "$milk" "$(header etag)" '{"done":true}'
expect_success
echo 'completed "Buy milk"'

ask DELETE "/todos/$plants" ''
echo 'deleted "Water the plants"'

ask DELETE /sessions/current ''
echo 'signed out'
