//! Entities with every kind of relation, for flushing.

#![allow(dead_code, reason = "the derive reads the fields, the tests do not")]

use orm::prelude::*;

#[derive(Entity)]
pub(super) struct Author {
    #[orm(primary_key)]
    pub(super) id: i64,
    #[orm(unique)]
    pub(super) name: String,
    pub(super) mentor: Option<Ref<Author>>,
    #[orm(version)]
    pub(super) version: i32,
    #[orm(mapped_by = author)]
    pub(super) books: Collection<Book>,
}

#[derive(Entity)]
pub(super) struct Book {
    #[orm(primary_key)]
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) author: Ref<Author>,
    #[orm(many_to_many(owner))]
    pub(super) tags: Collection<Tag>,
}

#[derive(Entity)]
pub(super) struct Tag {
    #[orm(primary_key)]
    pub(super) name: String,
    #[orm(many_to_many(mapped_by = tags))]
    pub(super) books: Collection<Book>,
}
