//! A library with every kind of relation: to one and to many, from both sides, to itself, by composite keys, through a
//! pivot table with names of its own and through an entity.

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(Entity)]
pub struct Writer {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
    pub mentor: Option<Ref<Writer>>,
    #[orm(one_to_many(mapped_by = mentor))]
    pub students: Collection<Writer>,
    #[orm(
        many_to_many(owner),
        pivot_table = "friendship",
        pivot_join_columns("one"),
        pivot_inverse_columns("other")
    )]
    pub friends: Collection<Writer>,
    #[orm(one_to_one(mapped_by = writer))]
    pub card: Option<Ref<Card>>,
    #[orm(one_to_many(mapped_by = writer))]
    pub works: Collection<Work>,
}

#[derive(Entity)]
pub struct Card {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub city: String,
    #[orm(one_to_one(owner))]
    pub writer: Ref<Writer>,
}

#[derive(Entity)]
pub struct Work {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub title: String,
    pub pages: Option<i32>,
    pub writer: Ref<Writer>,
    pub editor: Option<Ref<Writer>>,
    #[orm(many_to_many(owner))]
    pub subjects: Collection<Subject>,
    #[orm(many_to_many(owner), pivot_entity = Placing)]
    pub shelves: Collection<Shelf>,
    pub editions: Collection<Edition>,
}

#[derive(Entity)]
pub struct Subject {
    #[orm(primary_key)]
    pub name: String,
    #[orm(many_to_many(mapped_by = subjects))]
    pub works: Collection<Work>,
}

#[derive(Entity)]
pub struct Shelf {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub label: String,
    #[orm(many_to_many(mapped_by = shelves))]
    pub works: Collection<Work>,
}

/// Where a work stands.
#[derive(Entity)]
pub struct Placing {
    #[orm(primary_key)]
    pub work: Ref<Work>,
    #[orm(primary_key)]
    pub shelf: Ref<Shelf>,
    #[orm(default = 0)]
    pub position: i32,
}

/// Its key is of two columns, one of them a relation.
#[derive(Entity)]
pub struct Edition {
    #[orm(primary_key)]
    pub work: Ref<Work>,
    #[orm(primary_key(auto_increment = false))]
    pub number: i32,
    pub year: i32,
    pub prints: Collection<Print>,
}

/// Its foreign key is of two columns.
#[derive(Entity)]
pub struct Print {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub copies: i32,
    pub edition: Option<Ref<Edition>>,
}

/// An empty library.
pub(crate) async fn library(on: Database) -> Db {
    Db::new(on, |builder| builder.entity::<Writer>().entity::<Placing>().entity::<Print>()).await
}

/// A library with four writers and four works.
pub(crate) async fn filled(on: Database) -> Db {
    let db = library(on).await;
    let em = db.em();
    let ada = em.persist(Writer::builder().id(1).name("Ada").age(36).build());
    let bob = em.persist(Writer::builder().id(2).name("Bob").mentor(&ada).friends([&ada]).build());
    let cyd = em.persist(Writer::builder().id(3).name("Cyd").age(20).mentor(&bob).friends([&ada]).build());
    cyd.friends().add(&bob);
    em.persist(Writer::builder().id(4).name("Dan").age(50).build());
    em.persist(Card::builder().id(1).city("Delft").writer(&ada).build());
    let math = em.persist(Subject::builder().name("math").build());
    let music = em.persist(Subject::builder().name("music").build());
    em.persist(Subject::builder().name("tea").build());
    let low = em.persist(Shelf::builder().id(1).label("low").build());
    let high = em.persist(Shelf::builder().id(2).label("high").build());
    let notes = Work::builder().id(1).title("Notes").pages(66).writer(&ada).editor(&bob);
    let notes = em.persist(notes.subjects([&math, &music]).shelves([&low, &high]).build());
    let tables = Work::builder().id(2).title("Tables").pages(20).writer(&ada).editor(&ada);
    let tables = em.persist(tables.subjects([&math]).shelves([&low]).build());
    let songs = em.persist(Work::builder().id(3).title("Songs").writer(&bob).subjects([&music]).build());
    em.persist(Work::builder().id(4).title("Cyd").pages(20).writer(&cyd).build());
    let first = em.persist(Edition::builder().work(&notes).number(1).year(1843).build());
    let second = em.persist(Edition::builder().work(&notes).number(2).year(1850).build());
    em.persist(Edition::builder().work(&tables).number(1).year(1850).build());
    em.persist(Edition::builder().work(&songs).number(1).year(1900).build());
    em.persist(Print::builder().id(1).copies(100).edition(&first).build());
    em.persist(Print::builder().id(2).copies(5).edition(&second).build());
    em.persist(Print::builder().id(3).copies(7).build());
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    db
}

/// The names of the writers of whom a condition holds; and the same count.
pub(crate) async fn writers(db: &Db, condition: Condition<Writer>) -> Vec<String> {
    let em = db.em();
    let found = em.find::<Writer>().matching(condition.clone()).order_by(|a| a.id.asc()).await;
    let found = found.expect("the query is right");
    let count = em.count::<Writer>().matching(condition).await.expect("they are counted");
    assert_eq!(count, found.len() as u64);
    found.iter().map(|writer| writer.name().clone()).collect()
}

/// The titles of the works of which a condition holds; and the same count.
pub(crate) async fn works(db: &Db, condition: Condition<Work>) -> Vec<String> {
    let em = db.em();
    let found = em.find::<Work>().matching(condition.clone()).order_by(|a| a.id.asc()).await;
    let found = found.expect("the query is right");
    let count = em.count::<Work>().matching(condition).await.expect("they are counted");
    assert_eq!(count, found.len() as u64);
    found.iter().map(|work| work.title().clone()).collect()
}

/// `check!(writers, db, |a| … => ["Ada"])`.
macro_rules! check {
    (writers, $($rest:tt)+) => {
        check!(in writers, $crate::conditions::library::Writer, $($rest)+)
    };
    (works, $($rest:tt)+) => {
        check!(in works, $crate::conditions::library::Work, $($rest)+)
    };
    (in $those:ident, $entity:ty, $db:expr, $condition:expr => [$($name:literal),*]) => {
        let expected: &[&str] = &[$($name),*];
        let condition = orm::prelude::Condition::<$entity>::when($condition);
        assert_eq!($crate::conditions::library::$those($db, condition).await, expected, stringify!($condition));
    };
}

pub(crate) use check;
