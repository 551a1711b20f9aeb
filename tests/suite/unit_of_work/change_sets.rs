//! What a flush writes of a changed entity: what changed, and no more.

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Page, Statistic, Tag, db};
use expect_test::expect;

on_every_database!(
    nothing_changed_sends_nothing,
    only_changed_columns_are_written,
    an_entity_that_is_not_loaded_can_be_changed,
    generated_values_are_known_after_the_insert,
    what_is_computed_on_update_is_so_only_with_another_change,
    a_value_that_is_set_by_hand_is_kept_where_nothing_is_computed,
    a_new_target_of_a_managed_entity_makes_one_insert_and_one_update,
    a_key_that_was_removed_and_comes_back_keeps_its_row,
    entities_that_are_read_only_are_not_written,
    a_partly_loaded_entity_writes_what_was_set,
);

async fn nothing_changed_sends_nothing(on: Database) {
    let db = db(on).await;
    let em = db.em();
    em.flush().await.unwrap();
    em.persist(Author::builder().name("Ada").build());
    em.flush().await.unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn only_changed_columns_are_written(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (id, name, email) values (1, 'Ada', 'ada@example.org')").await;
    let em = db.em();
    let author = em.find_by_id_or_fail::<Author>(1).await.unwrap();
    let _ = db.sql();
    author.set_name("Augusta");
    author.set_email("ada@example.org");
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "author" set "name" = ? where "id" = ? ['Augusta', 1]
        commit"#]]);
    author.set_name("Ada");
    author.set_name("Augusta");
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    assert_eq!(db.rows("select * from author").await, "1 'Augusta' 'ada@example.org' null null");
}

async fn an_entity_that_is_not_loaded_can_be_changed(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (id, name) values (1, 'Ada')").await;
    let em = db.em();
    let author = em.reference::<Author>(1).unwrap();
    author.set_email("ada@example.org");
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "author" set "email" = ? where "id" = ? ['ada@example.org', 1]
        commit"#]]);
    author.set_mentor(&author);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "author" set "mentor_id" = ? where "id" = ? [1, 1]
        commit"#]]);
}

async fn generated_values_are_known_after_the_insert(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let page = em.persist(Page::builder().text("Hello").build());
    assert_eq!((page.id(), page.version(), page.state()), (None, None, None));
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "page" ("text", "views", "version", "edition") values (?, ?, ?, ?) returning "id", "length", "state" ['Hello', 0, 1, 1]
        commit"#]]);
    let page = page.flushed().unwrap();
    assert_eq!((*page.id(), *page.version(), *page.length()), (1, 1, 5));
    assert_eq!((*page.edition(), page.state().as_str()), (1, "draft"));
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn what_is_computed_on_update_is_so_only_with_another_change(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let page = em.persist_and_flush(Page::builder().text("Hello").build()).await.unwrap();
    page.set_text("Hello");
    em.flush().await.unwrap();
    assert_eq!((*page.edition(), *page.version()), (1, 1));
    page.set_text("Goodbye");
    em.flush().await.unwrap();
    assert_eq!((*page.edition(), *page.version(), *page.length()), (2, 2, 7));
    assert_eq!(db.rows("select version, edition, length from page").await, "2 2 7");
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn a_value_that_is_set_by_hand_is_kept_where_nothing_is_computed(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let page = em.persist_and_flush(Page::builder().text("Hello").build()).await.unwrap();
    page.set_edition(7);
    em.flush().await.unwrap();
    assert_eq!(*page.edition(), 7);
    assert_eq!(db.rows("select edition from page").await, "7");
}

async fn a_new_target_of_a_managed_entity_makes_one_insert_and_one_update(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (name) values ('Ada')").await;
    let em = db.em();
    let author = em.find_by_id_or_fail::<Author>(1).await.unwrap();
    let _ = db.sql();
    let _author = author.with_mentor(Author::builder().name("Mary").build());
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Mary', null, null, null]
        update "author" set "mentor_id" = ? where "id" = ? [2, 1]
        commit"#]]);
}

async fn a_key_that_was_removed_and_comes_back_keeps_its_row(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let tag = em.persist(Tag::builder().name("rust").weight(5).build());
    em.flush().await.unwrap();
    em.remove(&tag).unwrap();
    em.persist(Tag::builder().name("rust").weight(6).build());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "tag" set "weight" = ? where "name" = ? [6, 'rust']
        commit"#]]);
    assert_eq!(*tag.weight(), 6);
}

async fn entities_that_are_read_only_are_not_written(on: Database) {
    let db = db(on).await;
    db.meddle("insert into statistic values ('books', 3)").await;
    let em = db.em();
    let statistic = em.find_by_id_or_fail::<Statistic>("books").await.unwrap();
    em.remove(&statistic).unwrap();
    em.flush().await.unwrap();
    assert_eq!(db.rows("select * from statistic").await, "'books' 3");
}

async fn a_partly_loaded_entity_writes_what_was_set(on: Database) {
    let db = db(on).await;
    db.meddle("insert into author (id, name) values (1, 'Ada')").await;
    db.meddle("insert into book (id, title, pages, author_id) values (1, 'One', 10, 1)").await;
    let em = db.em();
    let book = em.find_one_or_fail::<Book>().fields(|book| book.title).await.unwrap();
    let _ = db.sql();
    book.set_pages(11);
    book.unset_editor();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "book" set "pages" = ?, "editor_id" = ? where "id" = ? [11, null, 1]
        commit"#]]);
}
