#!/usr/bin/env bash
# Builds the root that ci/targets.sh runs its rows in: Debian's newest compiler, standard libraries of other architectures, emulators.
# Usage: ci/targets/root.sh FOLDER. Needs Linux on x86-64, apt and the rights of root; takes about ten minutes and 9 GB. What stands already is kept.
set -euo pipefail
folder=$1
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
root=$folder/root

# Mounts live in a namespace of our own: they end with this script, however it ends, and `rm -r` of the folder never meets a mount.
if [ "${FRAMEALLOC_IN_NAMESPACE:-}" != 1 ]; then
    exec env FRAMEALLOC_IN_NAMESPACE=1 unshare --mount --propagation private bash "$0" "$@"
fi

stamp() { # NAME COMMAND…: runs the command unless it has succeeded in this folder before
    local name=$1
    shift
    [ -e "$folder/stamps/$name" ] && return
    echo "targets: $name"
    "$@"
    mkdir -p "$folder/stamps"
    touch "$folder/stamps/$name"
}

inside() { # COMMAND…: in the root
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

bootstrap() {
    local mirror
    # The mirror that this machine's apt uses, so that no host is written down here.
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | awk 'NR == 1')
    [ -n "$mirror" ] || { echo "targets: apt names no mirror of Debian (run apt-get update first)" >&2; exit 1; }
    local tool=$folder/debootstrap
    mkdir -p "$tool"
    # Unpacked, not installed: the machine stays as it is.
    (cd "$tool" && apt-get download -o APT::Sandbox::User=root debootstrap && dpkg -x debootstrap_*.deb .)
    rm -rf "$root"
    DEBOOTSTRAP_DIR=$tool/usr/share/debootstrap "$tool/usr/sbin/debootstrap" --variant=minbase --include=ca-certificates \
        --keyring=/usr/share/keyrings/debian-archive-keyring.gpg sid "$root" "$mirror"
    echo "deb $mirror trixie main" >"$root/etc/apt/sources.list.d/trixie.list"
    # Only what asks for trixie by name comes from there.
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: -1\n' >"$root/etc/apt/preferences.d/trixie"
    # Nobody misses the root after a power cut; without this dpkg waits for the disk at every file.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    printf 'APT::Install-Recommends "false";\nAPT::Install-Suggests "false";\nAcquire::Languages "none";\nAcquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n' \
        >"$root/etc/apt/apt.conf.d/90targets"
}

# The network of the machine: names, proxies and certificates of its own.
network() {
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/hosts "$root/etc/hosts"
    grep -lisE 'proxy' /etc/apt/apt.conf.d/* | while read -r file; do cp "$file" "$root/etc/apt/apt.conf.d/"; done || true
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
        inside update-ca-certificates
    fi
}

architectures() {
    local arch
    for arch in i386 arm64 s390x; do inside dpkg --add-architecture "$arch"; done
    inside apt-get update
}

native() {
    inside apt-get install -y rustc cargo rust-clippy rust-src gcc g++ libc6-dev git python3 lld wasi-libc libstd-rust-dev-wasm32 nodejs
}

editor() {
    inside apt-get install -y rust-analyzer
}

editors() {
    inside apt-get install -y neovim hx
}

foreign() {
    inside apt-get install -y qemu-user gcc-mingw-w64-x86-64 gcc-aarch64-linux-gnu gcc-s390x-linux-gnu gcc-i686-linux-gnu \
        libc6-dev-i386-cross libc6-dev-arm64-cross libc6-dev-s390x-cross libstd-rust-dev:i386 libstd-rust-dev:arm64 libstd-rust-dev:s390x
}

windows() {
    inside apt-get install -y wine wine64
    inside env WINEDEBUG=-all wineboot -i
}

# The compiler of `rust-version`, unpacked beside the new one: both cannot be installed at a time. cargo is the new one.
oldest() {
    local at=/opt/oldest tool
    inside mkdir -p "$at/bin"
    inside sh -c "cd $at && apt-get download rustc/trixie libstd-rust-dev/trixie libstd-rust-1.85/trixie libllvm19/trixie libxml2/trixie \
        libicu76/trixie libz3-4/trixie && for package in *.deb; do dpkg -x \$package . && rm \$package; done"
    for tool in rustc rustdoc; do
        # Its libraries are for it alone: the linker that it calls has newer ones.
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/usr/lib/x86_64-linux-gnu exec %s/usr/bin/%s "$@"\n' "$at" "$at" "$tool" >"$root$at/bin/$tool"
        chmod +x "$root$at/bin/$tool"
    done
}

mounted() {
    local at
    for at in proc dev dev/pts; do mount --bind "/$at" "$root/$at"; done
}

stamp bootstrap bootstrap
mounted
stamp network network
stamp architectures architectures
stamp native native
stamp editor editor
stamp editors editors
stamp oldest oldest
stamp foreign foreign
stamp windows windows
