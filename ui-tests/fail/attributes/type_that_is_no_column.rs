//! A type that no column holds.
use orm::prelude::*;

pub struct Colour;

#[derive(Entity)]
pub struct Post {
    #[orm(primary_key)]
    pub id: i64,
    pub colour: Colour,
}

fn main() {}
