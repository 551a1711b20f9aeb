//! Removing: cascades, orphans, and what is left in memory.

use expect_test::expect;
use orm::Error;

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Folder, Invoice, Line, Profile, Tag, User, db};

on_every_database!(
    a_removed_entity_is_deleted_and_found_no_more,
    a_reference_is_removed_without_being_loaded,
    an_entity_that_was_never_stored_is_just_forgotten,
    nobody_points_at_what_is_gone,
    a_relation_to_what_is_removed_is_refused,
    loaded_items_go_with_their_owner,
    an_item_that_leaves_is_an_orphan,
    an_orphan_that_finds_an_owner_stays,
    a_new_orphan_is_never_stored,
    items_go_with_an_owner_that_keeps_no_orphans,
    a_profile_that_is_replaced_is_deleted_before_the_new_one_comes,
    an_item_that_needs_its_owner_cannot_leave,
    an_entity_of_another_manager_cannot_be_removed,
);

async fn a_removed_entity_is_deleted_and_found_no_more(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let tag = em.persist(Tag::builder().name("rust").build());
    em.flush().await.unwrap();
    em.remove(&tag).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "tag" where "name" = ? ['rust']
        commit"#]]);
    assert!(em.find_by_id::<Tag>("rust").await.unwrap().is_none());
    assert!(!em.contains(&tag));
    assert_eq!(tag.name(), "rust");
    tag.set_weight(3);
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::Removed { entity: "Tag" }), "{error}");
    // Reported once.
    em.flush().await.unwrap();
}

async fn a_reference_is_removed_without_being_loaded(on: Database) {
    let db = db(on).await;
    db.meddle("insert into tag values ('rust', 0)").await;
    let em = db.em();
    em.remove(&em.reference::<Tag>("rust").unwrap()).unwrap();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "tag" where "name" = ? ['rust']
        commit"#]]);
}

async fn an_entity_that_was_never_stored_is_just_forgotten(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    em.persist(Book::builder().title("Two").author(&author).build());
    let tag = em.persist(Tag::builder().name("rust").build());
    em.remove(&tag).unwrap();
    em.remove(&book).unwrap();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['Two', 1, 1, null]
        commit"#]]);
    assert_eq!(author.flushed().unwrap().books().iter().count(), 1);
    assert!(!em.contains(&book));
    assert!(em.find_by_id::<Tag>("rust").await.unwrap().is_none());
}

async fn nobody_points_at_what_is_gone(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.persist(Author::builder().name("Ada").build());
    let ben = em.persist(Author::builder().name("Ben").mentor(&ada).build());
    let book = em.persist(Book::builder().title("One").author(&ben).editor(&ada).build());
    let tag = em.persist(Tag::builder().name("rust").build());
    book.tags().add(&tag);
    em.flush().await.unwrap();
    em.remove(&ada).unwrap();
    em.remove(&tag).unwrap();
    em.flush().await.unwrap();
    assert!(ben.mentor().is_none());
    assert!(book.editor().is_none());
    assert_eq!(book.flushed().unwrap().tags().iter().count(), 0);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    assert_eq!(db.rows("select mentor_id from author").await, "null");
    assert_eq!(db.rows("select author_id, editor_id from book").await, "2 null");
    assert_eq!(db.rows("select * from book_tags").await, "");
}

async fn a_relation_to_what_is_removed_is_refused(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    em.flush().await.unwrap();
    em.remove(&author).unwrap();
    em.persist(Book::builder().title("One").author(&author).build());
    let error = em.flush().await.unwrap_err();
    expect!["Book.author points at an entity (Author) that is not going to be stored, as it was removed or never persisted; persist it, or point elsewhere"].assert_eq(&error.to_string());
}

async fn loaded_items_go_with_their_owner(on: Database) {
    let db = db(on).await;
    db.meddle("insert into folder (id, name, parent_id) values (1, 'a', null), (2, 'b', 1), (3, 'c', 2), (4, 'd', 1)").await;
    let em = db.em();
    let root = em.find_by_id_or_fail::<Folder>(1).populate(|folder| folder.children.children).await.unwrap();
    em.remove(&root).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "folder" where "id" in (?, ?) [3, 4]
        delete from "folder" where "id" = ? [2]
        delete from "folder" where "id" = ? [1]
        commit"#]]);
    assert_eq!(db.rows("select * from folder").await, "");
}

async fn an_item_that_leaves_is_an_orphan(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let invoice = em.persist(Invoice::builder().number("1").build());
    let line = em.persist(Line::builder().text("a").invoice(&invoice).build());
    em.persist(Line::builder().text("b").invoice(&invoice).build());
    em.flush().await.unwrap();
    assert!(invoice.lines().remove(&line).unwrap());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "line" where "id" = ? [1]
        commit"#]]);
    assert!(!em.contains(&line));
    assert_eq!(invoice.flushed().unwrap().lines().iter().count(), 1);
    assert_eq!(db.rows("select text from line").await, "'b'");
}

async fn an_orphan_that_finds_an_owner_stays(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let first = em.persist(Invoice::builder().number("1").build());
    let second = em.persist(Invoice::builder().number("2").build());
    let back = em.persist(Line::builder().text("back").invoice(&first).build());
    let away = em.persist(Line::builder().text("away").invoice(&first).build());
    em.flush().await.unwrap();
    first.lines().remove_all().unwrap();
    first.lines().add(&back);
    second.lines().add(&away);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "line" set "invoice_id" = ? where "id" = ? [2, 2]
        commit"#]]);
    assert!(first.lines().contains(&back));
    assert_eq!(first.flushed().unwrap().lines().iter().count(), 1);
    assert_eq!(db.rows("select text, invoice_id from line order by id").await, "'back' 1\n'away' 2");
}

async fn a_new_orphan_is_never_stored(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let invoice = em.persist(Invoice::builder().number("1").build());
    em.flush().await.unwrap();
    let line = em.persist(Line::builder().text("a").invoice(&invoice).build());
    assert!(invoice.lines().remove(&line).unwrap());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    assert!(!em.contains(&line));
}

async fn items_go_with_an_owner_that_keeps_no_orphans(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let invoice = em.persist(Invoice::builder().number("1").build());
    em.persist(Line::builder().text("a").invoice(&invoice).build());
    em.flush().await.unwrap();
    em.remove(&invoice).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "line" where "id" = ? [1]
        delete from "invoice" where "id" = ? [1]
        commit"#]]);
}

async fn a_profile_that_is_replaced_is_deleted_before_the_new_one_comes(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let user = em.persist(User::builder().name("Ada").build());
    let old = em.persist(Profile::builder().text("old").user(&user).build());
    em.flush().await.unwrap();
    em.persist(Profile::builder().text("new").user(&user).build());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "profile" where "id" = ? [1]
        insert into "profile" ("text", "user_id") values (?, ?) returning "id" ['new', 1]
        commit"#]]);
    assert!(!em.contains(&old));
    assert_eq!(db.rows("select text, user_id from profile").await, "'new' 1");
}

async fn an_item_that_needs_its_owner_cannot_leave(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    em.flush().await.unwrap();
    let error = author.books().remove(&book).unwrap_err();
    assert!(matches!(error, Error::RequiredInverse { .. }), "{error}");
    em.clear();
    let author = em.find_by_id_or_fail::<Author>(1).await.unwrap();
    let error = author.books().remove_all().unwrap_err();
    expect!["Author.books: an item cannot be taken out, because Book.author is required; make it `Option<Ref<Author>>`, or add `orphan_removal` to Author.books"].assert_eq(&error.to_string());
    em.flush().await.unwrap();
}

async fn an_entity_of_another_manager_cannot_be_removed(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let tag = em.persist(Tag::builder().name("rust").build());
    let error = db.em().remove(&tag).unwrap_err();
    assert!(matches!(error, Error::Detached { entity: "Tag" }), "{error}");
    em.clear();
    let error = em.remove(&tag).unwrap_err();
    assert!(matches!(error, Error::Detached { entity: "Tag" }), "{error}");
}
