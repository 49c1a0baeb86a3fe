#!/bin/sh
# A sound migration in plain shell: curl, and one call of Python to read the source.
#
# It looks before it creates, takes a lost answer for unknown and looks again, waits when it is told to, and imports
# without a version, so that a repeated batch changes nothing and nothing existing is overwritten.
# Reads GENESYS_BASE_URL, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, MIGRATION_SOURCE; MIGRATE_ONLY=N stops after N agents.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

send() { # method path [body-file] -> status in $status, body in $work/answer; repeats until the answer is known
    tries=0
    while [ "$tries" -lt 12 ]; do
        tries=$((tries + 1))
        status=$(curl -s -m 20 -o "$work/answer" -D "$work/headers" -w '%{http_code}' -X "$1" "$GENESYS_BASE_URL$2" \
            -H "Authorization: Bearer ${token:-}" -H 'Content-Type: application/json' ${3:+--data-binary "@$3"}) || status=000
        case $status in
        429) sleep "$(tr -d '\r' <"$work/headers" | sed -n 's/^[Rr]etry-[Aa]fter: *//p')" ;;
        000 | 5??) ;;
        *) return 0 ;;
        esac
    done
    echo "no answer to $1 $2" >&2
    exit 1
}

first_id() { # the first id in the last answer
    grep -o '"id": *"[^"]*"' "$work/answer" | head -n 1 | cut -d '"' -f 4
}

ensure() { # path externalId body-file -> id of the entity with this externalId in $id; creates it when it is not there
    for _ in 1 2 3; do
        send GET "$1?externalId=$2"
        id=$(first_id)
        [ -n "$id" ] && return 0
        send POST "$1" "$3"
        id=$(first_id)
        [ "$status" = 201 ] && return 0
        # 409: somebody, or our own lost request, was quicker; look again.
    done
    echo "refused: $(cat "$work/answer")" >&2
    exit 1
}

token=$(curl -s -m 20 --retry 5 --retry-all-errors -u "$GENESYS_CLIENT_ID:$GENESYS_CLIENT_SECRET" \
    -d grant_type=client_credentials "$GENESYS_BASE_URL/oauth/token" |
    grep -o '"access_token": *"[^"]*"' | cut -d '"' -f 4)
[ -n "$token" ] || exit 1

"${PYTHON:-python3}" - "$MIGRATION_SOURCE/users.json" >"$work/users" <<'END' || exit 1
import json, sys
for row in json.load(open(sys.argv[1], encoding="utf-8"))["users"]:
    if row["role"] in ("agent", "admin") and row["active"] and not row["suspended"] and row["role_type"] != 1:
        key = f"sh:user:{row['id']}"
        body = {"name": row["name"], "email": row["email"], "externalId": key, "timeZone": row["iana_time_zone"]}
        print(key, json.dumps(body), sep="\t")
END
[ -n "${MIGRATE_ONLY:-}" ] && head -n "$MIGRATE_ONLY" "$work/users" >"$work/some" && mv "$work/some" "$work/users"

members=
while IFS="$(printf '\t')" read -r key body; do
    printf '%s' "$body" >"$work/body"
    ensure /api/v2/wfm/users "$key" "$work/body"
    members="$members $id"
done <"$work/users"

echo '{"name": "Standard week", "externalId": "sh:template", "timeZone": "Europe/Paris"}' >"$work/body"
ensure /api/v2/wfm/scheduletemplates sh:template "$work/body"
template=$id

group_body() { # [version] -> the group's body in $work/body
    ids=$(printf '"%s",' $members)
    printf '{"name": "Support", "externalId": "sh:group", "scheduleTemplateId": "%s", "userIds": [%s]%s}' \
        "$template" "${ids%,}" "${1:+, \"version\": $1}" >"$work/body"
}
group_body
ensure /api/v2/wfm/users/groups sh:group "$work/body"
group=$id
for _ in 1 2 3 4 5; do
    send GET "/api/v2/wfm/users/groups/$group"
    missing=
    for member in $members; do grep -q "$member" "$work/answer" || missing=yes; done
    [ -z "$missing" ] && break
    group_body "$(grep -o '"version": *[0-9]*' "$work/answer" | head -n 1 | tr -dc 0-9)"
    send PUT "/api/v2/wfm/users/groups/$group" "$work/body"
done
[ -z "$missing" ] || exit 1

import() { # user ids -> one batch, without a version
    agents=
    for member; do
        agents="$agents${agents:+,}{\"userId\": \"$member\", \"shifts\": [{\"start\": \"2026-11-30T08:00:00Z\", \"lengthMinutes\": 480}]}"
    done
    printf '{"groupId": "%s", "scheduleTemplateId": "%s", "weekDate": "2026-11-30", "agents": [%s]}' \
        "$group" "$template" "$agents" >"$work/body"
    send POST /api/v2/wfm/schedules "$work/body"
    case $status in
    200 | 201) ;;
    *) echo "refused: $(cat "$work/answer")" >&2 && exit 1 ;;
    esac
}
set -- $members
while [ $# -gt 0 ]; do
    batch= taken=0
    while [ $# -gt 0 ] && [ "$taken" -lt 5 ]; do
        batch="$batch $1" taken=$((taken + 1))
        shift
    done
    import $batch
done
echo "done"
