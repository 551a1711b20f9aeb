//! How few statements a flush needs.

use expect_test::expect;

use crate::harness::{Database, Db, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Tag, all, db};

on_every_database!(
    rows_with_the_same_columns_share_a_statement,
    keys_come_back_to_the_right_entities_over_batches,
    a_flush_waits_for_the_one_before,
    a_query_waits_for_what_it_would_see,
);

async fn rows_with_the_same_columns_share_a_statement(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    for title in ["One", "Two", "Three"] {
        em.persist(Book::builder().title(title).author(&author).build());
    }
    em.flush().await.unwrap();
    let sent = db.sql().but_on(Database::Postgres, expect![[r#"
        begin
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values ($1, $2, $3, $4) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") select * from unnest($1, $2, $3, $4) returning "id" ['One', 'Two', 'Three', 1, 1, 1, 1, 1, 1, null, null, null] × 3
        commit"#]]);
    sent.check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['One', 1, 1, null, 'Two', 1, 1, null, 'Three', 1, 1, null] × 3
        commit"#]]);
    let books = em.find::<Book>().await.unwrap();
    for book in &books {
        book.set_pages(*book.id() as i32 * 10);
    }
    books[1].set_title("Two!");
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "book" set "pages" = ? where "id" = ? [10, 1, 30, 3] × 2
        update "book" set "title" = ?, "pages" = ? where "id" = ? ['Two!', 20, 2]
        commit"#]]);
    assert_eq!(db.rows("select title, pages from book order by id").await, "'One' 10\n'Two!' 20\n'Three' 30");
    for book in &books {
        em.remove(book).unwrap();
    }
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book" where "id" in (?, ?, ?) [1, 2, 3]
        commit"#]]);
}

async fn keys_come_back_to_the_right_entities_over_batches(on: Database) {
    let db = Db::new(on, |builder| all(builder).batch_size(7)).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let books: Vec<_> = (0..20)
        .map(|number| em.persist(Book::builder().title(format!("{number}")).author(&author).build()))
        .collect();
    let given = em.persist(Book::builder().id(1000).title("given").author(&author).build());
    em.flush().await.unwrap();
    // begin, author, three batches of books and one of the given key, commit
    assert_eq!(db.sql().len(), 7);
    for (number, book) in books.iter().enumerate() {
        let book = book.flushed().unwrap();
        assert_eq!(*book.id(), number as i64 + 1);
        assert_eq!(
            db.rows(&format!("select title from book where id = {}", book.id())).await,
            format!("'{number}'")
        );
    }
    assert_eq!(*given.id(), 1000);
}

async fn a_flush_waits_for_the_one_before(on: Database) {
    let db = Db::shared(on, all).await;
    let em = db.em();
    for number in 0..50 {
        em.persist(Tag::builder().name(format!("{number}")).build());
    }
    let (first, second) = tokio::join!(em.flush(), em.flush());
    first.unwrap();
    second.unwrap();
    assert_eq!(db.rows("select count(*) from tag").await, "50");
    // begin, one insert, commit: the second flush found nothing to do. MySQL has the rows in two inserts, as it prepares
    // a statement for each number of rows, and few of them are kept.
    assert_eq!(db.sql().len(), if on == Database::MySql { 4 } else { 3 });
}

async fn a_query_waits_for_what_it_would_see(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.persist(Tag::builder().name("rust").build());
    let _ = db.sql();
    assert_eq!(em.count::<Author>().await.unwrap(), 0);
    db.sql().check(expect![[r#"select count(*) from "author" as "a0""#]]);
    assert_eq!(em.count::<Tag>().await.unwrap(), 1);
    db.sql().check(expect![[r#"
        begin immediate
        insert into "tag" ("name", "weight") values (?, ?) ['rust', 0]
        commit
        select count(*) from "tag" as "t0""#]]);
}
