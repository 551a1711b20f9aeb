//! A user who forbids much, shadows names, and defines entities inside of a function.
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings)]

/// An entity of a strict user.
#[derive(orm::Entity)]
pub struct Option2 {
    /// The key.
    #[orm(primary_key)]
    pub id: u32,
    /// Named like a method of ours.
    pub key: String,
    /// Named like another.
    pub handle: std::option::Option<i16>,
}

#[allow(dead_code)]
struct Result;
#[allow(dead_code)]
struct String2;

fn main() {
    #[derive(orm::Entity)]
    struct Local {
        #[orm(primary_key(auto_increment = false))]
        id: i64,
        parent: std::option::Option<orm::entity::Ref<Local>>,
        children: orm::entity::Collection<Local>,
    }
    let _ = Local::builder().id(1).build();
    let _ = Option2::builder().key("k").build();
}
