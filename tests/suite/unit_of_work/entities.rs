//! Entities with every kind of relation and cascade.

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(Entity, Debug, Clone)]
pub struct Author {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(unique)]
    pub email: Option<String>,
    pub mentor: Option<Ref<Author>>,
    pub favourite: Option<Ref<Book>>,
    #[orm(one_to_many(mapped_by = author))]
    pub books: Collection<Book>,
    #[orm(one_to_many(mapped_by = editor))]
    pub edited: Collection<Book>,
}

#[derive(Entity, Debug, Clone)]
pub struct Book {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique)]
    pub title: String,
    #[orm(default = 1)]
    pub pages: i32,
    pub author: Ref<Author>,
    pub editor: Option<Ref<Author>>,
    #[orm(many_to_many(owner))]
    pub tags: Collection<Tag>,
}

#[derive(Entity, Debug, Clone)]
pub struct Tag {
    #[orm(primary_key)]
    pub name: String,
    #[orm(default = 0)]
    pub weight: i32,
    #[orm(many_to_many(mapped_by = tags))]
    pub books: Collection<Book>,
}

/// Lines belong to their invoice and go with it.
#[derive(Entity, Debug, Clone)]
pub struct Invoice {
    #[orm(primary_key)]
    pub id: i64,
    pub number: String,
    #[orm(one_to_many(mapped_by = invoice), orphan_removal)]
    pub lines: Collection<Line>,
}

#[derive(Entity, Debug, Clone)]
pub struct Line {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    #[orm(on_delete = "restrict")]
    pub invoice: Ref<Invoice>,
}

/// A user has one profile, which is nobody's without them.
#[derive(Entity, Debug, Clone)]
pub struct User {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(one_to_one(mapped_by = user), orphan_removal)]
    pub profile: Option<Ref<Profile>>,
    #[orm(one_to_one(mapped_by = user))]
    pub desk: Option<Ref<Desk>>,
}

#[derive(Entity, Debug, Clone)]
pub struct Profile {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    #[orm(one_to_one(owner))]
    pub user: Ref<User>,
}

/// A desk stays when its user goes.
#[derive(Entity, Debug, Clone)]
pub struct Desk {
    #[orm(primary_key)]
    pub id: i64,
    pub room: String,
    #[orm(one_to_one(owner))]
    pub user: Option<Ref<User>>,
}

/// Counts its versions, and knows when it changed.
#[derive(Entity, Debug, Clone)]
pub struct Page {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    #[orm(default = 0)]
    pub views: i32,
    #[orm(version)]
    pub version: i32,
    #[orm(on_create = 1, on_update = 2)]
    pub edition: i64,
    #[orm(generated = "length(text)", stored)]
    pub length: i64,
    #[orm(default_sql = "'draft'")]
    pub state: String,
}

/// Must be as it was when it is changed.
#[derive(Entity, Debug, Clone)]
pub struct Seat {
    #[orm(primary_key)]
    pub coach: i32,
    #[orm(primary_key)]
    pub number: i32,
    #[orm(concurrency_check)]
    pub taken_by: Option<String>,
    #[orm(default = 0)]
    pub price: i32,
}

/// Its key is made of new rows' keys.
#[derive(Entity, Debug, Clone)]
pub struct Rating {
    #[orm(primary_key)]
    pub author: Ref<Author>,
    #[orm(primary_key)]
    pub book: Ref<Book>,
    pub stars: i32,
}

/// Rows that need each other.
#[derive(Entity, Debug, Clone)]
pub struct Hen {
    #[orm(primary_key)]
    pub id: i64,
    pub hatched_from: Ref<Egg>,
}

#[derive(Entity, Debug, Clone)]
pub struct Egg {
    #[orm(primary_key)]
    pub id: i64,
    pub laid_by: Ref<Hen>,
}

/// A tree that goes with its root.
#[derive(Entity, Debug, Clone)]
pub struct Folder {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(on_delete = "restrict", on_update = "restrict")]
    pub parent: Option<Ref<Folder>>,
    #[orm(one_to_many(mapped_by = parent), cascade(all))]
    pub children: Collection<Folder>,
}

/// Its tracks have an order.
#[derive(Entity, Debug, Clone)]
pub struct Playlist {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(many_to_many(owner), fixed_order = "position")]
    pub tracks: Collection<Track>,
}

#[derive(Entity, Debug, Clone)]
pub struct Track {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
}

/// Cannot be written.
#[derive(Entity, Debug, Clone)]
#[orm(readonly)]
pub struct Statistic {
    #[orm(primary_key)]
    pub name: String,
    pub value: i64,
}

/// A database with all of them.
pub(crate) async fn db(on: Database) -> Db {
    Db::new(on, all).await
}

/// Registers all of them.
pub(crate) fn all(builder: orm::OrmBuilder) -> orm::OrmBuilder {
    builder
        .entity::<Rating>()
        .entity::<Tag>()
        .entity::<Invoice>()
        .entity::<User>()
        .entity::<Page>()
        .entity::<Seat>()
        .entity::<Hen>()
        .entity::<Folder>()
        .entity::<Playlist>()
        .entity::<Statistic>()
}
