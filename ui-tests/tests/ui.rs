//! What must compile does, and what must not says why in words that were read before they were blessed.
//! Bless with `TRYBUILD=overwrite cargo test -p orm-ui-tests`.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*/*.rs");
}
