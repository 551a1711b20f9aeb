//! What other tasks change while a flush runs waits for the next one, and a flush that is dropped did nothing.

use expect_test::expect;
use orm::Error;

use super::{Author, Book, Tag, database, poll};

#[tokio::test]
async fn a_value_that_is_set_while_a_flush_runs_is_written_by_the_next() {
    let (orm, fake) = database();
    let em = orm.em();
    let old = em.persist(Author::builder().name("Ada").build());
    em.flush().await.unwrap();
    old.set_name("Ada II");
    let new = em.persist(Author::builder().name("Ben").build());
    fake.take();
    fake.wait_after(0);
    let mut flush = Box::pin(em.flush());
    assert!(!poll(&mut flush));
    old.set_name("Ada III");
    new.set_name("Ben II");
    let _old = old.with_mentor(&new);
    em.persist(Tag::builder().name("rust").build());
    fake.go_on();
    flush.await.unwrap();
    expect![[r#"
        begin
        insert author(name, mentor_id, version) ('Ben', null, 1) -> id
        update author(name) and counts 1: 'Ada II' if 1
        commit"#]]
    .assert_eq(&fake.take());
    em.flush().await.unwrap();
    expect![[r#"
        begin
        insert tag(name) 'rust'
        update author(name, mentor_id) and counts 1: ('Ada III', 2) if 2
        update author(name) and counts 2: 'Ben II' if 1
        commit"#]]
    .assert_eq(&fake.take());
    em.flush().await.unwrap();
    assert_eq!(fake.take(), "");
}

#[tokio::test]
async fn a_collection_that_is_changed_while_a_flush_runs_is_written_by_the_next() {
    let (orm, fake) = database();
    let em = orm.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    let [a, b, c] = ["a", "b", "c"].map(|name| em.persist(Tag::builder().name(name).build()));
    book.tags().add(&a);
    em.flush().await.unwrap();
    book.tags().remove(&a).unwrap();
    book.tags().add(&b);
    fake.take();
    fake.wait_after(0);
    let mut flush = Box::pin(em.flush());
    assert!(!poll(&mut flush));
    book.tags().add(&a);
    book.tags().remove(&b).unwrap();
    book.tags().add(&c);
    fake.go_on();
    flush.await.unwrap();
    expect![[r#"
        begin
        delete book_tags by book_id (2, 'a')
        insert book_tags (2, 'b')
        commit"#]]
    .assert_eq(&fake.take());
    em.flush().await.unwrap();
    expect![[r#"
        begin
        delete book_tags by book_id (2, 'b')
        insert book_tags (2, 'c') (2, 'a')
        commit"#]]
    .assert_eq(&fake.take());
    em.flush().await.unwrap();
    assert_eq!(fake.take(), "");
}

#[tokio::test]
async fn an_entity_that_is_removed_while_it_is_inserted_is_deleted_by_the_next() {
    let (orm, fake) = database();
    let em = orm.em();
    let tag = em.persist(Tag::builder().name("rust").build());
    fake.wait_after(0);
    let mut flush = Box::pin(em.flush());
    assert!(!poll(&mut flush));
    em.remove(&tag).unwrap();
    fake.go_on();
    flush.await.unwrap();
    em.flush().await.unwrap();
    expect![[r#"
        begin
        insert tag(name) 'rust'
        commit
        begin
        delete tag 'rust'
        commit"#]]
    .assert_eq(&fake.take());
    assert!(!em.contains(&tag));
}

#[tokio::test]
async fn a_flush_that_is_dropped_leaves_everything_for_the_next() {
    let (orm, fake) = database();
    let em = orm.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    book.tags().add(Tag::builder().name("rust").build());
    fake.wait_after(2);
    let mut flush = Box::pin(em.flush());
    assert!(!poll(&mut flush));
    drop(flush);
    assert!(em.is_new(&author) && em.is_new(&book));
    fake.take();
    em.flush().await.unwrap();
    expect![[r#"
        begin
        insert author(name, mentor_id, version) ('Ada', null, 1) -> id
        insert book(title, author_id) ('One', 3) -> id
        insert tag(name) 'rust'
        insert book_tags (4, 'rust')
        commit"#]]
    .assert_eq(&fake.take());
}

#[tokio::test]
async fn a_transaction_in_which_a_flush_is_dropped_is_over() {
    let (orm, fake) = database();
    let em = orm.em();
    let first = em.persist(Tag::builder().name("first").build());
    let transaction = em.begin().await.unwrap();
    em.flush().await.unwrap();
    assert!(!em.is_new(&first));
    em.persist(Tag::builder().name("second").build());
    fake.wait_after(0);
    let mut flush = Box::pin(em.flush());
    assert!(!poll(&mut flush));
    drop(flush);
    // What it wrote before is taken back too, as its connection is gone.
    assert!(em.is_new(&first));
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::Transaction { .. }), "{error}");
    let error = transaction.commit().await.unwrap_err();
    expect!["the transaction was rolled back, as a flush in it was cancelled half-way; begin a new one"]
        .assert_eq(&error.to_string());
    fake.take();
    em.flush().await.unwrap();
    expect![[r#"
        begin
        insert tag(name) 'first'
        commit"#]]
    .assert_eq(&fake.take());
}
