//! In which order rows are written, and where a circle is cut.

use expect_test::expect;
use orm::Error;

use crate::harness::{Database, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Desk, Egg, Folder, Hen, Rating, User, db};

on_every_database!(
    rows_that_are_pointed_at_come_first,
    a_row_that_points_at_itself_is_inserted_and_then_pointed,
    rows_of_one_entity_are_inserted_parents_first_level_by_level,
    an_optional_relation_gives_way_to_a_required_one,
    rows_that_need_each_other_are_refused_by_name,
    rows_that_point_at_others_are_deleted_first,
    removed_rows_that_point_at_each_other_let_go_first,
    a_unique_value_is_free_before_a_new_row_takes_it,
    unique_values_can_be_swapped_where_they_may_be_null,
    a_unique_value_that_may_not_be_null_moves_on_in_a_chain,
    a_one_to_one_key_moves_from_row_to_row,
);

async fn rows_that_are_pointed_at_come_first(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    em.persist(Rating::builder().author(&author).book(&book).stars(5).build());
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['One', 1, 1, null]
        insert into "rating" ("author_id", "book_id", "stars") values (?, ?, ?) [1, 1, 5]
        commit"#]]);
    assert_eq!(db.rows("select * from rating").await, "1 1 5");
}

async fn a_row_that_points_at_itself_is_inserted_and_then_pointed(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let author = author.with_mentor(&author);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        update "author" set "mentor_id" = ? where "id" = ? [1, 1]
        commit"#]]);
    assert_eq!(db.rows("select id, mentor_id from author").await, "1 1");
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    assert!(author.mentor().is_some_and(|mentor| mentor.id() == Some(&1)));
}

async fn rows_of_one_entity_are_inserted_parents_first_level_by_level(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let leaf = em.persist(Folder::builder().name("leaf").build());
    let other = em.persist(Folder::builder().name("other").build());
    let root = em.persist(Folder::builder().name("root").build());
    let middle = em.persist(Folder::builder().name("middle").parent(&root).build());
    let _leaf = leaf.with_parent(&middle);
    let _other = other.with_parent(&root);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "folder" ("name", "parent_id") values (?, ?) returning "id" ['root', null]
        insert into "folder" ("name", "parent_id") values (?, ?) returning "id" ['other', 1, 'middle', 1] × 2
        insert into "folder" ("name", "parent_id") values (?, ?) returning "id" ['leaf', 3]
        commit"#]]);
    let names = db
        .rows("select c.name, p.name from folder c left join folder p on p.id = c.parent_id order by 1")
        .await;
    assert_eq!(names, "'leaf' 'middle'\n'middle' 'root'\n'other' 'root'\n'root' null");
}

async fn an_optional_relation_gives_way_to_a_required_one(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let book = em.persist(Book::builder().title("One").author(&author).build());
    let _author = author.with_favourite(&book);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['One', 1, 1, null]
        update "author" set "favourite_id" = ? where "id" = ? [1, 1]
        commit"#]]);
    assert_eq!(db.rows("select favourite_id from author").await, "1");
}

async fn rows_that_need_each_other_are_refused_by_name(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let egg = em.persist(Egg::builder().laid_by(em.reference::<Hen>(9).unwrap()).build());
    let hen = em.persist(Hen::builder().hatched_from(&egg).build());
    let _egg = egg.with_laid_by(&hen);
    let _ = db.sql();
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::Cycle { .. }), "{error}");
    expect!["Hen and Egg need each other before they can be inserted; make one of the relations optional"]
        .assert_eq(&error.to_string());
    db.sql().check(expect![""]);
}

async fn rows_that_point_at_others_are_deleted_first(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let root = em.persist(Folder::builder().name("root").build());
    let middle = em.persist(Folder::builder().name("middle").parent(&root).build());
    em.persist(Folder::builder().name("leaf").parent(&middle).build());
    em.flush().await.unwrap();
    em.remove(&root).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "folder" where "id" = ? [3]
        delete from "folder" where "id" = ? [2]
        delete from "folder" where "id" = ? [1]
        commit"#]]);
    assert_eq!(db.rows("select * from folder").await, "");
}

async fn removed_rows_that_point_at_each_other_let_go_first(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let one = em.persist(Folder::builder().name("one").build());
    let two = em.persist(Folder::builder().name("two").parent(&one).build());
    em.flush().await.unwrap();
    let one = one.with_parent(&two);
    em.flush().await.unwrap();
    em.remove(&one).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "folder" set "parent_id" = ? where "id" = ? [null, 2]
        delete from "folder" where "id" = ? [1]
        delete from "folder" where "id" = ? [2]
        commit"#]]);
}

async fn a_unique_value_is_free_before_a_new_row_takes_it(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let old = em.persist(Author::builder().name("Ada").email("ada@example.org").build());
    em.persist(Book::builder().title("One").author(&old).build());
    em.flush().await.unwrap();
    em.remove(&old).unwrap();
    em.remove(&em.find_by_id_or_fail::<Book>(1).await.unwrap()).unwrap();
    em.persist(Author::builder().name("Ada II").email("ada@example.org").build());
    em.persist(Author::builder().name("Other").email("other@example.org").build());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book" where "id" = ? [1]
        delete from "author" where "id" = ? [1]
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ada II', 'ada@example.org', null, null, 'Other', 'other@example.org', null, null] × 2
        commit"#]]);
}

async fn unique_values_can_be_swapped_where_they_may_be_null(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let ada = em.persist(Author::builder().name("Ada").email("a").build());
    let ben = em.persist(Author::builder().name("Ben").email("b").build());
    em.flush().await.unwrap();
    ada.set_email("b");
    ben.set_email("a");
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "author" set "email" = ? where "id" = ? [null, 2, null, 1] × 2
        update "author" set "email" = ? where "id" = ? ['b', 1, 'a', 2] × 2
        commit"#]]);
    assert_eq!(db.rows("select name, email from author order by id").await, "'Ada' 'b'\n'Ben' 'a'");
}

async fn a_unique_value_that_may_not_be_null_moves_on_in_a_chain(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ada").build());
    let one = em.persist(Book::builder().title("one").author(&author).build());
    let two = em.persist(Book::builder().title("two").author(&author).build());
    em.flush().await.unwrap();
    one.set_title("two");
    two.set_title("three");
    em.persist(Book::builder().title("one").author(&author).build());
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "book" set "title" = ? where "id" = ? ['three', 2]
        update "book" set "title" = ? where "id" = ? ['two', 1]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['one', 1, 1, null]
        commit"#]]);
    assert_eq!(db.rows("select id, title from book order by id").await, "1 'two'\n2 'three'\n3 'one'");
}

async fn a_one_to_one_key_moves_from_row_to_row(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let user = em.persist(User::builder().name("Ada").build());
    let first = em.persist(Desk::builder().room("1").user(&user).build());
    let second = em.persist(Desk::builder().room("2").build());
    em.flush().await.unwrap();
    let second = second.with_user(&user);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        update "desk" set "user_id" = ? where "id" = ? [null, 1]
        update "desk" set "user_id" = ? where "id" = ? [1, 2]
        commit"#]]);
    assert_eq!(db.rows("select room, user_id from desk order by id").await, "'1' null\n'2' 1");
    assert!(first.user().is_none());
    assert!(second.user().is_some());
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}
