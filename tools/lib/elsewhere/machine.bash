# machine.bash - a machine under qemu with the kernel and a minimal root of a Debian
# release, and the book's project in it. tools/elsewhere and tests/power/run source it
# after tools/lib/debian.bash, in the project's folder.
#
# It uses what debian.bash does, and $renew (not empty: the root is made anew).
# shellcheck shell=bash disable=SC2034,SC2154  # of debian.bash, or of who sources it

# What the root has beside the essential packages: what tests and programs call.
PACKAGES=acl,attr,diffutils,e2fsprogs,gcc,iproute2,kmod,libc6-dev,linux-image-amd64,make,perl,procps,strace,util-linux,xz-utils
# What a kernel needs as modules to find its disks, when it has them not built in.
MODULES=(virtio_pci virtio_blk crc32c_generic crc32c ext4 overlay loop)

# machine_root: makes out/elsewhere/$suite, when it is not there or was made in
# another way: root/ with the release's programs, root.img with the same as a disk,
# and of its kernel vmlinuz and modules/VERSION.
machine_root() {
    local base=$work/base.tar root=$logs/root
    [ -z "$renew" ] || rm -f "$logs/made"
    # the tree is removed before the stamp is written, so half a root is never taken
    [ "$(cat "$logs/made" 2>/dev/null)" != "$PACKAGES" ] || return 0
    rm -rf --one-file-system "$logs/made" "$root" "$logs/modules"
    minimal 'making a minimal root' "$base" --include="$PACKAGES" --aptopt='Apt::Install-Recommends "false"'
    step root.log 'making its disk' unpack_root "$base" "$root"
    rm -f "$base"
    echo "$PACKAGES" > "$logs/made"
}

# unpack_root ARCHIVE FOLDER: the root, without the kernel and what nobody reads.
unpack_root() {
    mkdir -p "$2" && tar -C "$2" -xpf "$1" --exclude='./dev/*' || return
    mv "$2"/boot/vmlinuz-* "$logs/vmlinuz" && mv "$2"/lib/modules "$logs/modules" || return
    rm -rf "${2:?}"/boot/* "$2"/usr/share/{doc,locale,man,i18n,info} "$2"/var/cache/apt/* "$2"/var/lib/apt/lists/*
    mkdir -p "$2/home/reader/book"
    make_disk "$logs/root.img" "$2" 1500
}

# make_disk FILE FOLDER MEGABYTES: FILE is a disk with an ext4 that has what FOLDER
# has, and so much room beside it; FOLDER may be ''.
make_disk() {
    local used=0
    [ -z "$2" ] || used=$(du -sm --apparent-size "$2" | cut -f 1)
    rm -f "$1.new"
    truncate -s "$((used * 5 / 4 + $3))M" "$1.new"
    mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 ${2:+-d "$2"} "$1.new" && mv "$1.new" "$1"
}

# machine_project: $work/book has the working tree, what git would know of it, and
# what was tangled.
machine_project() {
    local book=$work/book
    mkdir -p "$book/out" "$book/node_modules"
    git -c safe.directory="$PWD" ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do
        [ ! -e "$file" ] || printf '%s\0' "$file"
    done | tar -c --null -T - | tar -x -C "$book"
    # no page is made there, and which sentences are tried is told here
    rm -rf "$book/weave"
    cp -a out/build "$book/out/"
    cp -aL node_modules/bats node_modules/bats-assert node_modules/bats-support "$book/node_modules/"
    find "$book/out/build" -name '*.made' -delete
    # so that the machine's ordinary user may read it
    chown -R 0:0 "$book" && chmod -R a+rX "$book"
}

# machine_build [COMMAND]: the programs of $work/book, compiled by the release's own
# gcc; then COMMAND, if there is one.
machine_build() {
    mounts=("$work/book" home/reader/book)
    ending=KILL
    step build.log 'compiling the programs' enter --net "$logs/root" elsewhere \
        "make --no-print-directory build ${1:+&& $1}" HOME=/root TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# machine_start KERNEL MODULES: makes $work/initrd for KERNEL, whose modules lie in
# the folder MODULES (there may be none), and finds out how it can be run.
machine_start() {
    kernel=$1
    "${CC:-gcc}" -std=c17 -O2 -static -o "$work/first" tools/lib/elsewhere/first.c ||
        die 'tools/lib/elsewhere/first.c does not compile'
    if [ -d "$2" ]; then set -- "$2" "${MODULES[@]}"; else set --; fi
    tools/lib/elsewhere/initrd "$work/first" "$@" | gzip -1 > "$work/initrd"
    processors=$(nproc)
    [ "$processors" -le 4 ] || processors=4
    # qemu ends with this shell, however that ends
    machine=(setpriv --pdeathsig KILL qemu-system-x86_64 -nographic -nodefaults -serial stdio
        -no-reboot -nic none -m 2048 -smp "$processors" -kernel "$kernel" -initrd "$work/initrd")
    # its clock is the one that a program reads without a call, as the kernel of a machine would choose
    words='console=ttyS0 quiet mitigations=off panic=-1 clocksource=tsc tsc=reliable'
    if kvm_works; then
        machine+=(-accel kvm -cpu host)
        say "$suite: by KVM"
    else
        machine+=(-accel 'tcg,thread=multi' -cpu qemu64)
    fi
}

# kvm_works: /dev/kvm may be there and the machine hang all the same.
kvm_works() {
    [ -w /dev/kvm ] || return 1
    step kvm.log 'trying KVM' try_kvm
    grep -q 'elsewhere: it works' "$logs/kvm.log"
}

try_kvm() {
    timeout -k 1 10 "${machine[@]}" -accel kvm -cpu host -append "$words try" || true
}

# machine_run TEXT PLAN SECONDS DISK...: runs the machine until it ends, with what
# out/PLAN of its project says, and with the DISKs beside its root: FILE or
# FILE,OPTION... of qemu's -drive; $logs/PLAN.console has its console. Lines for the
# one who waits are shown. Ends with a message when the SECONDS are over.
machine_run() {
    local text=$1 log=$logs/$2.console plan=$2 limit=$3 start=$SECONDS drives=() disk
    shift 3
    for disk in "$logs/root.img,snapshot=on" "$@"; do
        drives+=(-drive "if=virtio,format=raw,cache=unsafe,file=$disk")
    done
    say "$suite: $text ..."
    TMPDIR=$work "${machine[@]}" "${drives[@]}" -append "$words plan=$plan" > "$log" 2>&1 < /dev/null &
    job=$!
    ending=KILL
    shown=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1 || true
        show_progress "$log"
        [ $((SECONDS - start)) -lt "$limit" ] ||
            die "$suite: $text: not done after $limit s; its console is ${log#"$PWD"/}"
    done
    wait "$job" || die "$suite: $text: qemu ended with status $?; its console is ${log#"$PWD"/}"
    job=
    show_progress "$log"
    grep -aq 'elsewhere: up' "$log" ||
        die "$suite: the kernel did not start; its console is ${log#"$PWD"/}"
    say "$suite: $text: done, $((SECONDS - start)) s"
}

# show_progress LOG: the lines that came since, of those that tell how far it is.
show_progress() {
    local lines
    lines=$(wc -l < "$1")
    [ "$lines" -gt "$shown" ] || return 0
    sed -n "$((shown + 1)),${lines}p" "$1" | tr -d '\r' |
        sed -n "s/^.*elsewhere: /$me: $suite: /p;s/^  \([0-9]* of [0-9]*\)$/$me: $suite: \1/p;s/^  \([^ ]*\.bats .*\)/$me: $suite: \1/p"
    shown=$lines
}
