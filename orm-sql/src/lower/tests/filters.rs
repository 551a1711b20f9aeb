//! Named filters: where they stand, and which rows they take.

use orm_core::query::{Filters, RootFilter};

use super::*;

fn grown_up(query: Query) -> Query {
    query.named("Author", "age", Test::Greater(Value::Int(17)), false)
}

#[test]
fn a_filter_of_the_root_stands_beside_the_condition() {
    check(
        grown_up(Query::new("Author").columns(&[0])),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."age" > ?
        [17]"#]],
    );
    let either = Condition::Any(vec![
        Condition::Property(Query::new("Author").path("name"), Test::Equal(text("x"))),
        Condition::Property(Query::new("Author").path("name"), Test::Equal(text("y"))),
    ]);
    let query = Query::new("Author").columns(&[0]).condition(either.clone());
    check(
        query.named_condition("Author", either, false),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."name" = ? or "a0"."name" = ?) and ("a0"."name" = ? or "a0"."name" = ?)
        ['x', 'y', 'x', 'y']"#]],
    );
}

#[test]
fn a_required_target_that_is_hidden_hides_the_row() {
    check(
        grown_up(Query::new("Book").columns(&[0])),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        inner join "author" as "a1" on "a1"."id" = "b0"."author_id" and "a1"."age" > ?
        [17]"#]],
    );
    check(
        grown_up(Query::new("Book").columns(&[0]).populate("author")),
        expect![[r#"
        select "b0"."id", "a1"."id"
        from "book" as "b0"
        inner join "author" as "a1" on "a1"."id" = "b0"."author_id" and "a1"."age" > ?
        [17]"#]],
    );
    check_count(
        grown_up(Query::new("Book").filter("author.name", Test::Equal(text("x")))),
        expect![[r#"
        select count(*)
        from "book" as "b0"
        inner join "author" as "a1" on "a1"."id" = "b0"."author_id" and "a1"."age" > ?
        where "a1"."name" = ?
        [17, 'x']"#]],
    );
    check(
        grown_up(Query::new("Line").columns(&[0, 1])),
        expect![[r#"
        select "l0"."book_id", "l0"."number"
        from "line" as "l0"
        inner join "book" as "b1" on "b1"."id" = "l0"."book_id"
        inner join "author" as "a2" on "a2"."id" = "b1"."author_id" and "a2"."age" > ?
        [17]"#]],
    );
    check(
        grown_up(Query::new("Book").columns(&[0]).populate("author!")),
        expect![[r#"
        select "b0"."id", "a1"."id"
        from "book" as "b0"
        inner join "author" as "a1" on "a1"."id" = "b0"."author_id" and "a1"."age" > ?
        [17]"#]],
    );
}

#[test]
fn an_optional_target_that_is_hidden_reads_as_none() {
    check(
        grown_up(Query::new("Book").columns(&[0, 4])),
        expect![[r#"
            select "b0"."id", "p1"."id"
            from "book" as "b0"
            left join "publisher" as "p1" on "p1"."id" = "b0"."publisher_id" and exists (select 1
            from "author" as "a3"
            where "a3"."id" = "p1"."director_id" and "a3"."age" > ?
            limit 1)
            inner join "author" as "a2" on "a2"."id" = "b0"."author_id" and "a2"."age" > ?
            [17, 17]"#]],
    );
    check(
        grown_up(Query::new("Book").columns(&[0]).populate("publisher.director")),
        expect![[r#"
            select "b0"."id", "p1"."id", "a2"."id"
            from "book" as "b0"
            left join "publisher" as "p1" on "p1"."id" = "b0"."publisher_id" and exists (select 1
            from "author" as "a4"
            where "a4"."id" = "p1"."director_id" and "a4"."age" > ?
            limit 1)
            left join "author" as "a2" on "a2"."id" = "p1"."director_id"
            inner join "author" as "a3" on "a3"."id" = "b0"."author_id" and "a3"."age" > ?
            [17, 17]"#]],
    );
    check(
        grown_up(Query::new("Note").columns(&[0, 2, 3])),
        expect![[r#"
            select "n0"."id", "l1"."book_id", "l1"."number"
            from "note" as "n0"
            left join "line" as "l1" on "l1"."book_id" = "n0"."line_book_id" and "l1"."number" = "n0"."line_number" and exists (select 1
            from "book" as "b2"
            where "b2"."id" = "l1"."book_id" and exists (select 1
            from "author" as "a3"
            where "a3"."id" = "b2"."author_id" and "a3"."age" > ?
            limit 1)
            limit 1)
            [17]"#]],
    );
}

#[test]
fn a_strict_filter_hides_what_points_at_a_hidden_row() {
    let query = |query: Query| query.named("Publisher", "name", Test::NotNull, true);
    check(
        query(Query::new("Book").columns(&[0, 4])),
        expect![[r#"
            select "b0"."id", "p1"."id"
            from "book" as "b0"
            left join "publisher" as "p1" on "p1"."id" = "b0"."publisher_id" and "p1"."name" is not null
            where ("b0"."publisher_id" is null or exists (select 1
            from "publisher" as "p2"
            where "p2"."id" = "b0"."publisher_id" and "p2"."name" is not null
            limit 1))"#]],
    );
    check(
        query(Query::new("Author").columns(&[0]).populate("books")),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from "author" as "a0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id" and ("b1"."publisher_id" is null or exists (select 1
            from "publisher" as "p2"
            where "p2"."id" = "b1"."publisher_id" and "p2"."name" is not null
            limit 1))"#]],
    );
}

#[test]
fn hidden_items_are_in_no_collection() {
    let query = |query: Query| query.named("Book", "title", Test::NotNull, false);
    check(
        query(Query::new("Author").columns(&[0]).populate("books")),
        expect![[r#"
        select "a0"."id", "b1"."id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id" and "b1"."title" is not null"#]],
    );
    check(
        query(Query::new("Tag").populate("books")),
        expect![[r#"
        select "t0"."name", "b2"."id"
        from "tag" as "t0"
        left join "book_tags" as "b1" on "b1"."tag_name" = "t0"."name"
        left join "book" as "b2" on "b2"."id" = "b1"."book_id" and "b2"."title" is not null"#]],
    );
    check(
        query(Query::new("Tag").filter("books", Test::KeyIn(keys(1..2)))),
        expect![[r#"
        select "t0"."name"
        from (select "t1"."name" as "k0"
        from "tag" as "t1"
        left join "book_tags" as "b2" on "b2"."tag_name" = "t1"."name"
        left join "book" as "b3" on "b3"."id" = "b2"."book_id" and "b3"."title" is not null
        where "b3"."id" = ?
        group by "t1"."name") as "k"
        inner join "tag" as "t0" on "t0"."name" = "k"."k0"
        [1]"#]],
    );
    check(
        query(Query::new("Author").columns(&[0]).populate("books").limit(2)),
        expect![[r#"
        select "a0"."id", "b1"."id"
        from (select "a2"."id" as "k0"
        from "author" as "a2"
        limit ?) as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id" and "b1"."title" is not null
        [2]"#]],
    );
    check(
        grown_up(Query::new("Author").columns(&[0]).populate("books")),
        expect![[r#"
        select "a0"."id", "b1"."id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        where "a0"."age" > ?
        [17]"#]],
    );
    check(
        grown_up(Query::new("Tag").populate("books")),
        expect![[r#"
            select "t0"."name", "b2"."id"
            from "tag" as "t0"
            left join "book_tags" as "b1" on "b1"."tag_name" = "t0"."name"
            left join "book" as "b2" on "b2"."id" = "b1"."book_id" and exists (select 1
            from "author" as "a3"
            where "a3"."id" = "b2"."author_id" and "a3"."age" > ?
            limit 1)
            [17]"#]],
    );
}

#[test]
fn a_condition_does_not_find_what_is_hidden() {
    let query = |query: Query| query.named("Book", "title", Test::NotNull, false);
    check(
        query(Query::new("Author").columns(&[0]).filter("books.price", Test::Null)),
        expect![[r#"
        select "a0"."id"
        from (select "a1"."id" as "k0"
        from "author" as "a1"
        left join "book" as "b2" on "b2"."author_id" = "a1"."id" and "b2"."title" is not null
        where "b2"."price" is null
        group by "a1"."id") as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0""#]],
    );
    check(
        query(Query::new("Author").columns(&[0]).order("favourite.title")),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."id" = "a0"."favourite_id" and "b1"."title" is not null
        order by "b1"."title""#]],
    );
}

#[test]
fn a_filter_through_relations_repeats_no_row() {
    check(
        Query::new("Author").columns(&[0]).populate("books").named(
            "Book",
            "tags.name",
            Test::Equal(text("a")),
            false,
        ),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from "author" as "a0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id" and exists (select 1
            from "book" as "b2"
            left join "book_tags" as "b3" on "b3"."book_id" = "b2"."id"
            where "b2"."id" = "b1"."id" and ("b3"."tag_name" = ?)
            limit 1)
            ['a']"#]],
    );
    check(
        Query::new("Book").columns(&[0]).named("Book", "author.name", Test::Equal(text("a")), false),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "book" as "b1"
            left join "author" as "a2" on "a2"."id" = "b1"."author_id"
            where "b1"."id" = "b0"."id" and ("a2"."name" = ?)
            limit 1)
            ['a']"#]],
    );
}

#[test]
fn items_of_an_owner_are_not_hidden_by_the_owner() {
    let mut query = grown_up(Query::new("Book").columns(&[0, 3]).filter("author", Test::KeyIn(keys(1..2))));
    query.select.root_filter = RootFilter::SeenFrom(3);
    check(
        query,
        expect![[r#"
        select "b0"."id", "b0"."author_id"
        from "book" as "b0"
        where "b0"."author_id" = ?
        [1]"#]],
    );
    let mut query = grown_up(Query::new("Author").columns(&[0]).filter("", Test::KeyIn(keys(1..2))));
    query.select.root_filter = RootFilter::Known;
    check(
        query,
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."id" = ?
        [1]"#]],
    );
}

#[test]
fn switched_filters_are_part_of_the_shape() {
    let shape = |query: &Query| Shape::of_select(Dialect::Sqlite, &query.select, Purpose::Rows).unwrap();
    let plain = Query::new("Author");
    let named = |age| Query::new("Author").named("Author", "age", Test::Greater(Value::Int(age)), false);
    assert_eq!(shape(&named(1)), shape(&named(2)));
    assert_ne!(shape(&named(1)), shape(&plain));
    assert_ne!(shape(&named(1)), shape(&Query::new("Author").named("Author", "age", Test::NotNull, false)));
    let mut none = Query::new("Author");
    none.select.filters = Some(Arc::new(Filters::default()));
    assert_eq!(
        lower_select(Dialect::Sqlite, &none.registry, &none.select).unwrap().sql,
        lower_select(Dialect::Sqlite, &plain.registry, &plain.select).unwrap().sql
    );
}
