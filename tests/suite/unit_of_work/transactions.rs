//! Flushes inside of a transaction: what a rollback takes back in memory.

use expect_test::expect;
use orm::Error;
use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Invoice, Line, Page, Tag, db};

on_every_database!(
    a_rollback_takes_an_insert_back,
    a_rollback_takes_an_update_back,
    a_rollback_takes_a_delete_back,
    an_inner_rollback_leaves_what_the_outer_one_did,
    a_failed_flush_leaves_the_transaction_as_it_was,
    what_a_rolled_back_transaction_began_is_forgotten,
);

async fn a_rollback_takes_an_insert_back(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    book.tags().add(Tag::builder().name("rust").build());
    let transaction = em.begin().await.unwrap();
    em.flush().await.unwrap();
    assert_eq!(*author.flushed().unwrap().id(), 1);
    transaction.rollback().await.unwrap();
    assert!(em.is_new(&author) && em.is_new(&book));
    assert_eq!(db.rows("select count(*) from author").await, "0");
    // Somebody else gets the key, which is no more ours than the row was.
    db.meddle("insert into author (name) values ('Ben')").await;
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['One', 1, 2, null]
        insert into "tag" ("name", "weight") values (?, ?) ['rust', 0]
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'rust']
        commit"#]]);
    let key = *author.flushed().unwrap().id();
    assert_eq!(db.rows("select id from author where name = 'Ada'").await, key.to_string());
    assert_eq!(db.rows("select author_id from book").await, key.to_string());
    let tagged = "select title, tag_name from book_tags join book on id = book_id";
    assert_eq!(db.rows(tagged).await, "'One' 'rust'");
    let again = em.find_by_id_or_fail::<Author>(key).await.unwrap();
    assert!(again.is_same(&author));
}

async fn a_rollback_takes_an_update_back(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let page = em.persist_and_flush(Page::builder().text("one").build()).await.unwrap();
    let transaction = em.begin().await.unwrap();
    page.set_text("two");
    em.flush().await.unwrap();
    assert_eq!((*page.version(), *page.length()), (2, 3));
    page.set_text("three");
    em.flush().await.unwrap();
    assert_eq!((*page.version(), *page.length()), (3, 5));
    transaction.rollback().await.unwrap();
    assert_eq!((page.text().as_str(), *page.version(), *page.length()), ("three", 1, 3));
    assert_eq!(db.rows("select text, version from page").await, "'one' 1");
    em.flush().await.unwrap();
    assert_eq!((*page.version(), *page.length()), (2, 5));
    assert_eq!(db.rows("select text, version from page").await, "'three' 2");
}

async fn a_rollback_takes_a_delete_back(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let ben = em.persist(Author::builder().name("Ben").mentor(&author).build());
    let tag = em.persist(Tag::builder().name("rust").build());
    let book = em.persist(Book::builder().title("One").author(&ben).build());
    book.tags().add(&tag);
    em.flush().await.unwrap();
    em.remove(&author).unwrap();
    em.remove(&tag).unwrap();
    let transaction = em.begin().await.unwrap();
    em.flush().await.unwrap();
    assert!(ben.mentor().is_none());
    assert!(!book.tags().contains(&tag));
    transaction.rollback().await.unwrap();
    assert!(ben.mentor().is_some());
    assert!(book.tags().contains(&tag));
    assert!(em.contains(&tag));
    assert_eq!(db.rows("select count(*) from tag").await, "1");
    // They still wait for their removal.
    em.flush().await.unwrap();
    assert_eq!(db.rows("select name from author").await, "'Ben'");
    assert_eq!(db.rows("select count(*) from tag").await, "0");
    assert_eq!(db.rows("select count(*) from book_tags").await, "0");
}

async fn an_inner_rollback_leaves_what_the_outer_one_did(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let outer: orm::Result<()> = em
        .transactional(async |em| {
            em.persist(Tag::builder().name("outer").build());
            em.flush().await?;
            let inner: orm::Result<()> = em
                .transactional(async |em| {
                    em.persist(Tag::builder().name("inner").build());
                    em.flush().await?;
                    Err(Error::Closed)
                })
                .await;
            assert!(matches!(inner, Err(Error::Closed)));
            Ok(())
        })
        .await;
    outer.unwrap();
    assert_eq!(db.rows("select name from tag order by name").await, "'outer'");
}

async fn a_failed_flush_leaves_the_transaction_as_it_was(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (name, email) values ('Ada', 'taken')").await;
    let em = db.em();
    let transaction = em.begin().await.unwrap();
    em.persist(Tag::builder().name("before").build());
    em.flush().await.unwrap();
    let author = em.persist(Author::builder().name("Ben").email("taken").build());
    em.persist(Tag::builder().name("with").build());
    let _ = db.sql();
    assert!(em.flush().await.unwrap_err().is_unique_violation());
    db.sql().check(expect![[r#"
        savepoint orm_2
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ben', 'taken', null, null] failed
        rollback to orm_2"#]]);
    assert_eq!(em.query("select name from tag", vec![]).await.unwrap().len(), 1);
    author.set_email("free");
    transaction.commit().await.unwrap();
    assert_eq!(db.rows("select name from tag order by name").await, "'before'\n'with'");
    assert_eq!(db.rows("select email from author order by id").await, "'taken'\n'free'");
}

async fn what_a_rolled_back_transaction_began_is_forgotten(on: Database) {
    let db = db(on).await;
    db.meddle("insert into invoice (number) values ('1')").await;
    db.meddle("insert into line (text, invoice_id) values ('a', 1)").await;
    let em = db.em();
    let line = em.find_by_id_or_fail::<Line>(1).await.unwrap();
    let transaction = em.begin().await.unwrap();
    let invoice = em.persist(Invoice::builder().number("2").build());
    invoice.lines().add(&line);
    em.flush().await.unwrap();
    transaction.rollback().await.unwrap();
    // The line still points at the new invoice, which is none any more; it must not go with it.
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::NotPersisted { entity: "Line", .. }), "{error}");
    line.set_invoice(em.reference::<Invoice>(1).unwrap());
    em.flush().await.unwrap();
    assert_eq!(db.rows("select id, invoice_id from line").await, "1 1");
    assert_eq!(db.rows("select id from invoice").await, "1");
}
