//! Filters that are not written as filters are.
use orm::prelude::*;

#[derive(Entity)]
#[orm(filter(name = "nameless filter", |p| p.id.gt(1)))]
#[orm(filter(name = "without_condition"))]
#[orm(filter(name = "untyped", |p, least| p.id.gt(least)))]
#[orm(filter(name = "typo", defualt, |p| p.id.gt(1)))]
pub struct Post {
    #[orm(primary_key)]
    pub id: i64,
}

fn main() {
    let _ = Post::builder();
}
