//! Which joins a plan needs, and which it does not.

use super::*;

#[test]
fn columns_stand_where_the_selection_says() {
    check(
        Query::new("Author"),
        expect![[r#"
        select "a0"."id", "a0"."name", "a0"."email", "a0"."age", "a0"."favourite_id", "a0"."version"
        from "author" as "a0""#]],
    );
    check(
        Query::new("Line").columns(&[0, 1]),
        expect![[r#"
        select "l0"."book_id", "l0"."number"
        from "line" as "l0""#]],
    );
}

#[test]
fn required_relations_join_inner_until_one_is_optional() {
    check(
        Query::new("Book").columns(&[0]).populate("author").populate("publisher.director"),
        expect![[r#"
            select "b0"."id", "a1"."id", "p2"."id", "a3"."id"
            from "book" as "b0"
            inner join "author" as "a1" on "a1"."id" = "b0"."author_id"
            left join "publisher" as "p2" on "p2"."id" = "b0"."publisher_id"
            left join "author" as "a3" on "a3"."id" = "p2"."director_id""#]],
    );
    check(
        Query::new("Note").columns(&[0]).populate("line.book.author"),
        expect![[r#"
        select "n0"."id", "l1"."book_id", "l1"."number", "b2"."id", "a3"."id"
        from "note" as "n0"
        left join "line" as "l1" on "l1"."book_id" = "n0"."line_book_id" and "l1"."number" = "n0"."line_number"
        left join "book" as "b2" on "b2"."id" = "l1"."book_id"
        left join "author" as "a3" on "a3"."id" = "b2"."author_id""#]],
    );
}

#[test]
fn collections_join_left_and_come_in_their_order() {
    check(
        Query::new("Author").columns(&[0]).populate("books").populate("address"),
        expect![[r#"
        select "a0"."id", "b1"."id", "a2"."author_id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        left join "address" as "a2" on "a2"."author_id" = "a0"."id""#]],
    );
    check(
        Query::new("Book").columns(&[0]).populate("tags").populate("lines.notes"),
        expect![[r#"
        select "b0"."id", "t2"."name", "l3"."book_id", "l3"."number", "n4"."id"
        from "book" as "b0"
        left join "book_tags" as "b1" on "b1"."book_id" = "b0"."id"
        left join "tag" as "t2" on "t2"."name" = "b1"."tag_name"
        left join "line" as "l3" on "l3"."book_id" = "b0"."id"
        left join "note" as "n4" on "n4"."line_book_id" = "l3"."book_id" and "n4"."line_number" = "l3"."number"
        order by "b0"."id", "b1"."position", "l3"."quantity" desc"#]],
    );
    check(
        Query::new("Tag").populate("books").order("name desc"),
        expect![[r#"
        select "t0"."name", "b2"."id"
        from "tag" as "t0"
        left join "book_tags" as "b1" on "b1"."tag_name" = "t0"."name"
        left join "book" as "b2" on "b2"."id" = "b1"."book_id"
        order by "t0"."name" desc"#]],
    );
}

#[test]
fn a_condition_on_items_joins_beside_what_is_loaded() {
    check(
        Query::new("Book")
            .columns(&[0])
            .populate("author")
            .populate("tags")
            .filter("author.name", Test::Equal(text("Jon")))
            .filter("author.age", Test::Greater(Value::Int(3)))
            .filter("tags", Test::KeyIn(vec![vec![text("a")]])),
        expect![[r#"
            select "b0"."id", "a1"."id", "t3"."name"
            from (select "b4"."id" as "k0"
            from "book" as "b4"
            left join "author" as "a5" on "a5"."id" = "b4"."author_id"
            left join "book_tags" as "b6" on "b6"."book_id" = "b4"."id"
            where "a5"."name" = ? and "a5"."age" > ? and "b6"."tag_name" = ?
            group by "b4"."id") as "k"
            inner join "book" as "b0" on "b0"."id" = "k"."k0"
            inner join "author" as "a1" on "a1"."id" = "b0"."author_id"
            left join "book_tags" as "b2" on "b2"."book_id" = "b0"."id"
            left join "tag" as "t3" on "t3"."name" = "b2"."tag_name"
            order by "b0"."id", "b2"."position"
            ['Jon', 3, 'a']"#]],
    );
}

#[test]
fn a_shared_join_serves_both() {
    check(
        Query::new("Book").columns(&[0]).populate("author!").filter("author.name", Test::Equal(text("Jon"))),
        expect![[r#"
            select "b0"."id", "a1"."id"
            from "book" as "b0"
            left join "author" as "a1" on "a1"."id" = "b0"."author_id"
            where "a1"."name" = ?
            ['Jon']"#]],
    );
    check(
        Query::new("Author").columns(&[0]).populate("books!").filter("books.title", Test::Equal(text("x"))),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from "author" as "a0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id"
            where "b1"."title" = ?
            ['x']"#]],
    );
    check(
        Query::new("Author")
            .columns(&[0])
            .populate("books!")
            .filter("books.title", Test::Equal(text("x")))
            .limit(3),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from (select "a2"."id" as "k0"
            from "author" as "a2"
            left join "book" as "b3" on "b3"."author_id" = "a2"."id"
            where "b3"."title" = ?
            group by "a2"."id"
            limit ?) as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id"
            where "b1"."title" = ?
            ['x', 3, 'x']"#]],
    );
}

#[test]
fn a_path_to_a_foreign_key_needs_no_join() {
    check_where(
        "Book",
        "author.id",
        Test::Equal(Value::Int(1)),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        where "b0"."author_id" = ?
        [1]"#]],
    );
    check_where(
        "Book",
        "author",
        Test::KeyIn(keys(1..2)),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        where "b0"."author_id" = ?
        [1]"#]],
    );
    check_where(
        "Book",
        "publisher",
        Test::Null,
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        where "b0"."publisher_id" is null"#]],
    );
    check_where(
        "Book",
        "author.address",
        Test::KeyIn(keys(1..2)),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        left join "author" as "a1" on "a1"."id" = "b0"."author_id"
        left join "address" as "a2" on "a2"."author_id" = "a1"."id"
        where "a2"."author_id" = ?
        [1]"#]],
    );
    check_where(
        "Address",
        "author.id",
        Test::Equal(Value::Int(1)),
        expect![[r#"
        select "a0"."author_id"
        from "address" as "a0"
        where "a0"."author_id" = ?
        [1]"#]],
    );
    check_where(
        "Note",
        "line.book.id",
        Test::Equal(Value::Int(1)),
        expect![[r#"
        select "n0"."id"
        from "note" as "n0"
        where "n0"."line_book_id" = ?
        [1]"#]],
    );
    check_where(
        "Note",
        "line.book.author.id",
        Test::Equal(Value::Int(1)),
        expect![[r#"
        select "n0"."id"
        from "note" as "n0"
        left join "line" as "l1" on "l1"."book_id" = "n0"."line_book_id" and "l1"."number" = "n0"."line_number"
        left join "book" as "b2" on "b2"."id" = "l1"."book_id"
        where "b2"."author_id" = ?
        [1]"#]],
    );
}

#[test]
fn a_path_to_a_pivots_key_joins_the_pivot_alone() {
    check_where(
        "Book",
        "tags",
        Test::KeyIn(vec![vec![text("a")]]),
        expect![[r#"
        select "b0"."id"
        from (select "b1"."id" as "k0"
        from "book" as "b1"
        left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
        where "b2"."tag_name" = ?
        group by "b1"."id") as "k"
        inner join "book" as "b0" on "b0"."id" = "k"."k0"
        ['a']"#]],
    );
    check_where(
        "Book",
        "tags.name",
        Test::Equal(text("a")),
        expect![[r#"
        select "b0"."id"
        from (select "b1"."id" as "k0"
        from "book" as "b1"
        left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
        where "b2"."tag_name" = ?
        group by "b1"."id") as "k"
        inner join "book" as "b0" on "b0"."id" = "k"."k0"
        ['a']"#]],
    );
    check_where(
        "Book",
        "tags",
        Test::Null,
        expect![[r#"
        select "b0"."id"
        from (select "b1"."id" as "k0"
        from "book" as "b1"
        left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
        where "b2"."tag_name" is null
        group by "b1"."id") as "k"
        inner join "book" as "b0" on "b0"."id" = "k"."k0""#]],
    );
    check_where(
        "Author",
        "books.tags.name",
        Test::StartsWith("a".into()),
        expect![[r#"
        select "a0"."id"
        from (select "a1"."id" as "k0"
        from "author" as "a1"
        left join "book" as "b2" on "b2"."author_id" = "a1"."id"
        left join "book_tags" as "b3" on "b3"."book_id" = "b2"."id"
        where "b3"."tag_name" glob ?
        group by "a1"."id") as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        ['a*']"#]],
    );
}

#[test]
fn items_come_through_the_pivot() {
    let pivot = |mut query: Query, owner: &str, path: &str, keys| {
        let owner = entity(&query.registry, owner);
        let property = crate::lower::library::path(&query.registry, owner, path).0[0];
        query.select.pivot = Some(PivotSource { owner, property: property.into(), owner_keys: keys });
        query
    };
    check(
        pivot(Query::new("Tag"), "Book", "tags", keys(1..9)).order("name"),
        expect![[r#"
        select "b1"."book_id", "t0"."name"
        from "book_tags" as "b1"
        inner join "tag" as "t0" on "b1"."tag_name" = "t0"."name"
        where "b1"."book_id" in (select value
        from json_each(?))
        order by "b1"."position", "t0"."name"
        [Json list of 8]"#]],
    );
    check(
        pivot(Query::new("Book").columns(&[0]), "Tag", "books", vec![vec![text("a")]])
            .populate("author")
            .filter("title", Test::Equal(text("x")))
            .order("title"),
        expect![[r#"
            select "b1"."tag_name", "b0"."id", "a2"."id"
            from "book_tags" as "b1"
            inner join "book" as "b0" on "b1"."book_id" = "b0"."id"
            inner join "author" as "a2" on "a2"."id" = "b0"."author_id"
            where "b1"."tag_name" = ? and ("b0"."title" = ?)
            order by "b0"."title"
            ['a', 'x']"#]],
    );
    check(
        pivot(Query::new("Book").columns(&[0]), "Tag", "books", vec![vec![text("a")]])
            .populate("lines")
            .limit(1),
        expect![[r#"
            select "b1"."tag_name", "b0"."id", "l2"."book_id", "l2"."number"
            from (select "b4"."tag_name" as "k0", "b3"."id" as "k1"
            from "book_tags" as "b4"
            inner join "book" as "b3" on "b4"."book_id" = "b3"."id"
            where "b4"."tag_name" = ?
            limit ?) as "k"
            inner join "book_tags" as "b1" on "b1"."tag_name" = "k"."k0" and "b1"."book_id" = "k"."k1"
            inner join "book" as "b0" on "b1"."book_id" = "b0"."id"
            left join "line" as "l2" on "l2"."book_id" = "b0"."id"
            order by "b1"."tag_name", "b0"."id", "l2"."quantity" desc
            ['a', 1]"#]],
    );
    check_count(
        pivot(Query::new("Book"), "Tag", "books", vec![vec![text("a")]])
            .filter("lines.quantity", Test::Equal(Value::Int(1))),
        expect![[r#"
            select count(*)
            from (select distinct "b1"."tag_name", "b0"."id"
            from "book_tags" as "b1"
            inner join "book" as "b0" on "b1"."book_id" = "b0"."id"
            left join "line" as "l2" on "l2"."book_id" = "b0"."id"
            where "b1"."tag_name" = ? and ("l2"."quantity" = ?)) as "k"
            ['a', 1]"#]],
    );
}
