//! Builds anew when a migration changes: they are embedded, and the compiler does not look into their folder.

fn main() {
    #[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
    {
        println!("cargo:rerun-if-changed=migrations");
    }
}
