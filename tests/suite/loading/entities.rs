//! A small press: authors, articles, tags, publishers, and comments that answer each other.

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(Entity)]
pub struct Author {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    #[orm(order_by(title))]
    pub articles: Collection<Article>,
    #[orm(one_to_one(mapped_by = author))]
    pub profile: Option<Ref<Profile>>,
}

#[derive(Entity)]
pub struct Profile {
    #[orm(primary_key)]
    pub id: i64,
    pub bio: String,
    #[orm(one_to_one)]
    pub author: Ref<Author>,
}

#[derive(Entity)]
pub struct Article {
    #[orm(primary_key)]
    pub id: i64,
    pub title: String,
    #[orm(lazy, opt)]
    pub body: String,
    #[orm(hidden)]
    pub note: Option<String>,
    #[orm(default = 0)]
    pub views: i32,
    pub author: Ref<Author>,
    pub publisher: Option<Ref<Publisher>>,
    #[orm(many_to_many(owner))]
    pub tags: Collection<Tag>,
    pub comments: Collection<Comment>,
}

#[derive(Entity)]
pub struct Publisher {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
}

#[derive(Entity)]
pub struct Tag {
    #[orm(primary_key)]
    pub name: String,
    #[orm(many_to_many)]
    pub articles: Collection<Article>,
}

#[derive(Entity)]
pub struct Comment {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    pub article: Ref<Article>,
    #[orm(many_to_one(mapped_by = replies))]
    pub replies_to: Option<Ref<Comment>>,
    #[orm(one_to_many(mapped_by = replies_to))]
    pub replies: Collection<Comment>,
}

/// Its key is two relations; a note on it points at both.
#[derive(Entity)]
pub struct Placement {
    #[orm(primary_key)]
    pub article: Ref<Article>,
    #[orm(primary_key)]
    pub tag: Ref<Tag>,
    pub position: i32,
    pub remarks: Collection<Remark>,
}

#[derive(Entity)]
pub struct Remark {
    #[orm(primary_key)]
    pub id: i64,
    pub placement: Ref<Placement>,
}

/// A database with two authors, three articles, and nothing in any identity map.
pub(crate) async fn press(on: Database) -> Db {
    let db = Db::new(on, |builder| builder.entity::<Article>().entity::<Remark>()).await;
    let em = db.em();
    let rust = em.persist(Tag::builder().name("rust").build());
    let data = em.persist(Tag::builder().name("data").build());
    let house = em.persist(Publisher::builder().name("House").build());
    let ada = em.persist(Author::builder().name("Ada").email("ada@example.com").build());
    let bob = em.persist(Author::builder().name("Bob").build());
    em.persist(Profile::builder().bio("Counts.").author(&ada).build());
    let engines = Article::builder().title("Engines").body("long").note("later").views(10).author(&ada);
    let engines = em.persist(engines.publisher(&house).tags([&rust, &data]).build());
    em.persist(Article::builder().title("Bolts").views(3).author(&ada).tags([&data]).build());
    em.persist(Article::builder().title("Cranes").author(&bob).build());
    let question = em.persist(Comment::builder().text("Why?").article(&engines).build());
    em.persist(Comment::builder().text("Because.").article(&engines).replies_to(&question).build());
    let placement = em.persist(Placement::builder().article(&engines).tag(&rust).position(1).build());
    em.persist(Remark::builder().placement(&placement).build());
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    db
}
