#!/usr/bin/env bash
# What `cargo fa explain` shows, and the programs that cargo fa is tested on, compile against the crates as they are.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/explain"

mkdir -p "$work/examples/src"
cat >"$work/examples/Cargo.toml" <<END
[package]
name = "explained"
version = "0.0.0"
edition = "2024"

[dependencies]
framealloc = { path = "$root/framealloc", features = ["bevy"] }
bevy_app = { version = "0.20", default-features = false, features = ["std"] }
bevy_ecs = { version = "0.20", default-features = false, features = ["std"] }

[workspace]
END
cp "$root/Cargo.lock" "$work/examples/Cargo.lock"
python3 - "$root/cargo-fa" "$work/examples/src" <<'END'
import pathlib, re, sys

package, out = map(pathlib.Path, sys.argv[1:])
texts = package / "src/engine/rules"
modules = []
for text in sorted(texts.glob("*/fa*.md")):
    for heading in ("Bad", "Good"):
        block = re.search(rf"## {heading}\n\n```rust\n(.*?)```", text.read_text(encoding="utf-8"), re.S)
        # The bad example of FA900 is a file that does not parse.
        if block and (text.stem[:5], heading) != ("fa900", "Bad"):
            modules.append(f"{text.stem[:5]}_{heading.lower()}")
            # A program has one global allocator, and here all examples are in one.
            code = block[1].replace("#[global_allocator]\n", "")
            (out / f"{modules[-1]}.rs").write_text(code, encoding="utf-8")
print(f"{len(modules)} examples")

# What rustc refuses says so in its second line.
fixtures = [f for f in [package / "tests/clean/game.rs", *sorted((package / "tests/ui").glob("*/*.rs"))] if "//@ compile-fail" not in f.read_text(encoding="utf-8")]
for fixture in fixtures:
    modules.append(f"{fixture.parent.name.lower()}_{fixture.stem}")
    (out / f"{modules[-1]}.rs").write_text(fixture.read_text(encoding="utf-8"), encoding="utf-8")
print(f"{len(fixtures)} fixtures")
(out / "lib.rs").write_text("#![allow(dead_code, unused)]\n" + "".join(f"pub mod {m};\n" for m in modules), encoding="utf-8")
END
cargo check --quiet --manifest-path "$work/examples/Cargo.toml"

for sample in "$root"/cargo-fa/tests/fixtures/*/; do
    cp -r "$sample" "$work/sample"
    find "$work/sample" -name Cargo.toml -exec sed -i "s#\"[./]*/framealloc\"#\"$root/framealloc\"#" {} +
    cp "$root/Cargo.lock" "$work/sample/Cargo.lock"
    cargo check --quiet --all-targets --manifest-path "$work/sample/Cargo.toml"
    echo "$(basename "$sample") compiles"
    rm -rf "$work/sample"
done
