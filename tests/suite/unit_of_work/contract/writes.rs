//! What a driver is told.

use expect_test::expect;
use orm::Error;

use super::{Author, Book, Tag, database};

#[tokio::test]
async fn nothing_to_flush_says_nothing() {
    let (orm, fake) = database();
    orm.em().flush().await.unwrap();
    expect![""].assert_eq(&fake.take());
}

#[tokio::test]
async fn new_rows_are_written_with_those_they_point_at() {
    let (orm, fake) = database();
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

#[tokio::test]
async fn a_row_that_an_update_misses_is_named() {
    let (orm, fake) = database();
    let em = orm.em();
    let ada = em.persist(Author::builder().name("Ada").build());
    let ben = em.persist(Author::builder().name("Ben").build());
    em.flush().await.unwrap();
    fake.take();
    ada.set_name("Ada II");
    ben.set_name("Ben II");
    fake.miss(vec![1]);
    let error = em.flush().await.unwrap_err();
    assert!(matches!(&error, Error::OptimisticLock { entity: "Author", key } if key == "2"), "{error}");
    expect![[r#"
        begin
        update author(name) and counts 1: 'Ada II' if 1 2: 'Ben II' if 1
        rollback"#]]
    .assert_eq(&fake.take());
    em.flush().await.unwrap();
    expect![[r#"
        begin
        update author(name) and counts 1: 'Ada II' if 1 2: 'Ben II' if 1
        commit"#]]
    .assert_eq(&fake.take());
}

#[tokio::test]
async fn a_flush_in_a_transaction_has_a_savepoint() {
    let (orm, fake) = database();
    let em = orm.em();
    let transaction = em.begin().await.unwrap();
    let tag = em.persist(Tag::builder().name("rust").build());
    em.flush().await.unwrap();
    tag.books().add(em.reference::<Book>(1).unwrap());
    fake.fail_after(0);
    em.flush().await.unwrap_err();
    transaction.commit().await.unwrap();
    expect![[r#"
        begin
        savepoint 2
        insert tag(name) 'rust'
        release 2
        savepoint 2
        rollback to 2
        savepoint 2
        insert book_tags (1, 'rust')
        release 2
        commit"#]]
    .assert_eq(&fake.take());
}
