//! What must not compile does not, at the user's token and in the agreed words; what must compile does, and runs.
//!
//! The expected messages (`*.stderr`) are those of the toolchain that the project is developed with. After a change of it,
//! `TRYBUILD=overwrite cargo test -p ui-tests --test compile` writes them anew; read the difference.

#[test]
fn compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*/*.rs");
    cases.pass("pass/*.rs");
    cases.pass("hostile/*.rs");
}
