#!/bin/sh
# Starts immich-sync as the user who owns the photos.
#
# The image starts as 1000:1000, and `user:` sets any other. Where the container is started as root, PUID and PGID say who
# that user is, the folders of the program are given to them, and root is left for good.
set -eu

refuse() {
    echo "immich-sync: $1" >&2
    exit 2
}

number() {
    case "$2" in
        '' | *[!0-9]*) refuse "$1 has to be a number, and is \`$2\`" ;;
    esac
}

if [ -n "${UMASK:-}" ]; then
    case "$UMASK" in
        *[!0-7]*) refuse "UMASK has to be an octal number such as 022, and is \`$UMASK\`" ;;
    esac
    umask "$UMASK"
fi

if [ "$(id -u)" -ne 0 ]; then
    exec immich-sync "$@"
fi

uid=${PUID:-1000}
gid=${PGID:-1000}
number PUID "$uid"
number PGID "$gid"

for folder in "${XDG_CONFIG_HOME:-/config}" "${XDG_STATE_HOME:-/state}" "${XDG_CACHE_HOME:-/cache}"; do
    # The folder itself, not what is in it: that belongs to runs before. One that is read-only stays as it is.
    if [ -d "$folder" ] && [ "$(stat -c %u:%g "$folder")" != "$uid:$gid" ]; then
        chown "$uid:$gid" "$folder" 2>/dev/null || echo "immich-sync: $folder stays with its owner" >&2
    fi
done

exec setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs immich-sync "$@"
