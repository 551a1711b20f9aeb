//! The blog's entities: authors, articles, comments and tags.

use chrono::NaiveDate;
use orm::prelude::*;

/// Who writes.
#[derive(Entity)]
pub struct Author {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(unique, hidden)] // never part of JSON
    pub email: String,
    #[orm(mapped_by = author, order_by(id))]
    pub articles: Collection<Article>,
}

/// What is written.
#[derive(Entity)]
#[orm(index(status, views), check("views >= 0"))]
pub struct Article {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 200)]
    pub title: String,
    #[orm(lazy)] // long: loaded only by who asks for it
    pub body: String,
    #[orm(default = Status::Draft)]
    pub status: Status,
    #[orm(default = 0)]
    pub views: i32,
    pub published_on: Option<NaiveDate>,
    #[orm(version)] // two who change the same article: the second one is told
    pub version: i32,
    pub author: Ref<Author>,
    #[orm(many_to_many(owner), order_by(name))]
    pub tags: Collection<Tag>,
    #[orm(mapped_by = article, cascade(all), orphan_removal, order_by(id))]
    pub comments: Collection<Comment>,
}

/// Where an article stands.
#[derive(EntityEnum, Clone, Copy, Debug, PartialEq)]
pub enum Status {
    Draft,
    Published,
}

/// What readers answer.
#[derive(Entity)]
pub struct Comment {
    #[orm(primary_key)]
    pub id: i64,
    pub reader: String,
    pub text: String,
    pub article: Ref<Article>,
}

/// What an article is about.
#[derive(Entity)]
pub struct Tag {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique)]
    pub name: String,
    #[orm(many_to_many, order_by(id))]
    pub articles: Collection<Article>,
}
