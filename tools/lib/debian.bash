# debian.bash - what tools/fresh and tools/elsewhere share: a minimal Debian, steps
# that say how they ended, and an end that leaves nothing.
#
# Who sources it has set $me (what messages begin with), $work (a temporary folder)
# and $logs (where the steps' logs go), and calls end_well. What it may set:
#   $suite    what a step's line begins with
#   $keep     not empty: the folder $work/root stays
#   $ending   how a step is ended that runs when a signal comes: TERM or KILL
# What a machine needs to reach its registries comes by environment: FRESH_MIRROR,
# as tools/fresh --help tells.
# shellcheck shell=bash disable=SC2154  # set by who sources it

die() { printf '%s: %s\n' "$me" "$*" >&2; exit 1; }
say() { printf '%s: %s\n' "$me" "$*"; }
misuse() { printf '%s: %s (try --help)\n' "$me" "$*" >&2; exit 2; }

# needs_tools NAME...: ends with a message when we are not root or lack a command.
needs_tools() {
    local tool
    [ "$(id -u)" -eq 0 ] || die 'needs root, to make a system and enter it'
    for tool; do command -v "$tool" >/dev/null || die "$tool is not installed"; done
}

job=
ending=TERM
# end_well: from now on an end of any kind ends the job and removes $work.
end_well() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

clean_up() {
    trap '' INT TERM HUP
    if [ -n "$job" ]; then
        kill "-$ending" "$job" 2>/dev/null || true
        wait "$job" 2>/dev/null || true
    fi
    rm -rf "$logs"/*.new
    if [ -n "${keep:-}" ] && [ -d "$work/root" ]; then say "left in $work/root"; return; fi
    # what was just killed may still hold a file for a moment
    rm -rf --one-file-system "$work" 2>/dev/null || { sleep 2; rm -rf --one-file-system "$work"; }
}

# step LOG TEXT COMMAND...: one line that says what is done, how it ended and
# how long it took. What COMMAND prints is in $logs/LOG.
step() {
    local log=$logs/$1 text=$2 start=$SECONDS status=0
    shift 2
    say "$suite: $text ..."
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    wait "$job" || status=$?
    job=
    if [ "$status" -ne 0 ]; then
        tail -n 15 "$log" >&2
        die "$suite: $text: status $status after $((SECONDS - start)) s; its log is ${log#"$PWD"/}"
    fi
    say "$suite: $text: ok, $((SECONDS - start)) s"
}

# minimal TEXT FILE OPTION...: a step that makes FILE, a minimal Debian of $suite as
# an archive; OPTIONs are mmdebstrap's.
minimal() {
    local text=$1 file=$2 mirror=()
    shift 2
    [ -z "${FRESH_MIRROR:-}" ] || mirror=("$FRESH_MIRROR")
    step base.log "$text" mmdebstrap --quiet --variant=minbase --format=tar "$@" \
        "$suite" "$file.new" "${mirror[@]}"
    mv "$file.new" "$file"
}

# enter [--net] ROOT NAME SCRIPT WORD=VALUE...: becomes a shell script in the system
# of the folder ROOT, in namespaces of its own, on a host called NAME, in its folder
# /home/reader/book, with this environment. With --net without a network. What
# $mounts names (HOST FOLDER and FOLDER INSIDE, in turn) is mounted there.
mounts=()
enter() {
    local net=()
    if [ "$1" = --net ]; then net=(--net); shift; fi
    # shellcheck disable=SC2016  # the inner shells expand
    exec unshare --mount --pid --ipc --uts "${net[@]}" --fork --kill-child --propagation private \
        bash -c '
        set -eu
        root=$1; name=$2; script=$3; mounts=$4; shift 4
        mount --bind "$root" "$root"
        for ((i = 0; i < mounts; i += 2)); do mount --bind "$1" "$root/$2"; shift 2; done
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sysfs "$root/sys"
        mount -t tmpfs -o mode=755 dev "$root/dev"
        mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
        for device in null zero full random urandom tty; do
            : > "$root/dev/$device"
            mount --bind "/dev/$device" "$root/dev/$device"
        done
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
        mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
        mount -t mqueue mqueue "$root/dev/mqueue"
        ln -s pts/ptmx "$root/dev/ptmx"
        ln -s /proc/self/fd "$root/dev/fd"
        for i in 0 1 2; do ln -s "/proc/self/fd/$i" "$root/dev/$(echo stdin stdout stderr | cut -d " " -f $((i + 1)))"; done
        hostname "$name"
        cd "$root"
        exec env -i "$@" chroot "$root" sh -c "cd /home/reader/book && $script"
        ' enter "$1" "$2" "$3" "${#mounts[@]}" "${mounts[@]}" "${@:4}"
}
