//! A filter that gives something else than a condition.
use orm::prelude::*;

#[derive(Entity)]
#[orm(filter(name = "read", |p| p.views > 0))]
#[orm(filter(name = "often_read", |p, least: i64| p.views.ge(least)))]
#[orm(filter(name = "short", |p| p.id))]
pub struct Post {
    #[orm(primary_key)]
    pub id: i64,
    pub views: i32,
}

fn main() {}
