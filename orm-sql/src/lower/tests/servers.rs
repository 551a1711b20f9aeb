//! What servers get where they differ from SQLite.

use orm_core::query::Direction;

use super::*;

pub(super) fn lowered(dialect: Dialect, query: &Query) -> String {
    let compiled = lower_select(dialect, &query.registry, &query.select).unwrap();
    let params = bound(dialect, query, &compiled);
    let placeholders = match dialect {
        Dialect::Postgres => (1..).take_while(|n| compiled.sql.contains(&format!("${n}"))).count(),
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => compiled.sql.matches('?').count(),
    };
    assert_eq!(placeholders, params.len(), "{}\n{params:?}", compiled.sql);
    let sql = in_lines(&compiled.sql);
    if params.is_empty() { sql } else { format!("{sql}\n[{}]", params.join(", ")) }
}

/// What PostgreSQL gets, and what MySQL gets; MariaDB has another name for the collation.
fn check(query: &Query, postgres: Expect, mysql: Expect) {
    postgres.assert_eq(&lowered(Dialect::Postgres, query));
    let for_mysql = lowered(Dialect::MySql, query);
    mysql.assert_eq(&for_mysql);
    let for_mariadb = lowered(Dialect::MariaDb, query);
    assert_eq!(for_mariadb.replace("utf8mb4_nopad_bin", "utf8mb4_0900_bin"), for_mysql);
}

fn check_where(root: &str, path: &str, test: Test, postgres: Expect, mysql: Expect) {
    check(&Query::new(root).columns(&[0]).filter(path, test), postgres, mysql);
}

#[test]
fn lists_are_arrays_or_filled_up() {
    check_where(
        "Author",
        "age",
        Test::In(ints(0..1)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."age" = $1
        [0]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`age` = ?
        [0]"#]],
    );
    check_where(
        "Author",
        "age",
        Test::In(ints(0..3)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."age" = any($1)
        [Array list of 3]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`age` in (?, ?, ?, ?)
        [0, 1, 2, 2]"#]],
    );
    check_where(
        "Author",
        "age",
        Test::NotIn(ints(0..9)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."age" != all($1)
        [Array list of 9]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`age` not in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8]"#]],
    );
    let mut with_null = ints(0..2);
    with_null.push(Value::Null);
    check_where(
        "Author",
        "age",
        Test::NotIn(with_null.clone()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."age" != all($1) and "a0"."age" is not null)
        [Array list of 2]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where (`a0`.`age` not in (?, ?) and `a0`.`age` is not null)
        [0, 1]"#]],
    );
    check_where(
        "Author",
        "age",
        Test::In(with_null),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."age" = any($1) or "a0"."age" is null)
        [Array list of 2]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where (`a0`.`age` in (?, ?) or `a0`.`age` is null)
        [0, 1]"#]],
    );
    check_where(
        "Author",
        "age",
        Test::In(vec![]),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where 1 = 0"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where 1 = 0"#]],
    );
    check_where(
        "Book",
        "author",
        Test::KeyIn(keys(0..5)),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        where "b0"."author_id" = any($1)
        [Array list of 5]"#]],
        expect![[r#"
        select `b0`.`id`
        from `book` as `b0`
        where `b0`.`author_id` in (?, ?, ?, ?, ?, ?, ?, ?)
        [0, 1, 2, 3, 4, 4, 4, 4]"#]],
    );
    let pairs = (0..3).map(|n| vec![Value::Int(1), Value::Int(n)]).collect();
    check_where(
        "Line",
        "",
        Test::KeyIn(pairs),
        expect![[r#"
        select "l0"."book_id"
        from "line" as "l0"
        where ("l0"."book_id", "l0"."number") in (select *
        from unnest($1, $2))
        [keys of 3, keys of 3]"#]],
        expect![[r#"
        select `l0`.`book_id`
        from `line` as `l0`
        where (`l0`.`book_id`, `l0`.`number`) in ((?, ?), (?, ?), (?, ?), (?, ?))
        [1, 0, 1, 1, 1, 2, 1, 2]"#]],
    );
    check_where(
        "Note",
        "line",
        Test::KeyIn(vec![vec![Value::Int(1), Value::Int(2)]]),
        expect![[r#"
            select "n0"."id"
            from "note" as "n0"
            where ("n0"."line_book_id" = $1 and "n0"."line_number" = $2)
            [1, 2]"#]],
        expect![[r#"
            select `n0`.`id`
            from `note` as `n0`
            where (`n0`.`line_book_id` = ? and `n0`.`line_number` = ?)
            [1, 2]"#]],
    );
}

#[test]
fn mysql_fills_lists_up_to_powers_of_two() {
    let places = |count: i64| {
        let query = Query::new("Author").columns(&[0]).filter("age", Test::In(ints(0..count)));
        lowered(Dialect::MariaDb, &query).lines().nth(2).unwrap().matches('?').count()
    };
    assert_eq!([2, 5, 8, 9, 10_000].map(places), [2, 8, 8, 16, 16_384]);
    assert_eq!([32_768, 32_769, 100_000].map(places), [32_768, 0, 0]);
}

#[test]
fn mysql_gets_very_long_lists_as_one_parameter() {
    let check = |query: Query, expected: Expect| expected.assert_eq(&lowered(Dialect::MariaDb, &query));
    check(
        Query::new("Author").columns(&[0]).filter("age", Test::In(ints(0..40_000))),
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`age` in (select v0
        from json_table(?, '$[*]' columns (v0 bigint path '$')) as j)
        [Json list of 40000]"#]],
    );
    check(
        Query::new("Tag").filter("name", Test::NotIn(vec![text("x"); 40_000])),
        expect![[r#"
        select `t0`.`name`
        from `tag` as `t0`
        where `t0`.`name` not in (select v0
        from json_table(?, '$[*]' columns (v0 longtext collate utf8mb4_nopad_bin path '$')) as j)
        [Json list of 40000]"#]],
    );
    let pairs = (0..40_000).map(|n| vec![Value::Int(1), Value::Int(n)]).collect();
    check(
        Query::new("Line").columns(&[0]).filter("", Test::KeyIn(pairs)),
        expect![[r#"
        select `l0`.`book_id`
        from `line` as `l0`
        where (`l0`.`book_id`, `l0`.`number`) in (select v0, v1
        from json_table(?, '$[*]' columns (v0 bigint path '$[0]', v1 bigint path '$[1]')) as j)
        [keys of 40000]"#]],
    );
}

#[test]
fn patterns_mean_the_same_as_elsewhere() {
    check_where(
        "Author",
        "name",
        Test::Like(r"J%\%|".into()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" like $1
        ['J%\%|']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` like ? collate utf8mb4_0900_bin escape '|'
        ['J%|%||']"#]],
    );
    check_where(
        "Author",
        "name",
        Test::LikeIgnoringCase("j_n".into()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" ilike $1
        ['j_n']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where lower(`a0`.`name`) like lower(?) collate utf8mb4_0900_bin escape '|'
        ['j_n']"#]],
    );
    check_where(
        "Author",
        "name",
        Test::Contains("50%_".into()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" like $1
        ['%50\%\_%']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` like ? collate utf8mb4_0900_bin escape '|'
        ['%50|%|_%']"#]],
    );
    check_where(
        "Author",
        "name",
        Test::StartsWith("J".into()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" like $1
        ['J%']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` like ? collate utf8mb4_0900_bin escape '|'
        ['J%']"#]],
    );
    check_where(
        "Author",
        "name",
        Test::EndsWith("n".into()),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" like $1
        ['%n']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` like ? collate utf8mb4_0900_bin escape '|'
        ['%n']"#]],
    );
}

#[test]
fn comparisons_are_the_same_everywhere() {
    check_where(
        "Author",
        "age",
        Test::Between(Value::Int(1), Value::Int(2)),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."age" between $1 and $2
        [1, 2]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`age` between ? and ?
        [1, 2]"#]],
    );
    check_where(
        "Author",
        "name",
        Test::NotEqual(text("x")),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" != $1
        ['x']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` != ?
        ['x']"#]],
    );
    check_where(
        "Note",
        "line",
        Test::Null,
        expect![[r#"
        select "n0"."id"
        from "note" as "n0"
        where ("n0"."line_book_id" is null or "n0"."line_number" is null)"#]],
        expect![[r#"
        select `n0`.`id`
        from `note` as `n0`
        where (`n0`.`line_book_id` is null or `n0`.`line_number` is null)"#]],
    );
}

#[test]
fn nulls_go_where_they_are_told_to() {
    let query = |path: &str, nulls| {
        let mut query = Query::new("Author").columns(&[0]).order(path);
        query.select.order[0].nulls = nulls;
        query
    };
    check(
        &query("age", Nulls::First),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        order by "a0"."age" nulls first"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        order by `a0`.`age`"#]],
    );
    check(
        &query("age", Nulls::Last),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        order by "a0"."age" nulls last"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        order by `a0`.`age` is null, `a0`.`age`"#]],
    );
    check(
        &query("age desc", Nulls::First),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        order by "a0"."age" desc nulls first"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        order by `a0`.`age` is not null, `a0`.`age` desc"#]],
    );
    check(
        &query("age desc", Nulls::Last),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        order by "a0"."age" desc nulls last"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        order by `a0`.`age` desc"#]],
    );
    check(
        &query("books.price desc", Nulls::First).limit(3),
        expect![[r#"
        select "a0"."id"
        from (select "a1"."id" as "k0", max("b2"."price") as "o0"
        from "author" as "a1"
        left join "book" as "b2" on "b2"."author_id" = "a1"."id"
        group by "a1"."id"
        order by "o0" desc nulls first
        limit $1) as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        order by "k"."o0" desc nulls first
        [3]"#]],
        expect![[r#"
            select `a0`.`id`
            from (select `a1`.`id` as `k0`, max(`b2`.`price`) as `o0`
            from `author` as `a1`
            left join `book` as `b2` on `b2`.`author_id` = `a1`.`id`
            group by `a1`.`id`
            order by max(`b2`.`price`) is not null, max(`b2`.`price`) desc
            limit ?) as `k`
            inner join `author` as `a0` on `a0`.`id` = `k`.`k0`
            order by `k`.`o0` is not null, `k`.`o0` desc
            [3]"#]],
    );
}

#[test]
fn limits_and_offsets() {
    check(
        &Query::new("Book").columns(&[0]).limit(2).offset(1),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0"
        limit $1 offset $2
        [2, 1]"#]],
        expect![[r#"
        select `b0`.`id`
        from `book` as `b0`
        limit ? offset ?
        [2, 1]"#]],
    );
    check(
        &Query::new("Book").columns(&[0]).offset(1),
        expect![[r#"
        select "b0"."id"
        from "book" as "b0" offset $1
        [1]"#]],
        expect![[r#"
        select `b0`.`id`
        from `book` as `b0`
        limit 18446744073709551615 offset ?
        [1]"#]],
    );
    check(
        &Query::new("Author").columns(&[0]).populate("books").order("name").limit(2),
        expect![[r#"
            select "a0"."id", "b1"."id"
            from (select "a2"."id" as "k0", "a2"."name" as "o0"
            from "author" as "a2"
            order by "o0"
            limit $1) as "k"
            inner join "author" as "a0" on "a0"."id" = "k"."k0"
            left join "book" as "b1" on "b1"."author_id" = "a0"."id"
            order by "k"."o0"
            [2]"#]],
        expect![[r#"
            select `a0`.`id`, `b1`.`id`
            from (select `a2`.`id` as `k0`, `a2`.`name` as `o0`
            from `author` as `a2`
            order by `o0`
            limit ?) as `k`
            inner join `author` as `a0` on `a0`.`id` = `k`.`k0`
            left join `book` as `b1` on `b1`.`author_id` = `a0`.`id`
            order by `k`.`o0`
            [2]"#]],
    );
}

#[test]
fn a_distinct_select_is_ordered_by_what_it_selects() {
    let mut query = Query::new("Author").columns(&[0]).order("age").order("");
    query.select.distinct = true;
    check(
        &query,
        expect![[r#"
        select distinct "a0"."id", "a0"."age"
        from "author" as "a0"
        order by "a0"."age", "a0"."id""#]],
        expect![[r#"
        select distinct `a0`.`id`, `a0`.`age`
        from `author` as `a0`
        order by `a0`.`age`, `a0`.`id`"#]],
    );
    let query = Query::new("Author")
        .columns(&[0])
        .populate("books!")
        .filter("books.title", Test::Equal(text("x")))
        .filter("books.tags.name", Test::Equal(text("y")))
        .order("name");
    check(
        &query,
        expect![[r#"
        select distinct "a0"."id", "b1"."id", "k"."o0"
        from (select "a2"."id" as "k0", min("a2"."name") as "o0"
        from "author" as "a2"
        left join "book" as "b3" on "b3"."author_id" = "a2"."id"
        left join "book_tags" as "b4" on "b4"."book_id" = "b3"."id"
        where "b3"."title" = $1 and "b4"."tag_name" = $2
        group by "a2"."id") as "k"
        inner join "author" as "a0" on "a0"."id" = "k"."k0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        left join "book_tags" as "b2" on "b2"."book_id" = "b1"."id"
        where "b1"."title" = $3 and "b2"."tag_name" = $4
        order by "k"."o0"
        ['x', 'y', 'x', 'y']"#]],
        expect![[r#"
        select distinct `a0`.`id`, `b1`.`id`, `k`.`o0`
        from (select `a2`.`id` as `k0`, min(`a2`.`name`) as `o0`
        from `author` as `a2`
        left join `book` as `b3` on `b3`.`author_id` = `a2`.`id`
        left join `book_tags` as `b4` on `b4`.`book_id` = `b3`.`id`
        where `b3`.`title` = ? and `b4`.`tag_name` = ?
        group by `a2`.`id`) as `k`
        inner join `author` as `a0` on `a0`.`id` = `k`.`k0`
        left join `book` as `b1` on `b1`.`author_id` = `a0`.`id`
        left join `book_tags` as `b2` on `b2`.`book_id` = `b1`.`id`
        where `b1`.`title` = ? and `b2`.`tag_name` = ?
        order by `k`.`o0`
        ['x', 'y', 'x', 'y']"#]],
    );
}

#[test]
fn an_order_through_a_collection_takes_the_first_value() {
    let uuid = orm_core::meta::ColumnType { kind: orm_core::types::ColumnKind::Uuid, by_hand: None };
    let alias = crate::render::Alias::new("author", 0);
    let term = |direction| crate::lower::order::Term {
        column: crate::lower::order::OrderColumn::Of(crate::lower::scope::Column::new(alias, "u", uuid)),
        direction,
        nulls: Nulls::Natural,
    };
    let aggregate = |dialect, direction| {
        let mut w = crate::render::SqlWriter::new(dialect);
        term(direction).write_aggregate(&mut w, &mut Vec::new());
        w.take()
    };
    expect![[r#"(array_agg("a0"."u" order by "a0"."u" desc) filter (where "a0"."u" is not null))[1]"#]]
        .assert_eq(&aggregate(Dialect::Postgres, Direction::Descending));
    expect!["min(`a0`.`u`)"].assert_eq(&aggregate(Dialect::MariaDb, Direction::Ascending));
}

#[test]
fn items_are_selected_by_the_keys_of_their_owners() {
    let mut query = Query::new("Tag").filter("name", Test::NotEqual(text("x"))).limit(5);
    let owner = entity(&query.registry, "Book");
    query.select.pivot = Some(PivotSource { owner, property: 5, owner_keys: keys(1..4) });
    check(
        &query,
        expect![[r#"
        select "b1"."book_id", "t0"."name"
        from "book_tags" as "b1"
        inner join "tag" as "t0" on "b1"."tag_name" = "t0"."name"
        where "b1"."book_id" = any($1) and ("t0"."name" != $2)
        order by "b1"."position"
        limit $3
        [Array list of 3, 'x', 5]"#]],
        expect![[r#"
        select `b1`.`book_id`, `t0`.`name`
        from `book_tags` as `b1`
        inner join `tag` as `t0` on `b1`.`tag_name` = `t0`.`name`
        where `b1`.`book_id` in (?, ?, ?, ?) and (`t0`.`name` != ?)
        order by `b1`.`position`
        limit ?
        [1, 2, 3, 3, 'x', 5]"#]],
    );
}

#[test]
fn counts_count_roots_once() {
    let check = |query: Query, postgres: Expect, mysql: Expect| {
        let count = |dialect| {
            let compiled = lower_count(dialect, &query.registry, &query.select).unwrap();
            in_lines(&compiled.sql)
        };
        postgres.assert_eq(&count(Dialect::Postgres));
        mysql.assert_eq(&count(Dialect::MySql));
        assert_eq!(count(Dialect::MySql), count(Dialect::MariaDb));
    };
    check(
        Query::new("Author"),
        expect![[r#"
        select count(*)
        from "author" as "a0""#]],
        expect![[r#"
        select count(*)
        from `author` as `a0`"#]],
    );
    check(
        Query::new("Author").filter("books.title", Test::Equal(text("x"))),
        expect![[r#"
        select count(distinct "a0"."id")
        from "author" as "a0"
        left join "book" as "b1" on "b1"."author_id" = "a0"."id"
        where "b1"."title" = $1"#]],
        expect![[r#"
        select count(distinct `a0`.`id`)
        from `author` as `a0`
        left join `book` as `b1` on `b1`.`author_id` = `a0`.`id`
        where `b1`.`title` = ?"#]],
    );
    check(
        Query::new("Line").filter("notes.text", Test::Equal(text("x"))),
        expect![[r#"
        select count(*)
        from (select distinct "l0"."book_id", "l0"."number"
        from "line" as "l0"
        left join "note" as "n1" on "n1"."line_book_id" = "l0"."book_id" and "n1"."line_number" = "l0"."number"
        where "n1"."text" = $1) as "k""#]],
        expect![[r#"
        select count(*)
        from (select distinct `l0`.`book_id`, `l0`.`number`
        from `line` as `l0`
        left join `note` as `n1` on `n1`.`line_book_id` = `l0`.`book_id` and `n1`.`line_number` = `l0`.`number`
        where `n1`.`text` = ?) as `k`"#]],
    );
}

#[test]
fn items_of_collections_are_subqueries_everywhere() {
    let has_tag = Condition::HasItem(
        Query::new("Book").path("tags"),
        Box::new(Condition::Property(Query::new("Tag").path("name"), Test::Equal(text("x")))),
    );
    let query = Query::new("Author").columns(&[0]).filter("name", Test::Equal(text("y")));
    let condition = Condition::HasItem(query.path("books"), Box::new(has_tag)).negated();
    check(
        &query.condition(condition),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where "a0"."name" = $1 and not exists (select 1
        from "book" as "b1"
        where "b1"."author_id" = "a0"."id" and exists (select 1
        from "book_tags" as "b3"
        where "b3"."book_id" = "b1"."id" and "b3"."tag_name" = $2))
        ['y', 'x']"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where `a0`.`name` = ? and not exists (select 1
        from `book` as `b1`
        where `b1`.`author_id` = `a0`.`id` and exists (select 1
        from `book_tags` as `b3`
        where `b3`.`book_id` = `b1`.`id` and `b3`.`tag_name` = ?))
        ['y', 'x']"#]],
    );
    let query = Query::new("Author").columns(&[0]);
    let paths = vec![query.path("name"), query.path("id")];
    let rows = [("x", 1), ("y", 2), ("z", 3)].map(|(name, id)| vec![text(name), Value::Int(id)]);
    let listed = Condition::Row(paths, orm_core::query::RowTest::In(rows.to_vec()));
    check(
        &query.condition(listed),
        expect![[r#"
        select "a0"."id"
        from "author" as "a0"
        where ("a0"."name", "a0"."id") in (select *
        from unnest($1, $2))
        [keys of 3, keys of 3]"#]],
        expect![[r#"
        select `a0`.`id`
        from `author` as `a0`
        where (`a0`.`name`, `a0`.`id`) in ((?, ?), (?, ?), (?, ?), (?, ?))
        ['x', 1, 'y', 2, 'z', 3, 'z', 3]"#]],
    );
}
