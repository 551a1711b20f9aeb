//! Flushes against a driver that only keeps what it is told. What a database makes of it is tested with real ones.

mod fake;
mod model;

use expect_test::expect;

use fake::Fake;
use model::{Author, Book, Tag};

fn orm() -> (crate::orm::Orm, Fake) {
    let fake = Fake::new();
    let orm = crate::orm::Orm::builder()
        .entity::<Author>()
        .entity::<Book>()
        .entity::<Tag>()
        .driver(fake.clone())
        .build()
        .expect("the entities fit together");
    (orm, fake)
}

#[tokio::test]
async fn nothing_to_flush_says_nothing() {
    let (orm, fake) = orm();
    orm.em().flush().await.unwrap();
    expect![""].assert_eq(&fake.take());
}

#[tokio::test]
async fn new_rows_are_written_with_those_they_point_at() {
    let (orm, fake) = orm();
    let em = orm.em();
    let mentor = em.persist(Author::builder().name("Ada").build());
    let author = Author::builder().name("Ben").mentor(&mentor).build();
    let book = em.persist(Book::builder().title("One").author(author).build());
    book.tags().add(Tag::builder().name("new").build());
    em.flush().await.unwrap();
    expect![[r#"
        begin
        insert author(name, mentor_id, version) ('Ada', null, 1) -> id
        insert author(name, mentor_id, version) ('Ben', 1, 1) -> id
        insert book(title, author_id) ('One', 2) -> id
        insert tag(name) 'new'
        insert book_tags (3, 'new')
        commit"#]]
    .assert_eq(&fake.take());
    assert_eq!(*book.flushed().unwrap().id(), 3);
    em.flush().await.unwrap();
    assert_eq!(fake.take(), "");
}
