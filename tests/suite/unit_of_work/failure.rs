//! A flush that fails, or is cancelled, leaves everything as it was.

use std::future::Future;
use std::task::{Context, Waker};

use expect_test::expect;
use orm::Error;

use crate::harness::{Database, Db, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Tag, all, db};

on_every_database!(
    a_failed_flush_can_be_repeated_when_the_cause_is_gone,
    what_is_missing_is_found_before_anything_is_sent,
    a_reference_to_no_row_is_a_typed_error,
    a_cancelled_flush_leaves_everything_for_the_next,
);

async fn a_failed_flush_can_be_repeated_when_the_cause_is_gone(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (name) values ('Ada')").await;
    db.meddle("insert into book (title, pages, author_id) values ('One', 10, 1)").await;
    db.meddle("insert into tag values ('gone', 0)").await;
    let em = db.em();
    let author = em.find_by_id_or_fail::<Author>(1).await.unwrap();
    let gone = em.find_by_id_or_fail::<Tag>("gone").await.unwrap();
    author.set_name("Augusta");
    em.remove(&gone).unwrap();
    let fine = em.persist(Book::builder().title("Two").author(&author).build());
    let taken = em.persist(Book::builder().title("One").author(&author).build());
    fine.tags().add(Tag::builder().name("new").build());
    let error = em.flush().await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(db.rows("select name from author").await, "'Ada'");
    assert_eq!(db.rows("select title from book order by title").await, "'One'");
    assert_eq!(db.rows("select name from tag").await, "'gone'");
    assert_eq!((fine.id(), taken.id()), (None, None));
    assert!(em.is_new(&fine) && em.is_new(&taken));
    let error = em.flush().await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");

    taken.set_title("Three");
    em.flush().await.unwrap();
    assert_eq!(db.rows("select name from author").await, "'Augusta'");
    assert_eq!(db.rows("select title from book order by title").await, "'One'\n'Three'\n'Two'");
    assert_eq!(db.rows("select name from tag").await, "'new'");
    // Servers do not give a key twice, though nobody got it.
    let tagged = "select title, tag_name from book_tags join book on id = book_id";
    assert_eq!(db.rows(tagged).await, "'Two' 'new'");
    let key = taken.flushed().unwrap().id().to_string();
    assert_eq!(db.rows("select id from book where title = 'Three'").await, key);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn what_is_missing_is_found_before_anything_is_sent(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let other = db.em();
    let foreign = other.persist(Author::builder().name("Ada").build());
    em.persist(Tag::builder().name("rust").build());
    em.persist(Book::builder().title("One").author(&foreign).build());
    let _ = db.sql();
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::Detached { entity: "Author" }), "{error}");
    db.sql().check(expect![""]);
    // The tag is fine, and the book was never taken in.
    em.flush().await.unwrap();
    assert_eq!(db.rows("select name from tag").await, "'rust'");
    assert_eq!(db.rows("select count(*) from book").await, "0");
}

async fn a_reference_to_no_row_is_a_typed_error(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.persist(Book::builder().title("One").author(em.reference::<Author>(404).unwrap()).build());
    let error = em.flush().await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!(db.rows("select count(*) from book").await, "0");
}

async fn a_cancelled_flush_leaves_everything_for_the_next(on: Database) {
    let db = Db::shared(on, all).await;
    // However far the flush got, it must have written all or nothing.
    for turn in 0..30 {
        let em = db.em();
        let author = em.persist(Author::builder().name("Ada").build());
        for number in 0..20 {
            em.persist(Book::builder().title(format!("{turn}-{number}")).author(&author).build());
        }
        let mut flush = Box::pin(em.flush());
        let mut context = Context::from_waker(Waker::noop());
        let mut is_done = false;
        for _ in 0..turn {
            is_done = is_done || flush.as_mut().poll(&mut context).is_ready();
            if is_done {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(flush);
        let count = format!("select count(*) from book where title like '{turn}-%'");
        if !is_done {
            assert!(em.is_new(&author));
            match (em.flush().await, on) {
                (Ok(()), _) => {}
                // Dropped in the moment in which it commits, a server may have all of it: then nothing is written twice.
                (Err(error), Database::Postgres | Database::MySql) => {
                    assert!(error.is_unique_violation(), "turn {turn}: {error}");
                }
                (Err(error), Database::Sqlite) => panic!("turn {turn}: {error}"),
            }
        }
        assert_eq!(db.rows(&count).await, "20", "turn {turn}");
    }
}
