//! The rules are embedded in the crate: a change in one of them, or a new one, compiles it again.

fn main() {
    println!("cargo::rerun-if-changed=../../rules");
}
