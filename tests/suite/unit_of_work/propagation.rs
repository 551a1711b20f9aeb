//! A change on one side of a relation shows on the other at once.

use expect_test::expect;

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Desk, Folder, Profile, User, db};

on_every_database!(
    an_item_follows_its_owner,
    an_item_that_leaves_an_optional_owner_points_nowhere,
    an_unloaded_collection_is_emptied_in_one_statement,
    both_sides_of_a_one_to_one_relation_agree,
    what_is_new_on_the_inverse_side_is_stored_too,
);

async fn an_item_follows_its_owner(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.persist(Author::builder().name("Ada").build());
    let ben = em.persist(Author::builder().name("Ben").build());
    let book = em.persist(Book::builder().title("One").author(&ada).build());
    assert!(ada.books().contains(&book));
    ben.books().add(&book);
    assert!(!ada.books().contains(&book));
    assert!(ben.books().contains(&book));
    em.flush().await.unwrap();
    assert_eq!(db.rows("select author_id from book").await, "2");
    let book = book.with_editor(&ada);
    assert!(ada.edited().contains(&book));
    book.unset_editor();
    assert!(!ada.edited().contains(&book));
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn an_item_that_leaves_an_optional_owner_points_nowhere(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let root = em.persist(Folder::builder().name("root").build());
    let child = em.persist(Folder::builder().name("child").parent(&root).build());
    em.flush().await.unwrap();
    assert!(root.children().remove(&child).unwrap());
    assert!(child.parent().is_none());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "folder" set "parent_id" = ? where "id" = ? [null, 2]
        commit"#]]);
}

async fn an_unloaded_collection_is_emptied_in_one_statement(on: Database) {
    let db = db(on).await;
    db.meddle("insert into folder (id, name, parent_id) values (1, 'root', null), (2, 'a', 1), (3, 'b', 1), (4, 'c', 1), (5, 'd', null)").await;
    let em = db.em();
    let root = em.find_by_id_or_fail::<Folder>(1).await.unwrap();
    let a = em.find_by_id_or_fail::<Folder>(2).await.unwrap();
    let b = em.find_by_id_or_fail::<Folder>(3).await.unwrap();
    let d = em.find_by_id_or_fail::<Folder>(5).await.unwrap();
    root.children().set([&b, &d]).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "folder" set "parent_id" = ? where "parent_id" = ? and not ("id" in (?, ?)) [null, 1, 3, 5]
        update "folder" set "parent_id" = ? where "id" = ? [1, 5]
        commit"#]]);
    assert_eq!(
        db.rows("select id, parent_id from folder order by id").await,
        "1 null\n2 null\n3 1\n4 null\n5 1"
    );
    assert!(a.parent().is_none());
    assert!(b.parent().is_some());
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn both_sides_of_a_one_to_one_relation_agree(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.persist(User::builder().name("Ada").build());
    let ben = em.persist(User::builder().name("Ben").build());
    let desk = em.persist(Desk::builder().room("1").user(&ada).build());
    assert!(ada.desk().is_some());
    em.flush().await.unwrap();
    let ben = ben.with_desk(&desk);
    assert!(ada.desk().is_none());
    assert!(desk.user().is_some_and(|user| user.name() == "Ben"));
    em.flush().await.unwrap();
    assert_eq!(db.rows("select user_id from desk").await, "2");
    ben.unset_desk();
    assert!(desk.user().is_none());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "desk" set "user_id" = ? where "id" = ? [null, 1]
        commit"#]]);
}

async fn what_is_new_on_the_inverse_side_is_stored_too(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let user = em.persist(User::builder().name("Ada").build());
    em.persist(Profile::builder().text("old").user(&user).build());
    em.flush().await.unwrap();
    user.unset_profile();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "profile" where "id" = ? [1]
        commit"#]]);
}
