//! Roots that joins repeat: limits, orders and counts of them.

use super::*;

#[test]
fn a_limit_with_repeated_roots_limits_their_keys() {
    check(
        Query::new("Author").columns(&[0]).populate("books").order("name").limit(2).offset(1),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from (select "a2"."id" as "k0", "a2"."name" as "o0"
            from "author" as "a2"
            order by "o0"
            limit ? offset ?) as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id"
            order by "k"."o0"
            [2, 1]"#]],
    );
    check(
        Query::new("Author")
            .columns(&[0])
            .filter("books.title", Test::Equal(text("x")))
            .order("books.publisher.name desc")
            .limit(2),
        expect![[r#"
            select "a0"."id"
            from (select "a1"."id" as "k0", max("p3"."name") as "o0"
            from "author" as "a1"
            left join "book" as "b2" on "b2"."author_id" = "a1"."id"
            left join "publisher" as "p3" on "p3"."id" = "b2"."publisher_id"
            where "b2"."title" = ?
            group by "a1"."id"
            order by "o0" desc
            limit ?) as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            order by "k"."o0" desc
            ['x', 2]"#]],
    );
    check(
        Query::new("Line").columns(&[0, 1]).populate("notes").limit(1),
        expect![[r#"
        select "l0"."book_id", "l0"."number", "n1"."id"
        from (select "l2"."book_id" as "k0", "l2"."number" as "k1"
        from "line" as "l2"
        limit ?) as "k"
        inner join "line" as "l0" on "l0"."book_id" = "k"."k0" and "l0"."number" = "k"."k1"
        left join "note" as "n1" on "n1"."line_book_id" = "l0"."book_id" and "n1"."line_number" = "l0"."number"
        [1]"#]],
    );
    check(
        Query::new("Book").columns(&[0]).populate("author").order("author.name").limit(1),
        expect![[r#"
        select "b0"."id", "a1"."id"
        from "book" as "b0"
        inner join "author" as "a1" on "a1"."id" = "b0"."author_id"
        order by "a1"."name"
        limit ?
        [1]"#]],
    );
    check(
        Query::new("Book").columns(&[0]).offset(1),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        limit -1 offset ?
        [1]"#]],
    );
}

#[test]
fn a_collection_in_the_condition_repeats_no_root() {
    check(
        Query::new("Author").columns(&[0]).filter("books.title", Test::Equal(text("x"))).order("age"),
        expect![[r#"
            select "a0"."id"
            from (select "a1"."id" as "k0", min("a1"."age") as "o0"
            from "author" as "a1"
            left join "book" as "b2" on "b2"."author_id" = "a1"."id"
            where "b2"."title" = ?
            group by "a1"."id") as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            order by "k"."o0"
            ['x']"#]],
    );
    check(
        Query::new("Author").columns(&[0]).order("books.title"),
        expect![[r#"
        select "a0"."id"
        from (select "a1"."id" as "k0", min("b2"."title") as "o0"
        from "author" as "a1"
        left join "book" as "b2" on "b2"."author_id" = "a1"."id"
        group by "a1"."id") as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        order by "k"."o0""#]],
    );
    check(
        Query::new("Author").columns(&[0]).populate("books").order("books.title"),
        expect![[r#"
        select "a0"."id", "b1"."id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        order by "b1"."title""#]],
    );
}

#[test]
fn a_count_counts_roots() {
    check_count(
        Query::new("Author").limit(1).order("name"),
        expect![[r#"
        select count(*)
        from "author" as "a0""#]],
    );
    check_count(
        Query::new("Book").filter("author.name", Test::Equal(text("x"))),
        expect![[r#"
        select count(*)
        from "book" as "b0"
        left join "author" as "a1" on "a1"."id" = "b0"."author_id"
        where "a1"."name" = ?
        ['x']"#]],
    );
    check_count(
        Query::new("Author").filter("books.title", Test::Equal(text("x"))),
        expect![[r#"
        select count(distinct "a0"."id")
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        where "b1"."title" = ?
        ['x']"#]],
    );
    check_count(
        Query::new("Line").filter("notes.text", Test::Equal(text("x"))),
        expect![[r#"
        select count(*)
        from (select distinct "l0"."book_id", "l0"."number"
        from "line" as "l0"
        left join "note" as "n1" on "n1"."line_book_id" = "l0"."book_id" and "n1"."line_number" = "l0"."number"
        where "n1"."text" = ?) as "k"
        ['x']"#]],
    );
}

#[test]
fn nulls_and_distinct() {
    let mut query = Query::new("Author").columns(&[3]).order("age desc").order("favourite").order("");
    query.select.distinct = true;
    query.select.order[0].nulls = Nulls::Last;
    query.select.order[1].nulls = Nulls::First;
    check(
        query,
        expect![[r#"
        select distinct "a0"."age"
        from "author" as "a0"
        order by "a0"."age" desc nulls last, "a0"."favourite_id" nulls first, "a0"."id""#]],
    );
}
