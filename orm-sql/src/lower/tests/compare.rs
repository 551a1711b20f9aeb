//! Properties compared with each other, as one, and with those of a query around.

use orm_core::query::{AnySchema, Comparison, Operand, RowTest};

use super::*;

fn compare(root: &str, left: &str, comparison: Comparison, right: &str) -> Query {
    let query = Query::new(root).columns(&[0]);
    let operand = Operand::Property(query.path(right));
    let condition = Condition::Compare(query.path(left), comparison, operand);
    query.condition(condition)
}

fn row(root: &str, paths: &[&str], test: RowTest) -> Query {
    let query = Query::new(root).columns(&[0]);
    let paths = paths.iter().map(|path| query.path(path)).collect();
    query.condition(Condition::Row(paths, test))
}

#[test]
fn properties_of_one_type_compare() {
    check(
        compare("Author", "name", Comparison::Less, "email"),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" < "a0"."email""#]],
    );
    check(
        compare("Book", "author.name", Comparison::NotEqual, "publisher.director.name"),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        left join "author" as "a1" on "a1"."id" = "b0"."author_id"
        left join "publisher" as "p2" on "p2"."id" = "b0"."publisher_id"
        left join "author" as "a3" on "a3"."id" = "p2"."director_id"
        where "a1"."name" != "a3"."name""#]],
    );
    // Keys that are at hand as foreign keys.
    check(
        compare("Book", "author.id", Comparison::NotEqual, "publisher.director"),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        left join "publisher" as "p1" on "p1"."id" = "b0"."publisher_id"
        where "b0"."author_id" != "p1"."director_id""#]],
    );
    check(
        compare("Note", "line", Comparison::Equal, "line"),
        expect![[r#"
        select "n0"."id"
        from "note" as "n0"
        where ("n0"."line_book_id" = "n0"."line_book_id" and "n0"."line_number" = "n0"."line_number")"#]],
    );
}

#[test]
fn several_properties_compare_as_one() {
    let values = |comparison| RowTest::Compare(comparison, vec![text("x"), Value::Int(5), Value::Int(6)]);
    let paths = ["name", "age", "id"];
    check(
        row("Author", &paths, values(Comparison::Greater)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."name", "a0"."age", "a0"."id") > (?, ?, ?)
        ['x', 5, 6]"#]],
    );
    let query = row("Author", &paths, values(Comparison::LessOrEqual));
    let compiled = lower_select(Dialect::MySql, &query.registry, &query.select).unwrap();
    expect!["select `a0`.`id` from `author` as `a0` where (`a0`.`name` <= ? and (`a0`.`name` < ? or (`a0`.`age` <= ? and (`a0`.`age` < ? or `a0`.`id` <= ?))))"].assert_eq(&compiled.sql);
    expect!["'x', 'x', 5, 5, 6"].assert_eq(&bound(Dialect::MySql, &query, &compiled).join(", "));
}

#[test]
fn several_properties_are_found_in_a_list() {
    let rows = |count: i64| RowTest::In((0..count).map(|n| vec![text("x"), Value::Int(n)]).collect());
    check(
        row("Author", &["name", "age"], rows(0)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where 1 = 0"#]],
    );
    check(
        row("Author", &["name", "age"], rows(1)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."name" = ? and "a0"."age" = ?)
        ['x', 0]"#]],
    );
    check(
        row("Author", &["name", "favourite.title"], rows(2)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        left join "book" as "b1" on "b1"."id" = "a0"."favourite_id"
        where ("a0"."name", "b1"."title") in (values (?, ?), (?, ?))
        ['x', 0, 'x', 1]"#]],
    );
    check(
        row("Author", &["name", "age"], rows(9)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."name", "a0"."age") in (select value ->> 0, value ->> 1
        from json_each(?))
        [keys of 9]"#]],
    );
}

#[test]
fn an_item_compares_with_the_query_around() {
    let author = Query::new("Author");
    let meta = author.registry.entity(author.root()).meta;
    let outer = |path: &str| Operand::Outer(AnySchema(meta), Query::new("Author").path(path));
    let item =
        |path: &str, operand| Condition::Compare(Query::new("Book").path(path), Comparison::Equal, operand);
    let some = |condition| Condition::HasItem(Query::new("Author").path("books"), Box::new(condition));
    let name = some(item("title", outer("name")));
    check(
        Query::new("Author").columns(&[0]).condition(name),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            where exists (select 1
            from "book" as "b1"
            where "b1"."author_id" = "a0"."id" and "b1"."title" = "a0"."name"
            limit 1)"#]],
    );
    // What the path joins, is joined there.
    let city =
        some(item("title", outer("address.city")).and(item("publisher.name", outer("favourite.title"))));
    check(
        Query::new("Author").columns(&[0]).condition(city),
        expect![[r#"
            select "a0"."id"
            from "author" as "a0"
            left join "address" as "a2" on "a2"."author_id" = "a0"."id"
            left join "book" as "b4" on "b4"."id" = "a0"."favourite_id"
            where exists (select 1
            from "book" as "b1"
            left join "publisher" as "p3" on "p3"."id" = "b1"."publisher_id"
            where "b1"."author_id" = "a0"."id" and "b1"."title" = "a2"."city" and "p3"."name" = "b4"."title"
            limit 1)"#]],
    );
    let nowhere = Query::new("Book").condition(item("title", outer("name")));
    let error = lower_select(Dialect::Sqlite, &nowhere.registry, &nowhere.select).unwrap_err();
    expect!["Author.name is asked of a query around this one, and none of them is about Author; put the condition inside of such a query, or leave `.outer()` out"].assert_eq(&error.to_string());
}
