//! Conditions on the items of collections, and wholes beside each other.

use super::*;

fn some(path: &str, condition: Condition, root: &str) -> Condition {
    Condition::HasItem(Query::new(root).path(path), Box::new(condition))
}

fn is(root: &str, path: &str, value: &str) -> Condition {
    Condition::Property(Query::new(root).path(path), Test::Equal(text(value)))
}

fn check_condition(root: &str, condition: Condition, expected: Expect) {
    check(Query::new(root).columns(&[0]).condition(condition), expected);
}

#[test]
fn the_items_of_a_one_to_many_collection() {
    check_condition(
        "Author",
        some("books", is("Book", "title", "x"), "Author"),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where exists (select 1
            from "book" as "b1"
            where "b1"."author_id" = "a0"."id" and "b1"."title" = ?
            limit 1)
            ['x']"#]],
    );
    check_condition(
        "Author",
        some("books", is("Book", "title", "x"), "Author").negated(),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where not exists (select 1
            from "book" as "b1"
            where "b1"."author_id" = "a0"."id" and "b1"."title" = ?
            limit 1)
            ['x']"#]],
    );
    check_condition(
        "Author",
        some("books", Condition::always(), "Author"),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where exists (select 1
            from "book" as "b1"
            where "b1"."author_id" = "a0"."id"
            limit 1)"#]],
    );
    check_condition(
        "Author",
        some("books", is("Book", "title", "x").or(is("Book", "publisher.name", "y")), "Author"),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where exists (select 1
            from "book" as "b1"
            left join "publisher" as "p2" on "p2"."id" = "b1"."publisher_id"
            where "b1"."author_id" = "a0"."id" and ("b1"."title" = ? or "p2"."name" = ?)
            limit 1)
            ['x', 'y']"#]],
    );
    let both = is("Book", "title", "x").and(is("Book", "tags.name", "y"));
    check_condition(
        "Author",
        some("books", both, "Author"),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where exists (select 1
            from "book" as "b1"
            left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
            where "b1"."author_id" = "a0"."id" and "b1"."title" = ? and "b2"."tag_name" = ?
            limit 1)
            ['x', 'y']"#]],
    );
}

#[test]
fn the_items_of_a_many_to_many_collection() {
    check_condition(
        "Book",
        some("tags", is("Tag", "name", "x"), "Book"),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "book_tags" as "b2"
            where "b2"."book_id" = "b0"."id" and "b2"."tag_name" = ?
            limit 1)
            ['x']"#]],
    );
    check_condition(
        "Tag",
        some("books", is("Book", "title", "x"), "Tag").negated(),
        expect![[r#"
            select "t0"."name"
            from "tag" as "t0"
            where not exists (select 1
            from "book_tags" as "b2"
            inner join "book" as "b1" on "b2"."book_id" = "b1"."id"
            where "b2"."tag_name" = "t0"."name" and "b1"."title" = ?
            limit 1)
            ['x']"#]],
    );
    check_condition(
        "Tag",
        some("books", Condition::always(), "Tag").negated(),
        expect![[r#"
            select "t0"."name"
            from "tag" as "t0"
            where not exists (select 1
            from "book_tags" as "b2"
            where "b2"."tag_name" = "t0"."name"
            limit 1)"#]],
    );
}

#[test]
fn the_items_of_an_owner_with_a_composite_key() {
    check_condition(
        "Line",
        some("notes", is("Note", "text", "x"), "Line"),
        expect![[r#"
            select "l0"."book_id"
            from "line" as "l0"
            where exists (select 1
            from "note" as "n1"
            where "n1"."line_book_id" = "l0"."book_id" and "n1"."line_number" = "l0"."number" and "n1"."text" = ?
            limit 1)
            ['x']"#]],
    );
    check_condition(
        "Book",
        some("lines", some("notes", Condition::always(), "Line").negated(), "Book"),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "line" as "l1"
            where "l1"."book_id" = "b0"."id" and not exists (select 1
            from "note" as "n2"
            where "n2"."line_book_id" = "l1"."book_id" and "n2"."line_number" = "l1"."number"
            limit 1)
            limit 1)"#]],
    );
}

#[test]
fn an_owner_behind_a_relation() {
    // The foreign key is the owner's key.
    check_condition(
        "Book",
        some("author.books", is("Book", "title", "x"), "Book"),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "book" as "b1"
            where "b1"."author_id" = "b0"."author_id" and "b1"."title" = ?
            limit 1)
            ['x']"#]],
    );
    // Who has no owner is asked nothing: neither has it items nor has it none.
    check_condition(
        "Author",
        some("favourite.tags", is("Tag", "name", "x"), "Author").negated(),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where ("a0"."favourite_id" is not null and not exists (select 1
            from "book_tags" as "b2"
            where "b2"."book_id" = "a0"."favourite_id" and "b2"."tag_name" = ?
            limit 1))
            ['x']"#]],
    );
    let either = some("favourite.tags", is("Tag", "name", "x"), "Author").or(is("Author", "name", "y"));
    check_condition(
        "Author",
        either.negated(),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where not (case when "a0"."favourite_id" is not null then exists (select 1
            from "book_tags" as "b2"
            where "b2"."book_id" = "a0"."favourite_id" and "b2"."tag_name" = ?
            limit 1) end or "a0"."name" = ?)
            ['x', 'y']"#]],
    );
}

#[test]
fn wholes_speak_of_items_of_their_own() {
    let title = || is("Author", "books.title", "x");
    let tag = || is("Author", "books.tags.name", "y");
    let meta = Query::new("Author").registry.entity(Query::new("Author").root()).meta;
    check_condition(
        "Author",
        title().and(tag()),
        expect![[r#"
        select "a0"."id"
        from (select "a1"."id" as "k0"
        from "author" as "a1"
        left join "book" as "b2" on "b2"."author_id" = "a1"."id"
        left join "book_tags" as "b3" on "b3"."book_id" = "b2"."id"
        where "b2"."title" = ? and "b3"."tag_name" = ?
        group by "a1"."id") as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        ['x', 'y']"#]],
    );
    check_condition(
        "Author",
        title().and_apart(tag(), meta),
        expect![[r#"
            select "a0"."id"
            from (select "a1"."id" as "k0"
            from "author" as "a1"
            left join "book" as "b2" on "b2"."author_id" = "a1"."id"
            where "b2"."title" = ? and exists (select 1
            from "author" as "a3"
            left join "book" as "b4" on "b4"."author_id" = "a3"."id"
            left join "book_tags" as "b5" on "b5"."book_id" = "b4"."id"
            where "a3"."id" = "a1"."id" and "b5"."tag_name" = ?
            limit 1)
            group by "a1"."id") as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            ['x', 'y']"#]],
    );
    // Other collections, or none, need no subquery.
    check_condition(
        "Author",
        is("Author", "name", "x").and_apart(is("Author", "address.city", "y"), meta),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            left join "address" as "a1" on "a1"."author_id" = "a0"."id"
            where "a0"."name" = ? and "a1"."city" = ?
            ['x', 'y']"#]],
    );
    check_condition(
        "Book",
        Condition::Apart(Box::new(is("Book", "tags.name", "x"))),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "book" as "b1"
            left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
            where "b1"."id" = "b0"."id" and "b2"."tag_name" = ?
            limit 1)
            ['x']"#]],
    );
}

#[test]
fn filters_hold_for_items_and_for_what_they_lead_to() {
    let titled = |query: Query| query.named("Book", "title", Test::NotEqual(text("-")), false);
    let adult = |query: Query| query.named("Author", "age", Test::Greater(Value::Int(17)), false);
    let condition =
        some("books", is("Book", "publisher.director.name", "x"), "Author").and(is("Author", "name", "y"));
    check(
        titled(adult(Query::new("Author").columns(&[0]).condition(condition))),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where "a0"."age" > ? and (exists (select 1
            from "book" as "b1"
            left join "publisher" as "p2" on "p2"."id" = "b1"."publisher_id" and exists (select 1
            from "author" as "a4"
            where "a4"."id" = "p2"."director_id" and "a4"."age" > ?
            limit 1)
            left join "author" as "a3" on "a3"."id" = "p2"."director_id"
            where "b1"."author_id" = "a0"."id" and "b1"."title" != ? and "a3"."name" = ?
            limit 1) and "a0"."name" = ?)
            [17, 17, '-', 'x', 'y']"#]],
    );
    // The pivot table is not enough for whether a book is seen.
    check(
        titled(Query::new("Tag").condition(some("books", Condition::always(), "Tag"))),
        expect![[r#"
            select "t0"."name"
            from "tag" as "t0"
            where exists (select 1
            from "book_tags" as "b2"
            inner join "book" as "b1" on "b2"."book_id" = "b1"."id"
            where "b2"."tag_name" = "t0"."name" and "b1"."title" != ?
            limit 1)
            ['-']"#]],
    );
    // Filters are conditions, and have items of their own.
    let with_note = some("notes", is("Note", "text", "z"), "Line");
    let lines = Query::new("Book").columns(&[0]).condition(some("lines", Condition::always(), "Book"));
    check(
        lines.named_condition("Line", with_note, false),
        expect![[r#"
            select "b0"."id"
            from "book" as "b0"
            where exists (select 1
            from "line" as "l1"
            where "l1"."book_id" = "b0"."id" and exists (select 1
            from "note" as "n3"
            where "n3"."line_book_id" = "l1"."book_id" and "n3"."line_number" = "l1"."number" and "n3"."text" = ?
            limit 1)
            limit 1)
            ['z']"#]],
    );
}

#[test]
fn subqueries_inside_each_other_have_an_end() {
    let nested = |levels: u32| {
        let inner =
            (1..levels).fold(Condition::always(), |condition, _| some("author.books", condition, "Book"));
        some("books", inner, "Author")
    };
    let lower = |levels| {
        let query = Query::new("Author").condition(nested(levels));
        lower_select(Dialect::Sqlite, &query.registry, &query.select).map(drop)
    };
    assert!(lower(60).is_ok());
    expect!["sqlite cannot run a condition that is nested this deeply; put the alternatives side by side in one `any` or `all`, or in one list"].assert_eq(&lower(61).unwrap_err().to_string());
}
