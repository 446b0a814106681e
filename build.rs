//! Builds anew when a migration changes: they are embedded, and the compiler does not look into their folder.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
