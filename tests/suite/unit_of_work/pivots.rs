//! Many-to-many collections: rows of pivot tables, from both sides, loaded or not.

use expect_test::expect;
use orm::Error;

use crate::harness::{Database, Db, on_every_database};
use crate::unit_of_work::entities::{Author, Book, Playlist, Tag, Track, db};

on_every_database!(
    a_loaded_collection_writes_the_difference,
    taking_back_what_was_done_sends_nothing,
    an_unloaded_collection_takes_items_from_either_side,
    an_unloaded_collection_is_replaced_whole,
    the_other_side_is_removed_too,
    what_one_side_added_the_other_may_take_back,
    what_one_side_took_out_the_other_may_put_back,
    many_owners_share_statements,
    an_item_that_is_removed_leaves_its_collections,
    a_fixed_order_is_written_anew,
    a_new_pair_that_both_sides_added_is_written_once,
    what_left_an_entity_that_goes_is_deleted_in_the_same_flush,
);

/// A database with a book of two tags, and a third tag.
async fn filled(on: Database) -> Db {
    let db = db(on).await;
    db.meddle("insert into author (name) values ('Ada')").await;
    db.meddle("insert into book (title, pages, author_id) values ('One', 10, 1), ('Two', 10, 1)").await;
    db.meddle("insert into tag values ('a', 0), ('b', 0), ('c', 0)").await;
    db.meddle("insert into book_tags (book_id, tag_name) values (1, 'a'), (1, 'b')").await;
    db
}

async fn pairs(db: &Db) -> String {
    db.rows("select book_id, tag_name from book_tags order by 1, 2").await
}

async fn a_loaded_collection_writes_the_difference(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    let a = em.find_by_id_or_fail::<Tag>("a").await.unwrap();
    let c = em.find_by_id_or_fail::<Tag>("c").await.unwrap();
    assert!(book.tags().remove(&a).unwrap());
    book.tags().add(&c);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? and "tag_name" = ? [1, 'a']
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'c']
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'b'\n1 'c'");
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    book.tags().remove_all().unwrap();
    book.tags().add(&a);
    book.tags().add(&c);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? and "tag_name" = ? [1, 'b']
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'a']
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'a'\n1 'c'");
}

async fn taking_back_what_was_done_sends_nothing(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    let a = em.find_by_id_or_fail::<Tag>("a").await.unwrap();
    let c = em.find_by_id_or_fail::<Tag>("c").await.unwrap();
    book.tags().add(&c);
    book.tags().remove(&c).unwrap();
    book.tags().remove(&a).unwrap();
    book.tags().add(&a);
    book.tags().add(&a);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn an_unloaded_collection_takes_items_from_either_side(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let book = em.reference::<Book>(1).unwrap();
    // One of the two is there already, and the other comes from both sides.
    book.tags().add(em.reference::<Tag>("a").unwrap());
    let c = em.reference::<Tag>("c").unwrap();
    c.books().add(&book);
    book.tags().add(&c);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) on conflict do nothing [1, 'a', 1, 'c'] × 2
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'a'\n1 'b'\n1 'c'");
}

async fn an_unloaded_collection_is_replaced_whole(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let book = em.reference::<Book>(1).unwrap();
    book.tags().set([em.reference::<Tag>("c").unwrap()]).unwrap();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? [1]
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'c']
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'c'");
    em.reference::<Tag>("c").unwrap().books().remove_all().unwrap();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "tag_name" = ? ['c']
        commit"#]]);
    assert_eq!(pairs(&db).await, "");
}

async fn the_other_side_is_removed_too(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let tag = em.find_by_id_or_fail::<Tag>("a").populate(|tag| tag.books).await.unwrap();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    let other = em.find_by_id_or_fail::<Book>(2).await.unwrap();
    assert!(tag.books().remove(&book).unwrap());
    assert!(!book.tags().contains(&tag));
    tag.books().add(&other);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? and "tag_name" = ? [1, 'a']
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [2, 'a']
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'b'\n2 'a'");
}

async fn what_one_side_added_the_other_may_take_back(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let tag = em.find_by_id_or_fail::<Tag>("c").populate(|tag| tag.books).await.unwrap();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    book.tags().add(&tag);
    tag.books().remove(&book).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
}

async fn what_one_side_took_out_the_other_may_put_back(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let tag = em.find_by_id_or_fail::<Tag>("a").populate(|tag| tag.books).await.unwrap();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    book.tags().remove(&tag).unwrap();
    tag.books().add(&book);
    book.tags().add(&tag);
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![""]);
    assert_eq!(pairs(&db).await, "1 'a'\n1 'b'");
}

async fn many_owners_share_statements(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let books = em.find::<Book>().populate(|book| book.tags).await.unwrap();
    let tags = em.find::<Tag>().filter(|tag| tag.name.ne("a")).await.unwrap();
    let new = em.persist(Tag::builder().name("new").build());
    for book in &books {
        book.tags().set(&tags).unwrap();
        book.tags().add(&new);
    }
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? and "tag_name" = ? [1, 'a']
        insert into "tag" ("name", "weight") values (?, ?) ['new', 0]
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'c', 1, 'new', 2, 'b', 2, 'c', 2, 'new'] × 5
        commit"#]]);
    assert_eq!(pairs(&db).await, "1 'b'\n1 'c'\n1 'new'\n2 'b'\n2 'c'\n2 'new'");
}

async fn an_item_that_is_removed_leaves_its_collections(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let book = em.find_by_id_or_fail::<Book>(1).populate(|book| book.tags).await.unwrap();
    let c = em.find_by_id_or_fail::<Tag>("c").await.unwrap();
    book.tags().add(&c);
    em.remove(&c).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "tag" where "name" = ? ['c']
        commit"#]]);
    assert!(!book.tags().contains(&c));
    book.tags().add(&c);
    let error = em.flush().await.unwrap_err();
    assert!(
        matches!(error, Error::NotPersisted { entity: "Book", property: "tags", target: "Tag" }),
        "{error}"
    );
}

async fn a_fixed_order_is_written_anew(on: Database) {
    let db = db(on).await;
    let em = db.em();
    let tracks: Vec<_> = ["a", "b", "c"].map(|name| em.persist(Track::builder().name(name).build())).into();
    let list = em.persist(Playlist::builder().name("all").tracks(&tracks).build());
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "track" ("name") values (?) returning "id" ['a', 'b', 'c'] × 3
        insert into "playlist" ("name") values (?) returning "id" ['all']
        insert into "playlist_tracks" ("playlist_id", "track_id") values (?, ?) [1, 1, 1, 2, 1, 3] × 3
        commit"#]]);
    let names = "select t.name from playlist_tracks p join track t on t.id = p.track_id order by p.position";
    assert_eq!(db.rows(names).await, "'a'\n'b'\n'c'");
    list.tracks().set([&tracks[2], &tracks[0], &tracks[1]]).unwrap();
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        delete from "playlist_tracks" where "playlist_id" = ? [1]
        insert into "playlist_tracks" ("playlist_id", "track_id") values (?, ?) [1, 3, 1, 1, 1, 2] × 3
        commit"#]]);
    assert_eq!(db.rows(names).await, "'c'\n'a'\n'b'");
    em.clear();
    let list = em.find_by_id_or_fail::<Playlist>(1).populate(|list| list.tracks).await.unwrap();
    let order: Vec<&str> = list.tracks().iter().map(|track| track.name().as_str()).collect();
    assert_eq!(order, ["c", "a", "b"]);
}

async fn a_new_pair_that_both_sides_added_is_written_once(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let author = em.persist(Author::builder().name("Ben").build());
    let book = em.persist(Book::builder().title("Three").author(&author).build());
    let tag = em.persist(Tag::builder().name("d").build());
    book.tags().add(&tag);
    tag.books().add(&book);
    em.flush().await.unwrap();
    db.sql().check(expect![[r#"
        begin immediate
        insert into "author" ("name", "email", "mentor_id", "favourite_id") values (?, ?, ?, ?) returning "id" ['Ben', null, null, null]
        insert into "book" ("title", "pages", "author_id", "editor_id") values (?, ?, ?, ?) returning "id" ['Three', 1, 2, null]
        insert into "tag" ("name", "weight") values (?, ?) ['d', 0]
        insert into "book_tags" ("book_id", "tag_name") values (?, ?) [3, 'd']
        commit"#]]);
}

async fn what_left_an_entity_that_goes_is_deleted_in_the_same_flush(on: Database) {
    let db = filled(on).await;
    let em = db.em();
    let unseen = em.find_by_id_or_fail::<Book>(1).await.unwrap();
    unseen.tags().remove_all().unwrap();
    em.remove(&unseen).unwrap();
    let _ = db.sql();
    em.flush().await.unwrap();
    // Before the row itself: not every pivot table's foreign keys cascade.
    db.sql().check(expect![[r#"
        begin immediate
        delete from "book_tags" where "book_id" = ? [1]
        delete from "book" where "id" = ? [1]
        commit"#]]);
    assert_eq!(pairs(&db).await, "");
}
