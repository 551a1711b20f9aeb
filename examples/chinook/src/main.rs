//! chinook
fn main() {}
