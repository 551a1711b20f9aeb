//! Writes as text, on all dialects.

use orm_core::meta::{EntityModel, PivotModel};
use orm_core::query::{Delete, Insert, NativeDelete, NativeUpdate, PivotInsert, Update, UpdateRow};

use super::*;
use crate::lower::library::registry;
use crate::lower::write::delete::{DeleteKeys, DeleteMatching, DeleteRow};
use crate::lower::write::insert::InsertRows;
use crate::lower::write::native::{DeleteWhere, UpdateWhere};
use crate::lower::write::pivot::{DeletePairs, InsertPairs};
use crate::lower::write::positions::Positions;
use crate::lower::write::update::{UpdateFromSource, UpdateInCases, UpdateOne};
use crate::lower::write::{WriteStatement, lower_write};

const ALL: [Dialect; 4] = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::MariaDb];

fn model(name: &str) -> Arc<EntityModel> {
    let registry = registry();
    Arc::clone(registry.entity(entity(&registry, name)))
}

fn text_of(dialect: Dialect, statement: &dyn WriteStatement) -> String {
    let compiled = lower_write(dialect, &registry(), statement).unwrap();
    let mut recorder = Recorder { dialect, bound: Vec::new() };
    statement.bind(dialect, &compiled.places, &mut recorder).unwrap();
    let placeholders = match dialect {
        Dialect::Postgres => (1..).take_while(|n| compiled.sql.contains(&format!("${n}"))).count(),
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => compiled.sql.matches('?').count(),
    };
    assert_eq!(placeholders, recorder.bound.len(), "{}\n{:?}", compiled.sql, recorder.bound);
    if dialect == Dialect::Sqlite {
        // What is lowered is also understood.
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.prepare(&compiled.sql).unwrap_or_else(|error| panic!("{error}: {}", compiled.sql));
    }
    match recorder.bound.as_slice() {
        [] => compiled.sql.to_string(),
        bound => format!("{} [{}]", compiled.sql, bound.join(", ")),
    }
}

/// The texts for these dialects, without those that are the same as the one before.
fn check<S: WriteStatement>(dialects: &[Dialect], statement: impl Fn(Dialect) -> S, expected: Expect) {
    let mut lines: Vec<String> = Vec::new();
    let mut last = String::new();
    for dialect in dialects {
        let text = text_of(*dialect, &statement(*dialect));
        if text != last {
            lines.push(format!("{dialect}: {text}"));
            last = text;
        }
    }
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn inserts_name_their_columns_or_take_the_defaults() {
    let insert = |columns: Vec<usize>, returning, rows: usize| {
        let values = columns.iter().map(|column| text(&format!("c{column}"))).collect();
        Insert { entity: model("Author"), columns, rows: vec![values; rows], returning }
    };
    let one = insert(vec![1, 3], vec![0, 5], 1);
    check(
        &ALL,
        |dialect| InsertRows::new(dialect, &one, &one.rows),
        expect![[r#"
        sqlite: insert into "author" ("name", "age") values (?, ?) returning "id", "version" ['c1', 'c3']
        postgres: insert into "author" ("name", "age") values ($1, $2) returning "id", "version" ['c1', 'c3']
        mysql: insert into `author` (`name`, `age`) values (?, ?) ['c1', 'c3']
        mariadb: insert into `author` (`name`, `age`) values (?, ?) returning `id`, `version` ['c1', 'c3']
    "#]],
    );
    let three = insert(vec![1, 3], vec![0, 5], 3);
    check(
        &ALL,
        |dialect| InsertRows::new(dialect, &three, &three.rows),
        expect![[r#"
        sqlite: insert into "author" ("name", "age") values (?, ?), (?, ?), (?, ?) returning "id", "version" ['c1', 'c3', 'c1', 'c3', 'c1', 'c3']
        postgres: insert into "author" ("name", "age") select * from unnest($1, $2) returning "id", "version" [Array list of 3, Array list of 3]
        mysql: insert into `author` (`name`, `age`) values (?, ?), (?, ?), (?, ?) ['c1', 'c3', 'c1', 'c3', 'c1', 'c3']
        mariadb: insert into `author` (`name`, `age`) values (?, ?), (?, ?), (?, ?) returning `id`, `version` ['c1', 'c3', 'c1', 'c3', 'c1', 'c3']
    "#]],
    );
    let defaults = insert(vec![], vec![], 1);
    check(
        &ALL,
        |dialect| InsertRows::new(dialect, &defaults, &defaults.rows),
        expect![[r#"
        sqlite: insert into "author" default values
        mysql: insert into `author` () values ()
    "#]],
    );
    let two_defaults = insert(vec![], vec![0], 2);
    check(
        &ALL[1..],
        |dialect| InsertRows::new(dialect, &two_defaults, &two_defaults.rows),
        expect![[r#"
        postgres: insert into "author" ("id") values (default), (default) returning "id"
        mysql: insert into `author` () values (), ()
        mariadb: insert into `author` () values (), () returning `id`
    "#]],
    );
}

fn update(name: &str, columns: Vec<usize>, guards: Vec<usize>, version: Option<usize>) -> Update {
    let row = |number: i64| UpdateRow {
        key: model(name).key_columns.iter().map(|_| Value::Int(number)).collect(),
        values: columns.iter().map(|_| text("new")).collect(),
        expected: guards.iter().map(|_| text("old")).collect(),
    };
    let rows = vec![row(1), row(2)];
    let returning = version.into_iter().collect();
    Update { entity: model(name), columns, guards, version, rows, returning }
}

#[test]
fn an_update_of_one_row_compares_guards_and_counts_versions() {
    let one = |update: &Update, expected: Expect| {
        check(&ALL, |_| UpdateOne { update, row: &update.rows[0] }, expected);
    };
    one(
        &update("Author", vec![1, 4], vec![5, 3], Some(5)),
        expect![[r#"
        sqlite: update "author" set "name" = ?, "favourite_id" = ?, "version" = "version" + 1 where "id" = ? and "version" is ? and "age" is ? returning "version" ['new', 'new', 1, 'old', 'old']
        postgres: update "author" set "name" = $1, "favourite_id" = $2, "version" = "version" + 1 where "id" = $3 and "version" is not distinct from $4 and "age" is not distinct from $5 returning "version" ['new', 'new', 1, 'old', 'old']
        mysql: update `author` set `name` = ?, `favourite_id` = ?, `version` = `version` + 1 where `id` = ? and `version` <=> ? and `age` <=> ? ['new', 'new', 1, 'old', 'old']
    "#]],
    );
    one(
        &update("Author", vec![], vec![3], Some(5)),
        expect![[r#"
        sqlite: update "author" set "version" = "version" + 1 where "id" = ? and "age" is ? returning "version" [1, 'old']
        postgres: update "author" set "version" = "version" + 1 where "id" = $1 and "age" is not distinct from $2 returning "version" [1, 'old']
        mysql: update `author` set `version` = `version` + 1 where `id` = ? and `age` <=> ? [1, 'old']
    "#]],
    );
    one(
        &update("Line", vec![], vec![2], None),
        expect![[r#"
        sqlite: update "line" set "book_id" = "book_id" where "book_id" = ? and "number" = ? and "quantity" is ? [1, 1, 'old']
        postgres: update "line" set "book_id" = "book_id" where "book_id" = $1 and "number" = $2 and "quantity" is not distinct from $3 [1, 1, 'old']
        mysql: update `line` set `book_id` = `book_id` where `book_id` = ? and `number` = ? and `quantity` <=> ? [1, 1, 'old']
    "#]],
    );
}

#[test]
fn updates_of_many_rows_are_one_statement() {
    let versioned = update("Author", vec![1, 3], vec![5], Some(5));
    let plain = update("Line", vec![2], vec![], None);
    let only_checked = update("Author", vec![], vec![3], None);
    let from_source = |update: &Update, expected: Expect| {
        check(&[Dialect::Postgres], |dialect| UpdateFromSource::new(dialect, update, &update.rows), expected);
    };
    from_source(
        &versioned,
        expect![[r#"
        postgres: update "author" as "t" set "name" = "v"."v2", "age" = "v"."v3", "version" = "t"."version" + 1 from unnest($1, $2, $3, $4) with ordinality as "v" ("v0", "v1", "v2", "v3", "n") where "t"."id" = "v"."v0" and "t"."version" is not distinct from "v"."v1" returning "v"."n", "t"."version" [Array list of 2, Array list of 2, Array list of 2, Array list of 2]
    "#]],
    );
    from_source(
        &plain,
        expect![[r#"
        postgres: update "line" as "t" set "quantity" = "v"."v2" from unnest($1, $2, $3) with ordinality as "v" ("v0", "v1", "v2", "n") where "t"."book_id" = "v"."v0" and "t"."number" = "v"."v1" returning "v"."n" [Array list of 2, Array list of 2, Array list of 2]
    "#]],
    );
    from_source(
        &only_checked,
        expect![[r#"
        postgres: update "author" as "t" set "id" = "t"."id" from unnest($1, $2) with ordinality as "v" ("v0", "v1", "n") where "t"."id" = "v"."v0" and "t"."age" is not distinct from "v"."v1" returning "v"."n" [Array list of 2, Array list of 2]
    "#]],
    );
    let in_cases = |update: &Update, is_guarded, expected: Expect| {
        let rows: Vec<&UpdateRow> = update.rows.iter().collect();
        let statement = |_| UpdateInCases { update, rows: &rows, is_guarded };
        check(&[Dialect::MySql, Dialect::MariaDb], statement, expected);
    };
    in_cases(
        &versioned,
        false,
        expect![[r#"
        mysql: update `author` set `name` = case `id` when ? then ? when ? then ? else `name` end, `age` = case `id` when ? then ? when ? then ? else `age` end, `version` = `version` + 1 where `id` in (?, ?) [1, 'new', 2, 'new', 1, 'new', 2, 'new', 1, 2]
    "#]],
    );
    in_cases(
        &plain,
        false,
        expect![[r#"
        mysql: update `line` set `quantity` = case when `book_id` = ? and `number` = ? then ? when `book_id` = ? and `number` = ? then ? else `quantity` end where (`book_id`, `number`) in ((?, ?), (?, ?)) [1, 1, 'new', 2, 2, 'new', 1, 1, 2, 2]
    "#]],
    );
    in_cases(
        &only_checked,
        true,
        expect![[r#"
        mysql: update `author` set `id` = `id` where (`id` = ? and `age` <=> ?) or (`id` = ? and `age` <=> ?) [1, 'old', 2, 'old']
    "#]],
    );
}

#[test]
fn rows_are_looked_up_by_position() {
    let (line, author) = (model("Line"), model("Author"));
    let (one, two, old) = ([Value::Int(1)], [Value::Int(2)], [text("old")]);
    let guarded: [(&[Value], &[Value]); 2] = [(&one, &old), (&two, &old)];
    let (entity, guards) = (&*author, &[5][..]);
    let statement = |_| Positions { entity, guards, rows: &guarded, columns: &[], locks: true };
    check(
        &[Dialect::MySql, Dialect::MariaDb],
        statement,
        expect![[r#"
        mysql: select case `id` when ? then 0 when ? then 1 end from `author` where (`id` = ? and `version` <=> ?) or (`id` = ? and `version` <=> ?) for update [1, 2, 1, 'old', 2, 'old']
    "#]],
    );
    let pair = [Value::Int(1), Value::Int(2)];
    let rows: [(&[Value], &[Value]); 1] = [(&pair, &[])];
    let statement = |_| Positions { entity: &line, guards: &[], rows: &rows, columns: &[2], locks: false };
    check(
        &[Dialect::MySql, Dialect::MariaDb],
        statement,
        expect![[r#"
        mysql: select case when `book_id` = ? and `number` = ? then 0 end, `quantity` from `line` where (`book_id`, `number`) in ((?, ?)) [1, 2, 1, 2]
    "#]],
    );
}

#[test]
fn deletes_go_by_key_or_by_list_of_keys() {
    let rows = vec![(vec![Value::Int(1), Value::Int(2)], vec![Value::Int(3)]); 2];
    let delete = Delete { entity: model("Line"), guards: vec![2], rows };
    check(
        &ALL,
        |_| DeleteRow { delete: &delete, row: &delete.rows[0] },
        expect![[r#"
        sqlite: delete from "line" where "book_id" = ? and "number" = ? and "quantity" is ? [1, 2, 3]
        postgres: delete from "line" where "book_id" = $1 and "number" = $2 and "quantity" is not distinct from $3 [1, 2, 3]
        mysql: delete from `line` where `book_id` = ? and `number` = ? and `quantity` <=> ? [1, 2, 3]
    "#]],
    );
    let matching = |dialect| DeleteMatching::new(dialect, &delete, &delete.rows);
    check(
        &[Dialect::Postgres, Dialect::MariaDb],
        matching,
        expect![[r#"
        postgres: delete from "line" as "t" using unnest($1, $2, $3) with ordinality as "v" ("v0", "v1", "v2", "n") where "t"."book_id" = "v"."v0" and "t"."number" = "v"."v1" and "t"."quantity" is not distinct from "v"."v2" returning "v"."n" [Array list of 2, Array list of 2, Array list of 2]
        mariadb: delete from `line` where (`book_id` = ? and `number` = ? and `quantity` <=> ?) or (`book_id` = ? and `number` = ? and `quantity` <=> ?) returning case when `book_id` = ? and `number` = ? then 0 when `book_id` = ? and `number` = ? then 1 end [1, 2, 3, 1, 2, 3, 1, 2, 1, 2]
    "#]],
    );
    let list = |name: &str, keys: &[Vec<Value>], expected: Expect| {
        let entity = &model(name);
        check(&ALL, |_| DeleteKeys { entity, keys }, expected);
    };
    list(
        "Author",
        &keys(0..3),
        expect![[r#"
        sqlite: delete from "author" where "id" in (?, ?, ?) [0, 1, 2]
        postgres: delete from "author" where "id" = any($1) [Array list of 3]
        mysql: delete from `author` where `id` in (?, ?, ?, ?) [0, 1, 2, 2]
    "#]],
    );
    list(
        "Author",
        &keys(0..9),
        expect![[r#"
        sqlite: delete from "author" where "id" in (select value from json_each(?)) [Json list of 9]
        postgres: delete from "author" where "id" = any($1) [Array list of 9]
        mysql: delete from `author` where `id` in (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8]
    "#]],
    );
    let pairs: Vec<_> = (0..9).map(|n| vec![Value::Int(n), Value::Int(n)]).collect();
    list(
        "Line",
        &pairs,
        expect![[r#"
        sqlite: delete from "line" where ("book_id", "number") in (select value ->> 0, value ->> 1 from json_each(?)) [keys of 9]
        postgres: delete from "line" where ("book_id", "number") in (select * from unnest($1, $2)) [keys of 9, keys of 9]
        mysql: delete from `line` where (`book_id`, `number`) in ((?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?)) [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]
    "#]],
    );
}

fn tags() -> Arc<PivotModel> {
    Arc::clone(model("Book").properties[5].relation.as_ref().unwrap().pivot.as_ref().unwrap())
}

#[test]
fn pivot_rows_come_in_pairs_and_go_alone_or_by_owner() {
    let pair = |number: i64| vec![Value::Int(number), text("tag")];
    let insert =
        |ignore_existing| PivotInsert { pivot: tags(), rows: vec![pair(1), pair(2)], ignore_existing };
    let (one, two) = (insert(false), insert(true));
    check(
        &ALL,
        |_| InsertPairs { insert: &one, rows: &one.rows[..1] },
        expect![[r#"
        sqlite: insert into "book_tags" ("book_id", "tag_name") values (?, ?) [1, 'tag']
        postgres: insert into "book_tags" ("book_id", "tag_name") values ($1, $2) [1, 'tag']
        mysql: insert into `book_tags` (`book_id`, `tag_name`) values (?, ?) [1, 'tag']
    "#]],
    );
    check(
        &ALL,
        |_| InsertPairs { insert: &two, rows: &two.rows },
        expect![[r#"
        sqlite: insert into "book_tags" ("book_id", "tag_name") values (?, ?), (?, ?) on conflict do nothing [1, 'tag', 2, 'tag']
        postgres: insert into "book_tags" ("book_id", "tag_name") select * from unnest($1, $2) on conflict do nothing [Array list of 2, Array list of 2]
        mysql: insert into `book_tags` (`book_id`, `tag_name`) values (?, ?), (?, ?) on duplicate key update `book_id` = `book_id` [1, 'tag', 2, 'tag']
    "#]],
    );
    let pivot = &tags();
    let pairs = [pair(1), pair(2)];
    check(
        &ALL,
        |_| DeletePairs { pivot, width: 2, rows: &pairs[..1] },
        expect![[r#"
        sqlite: delete from "book_tags" where "book_id" = ? and "tag_name" = ? [1, 'tag']
        postgres: delete from "book_tags" where "book_id" = $1 and "tag_name" = $2 [1, 'tag']
        mysql: delete from `book_tags` where `book_id` = ? and `tag_name` = ? [1, 'tag']
    "#]],
    );
    check(
        &ALL,
        |_| DeletePairs { pivot, width: 2, rows: &pairs },
        expect![[r#"
        sqlite: delete from "book_tags" where ("book_id", "tag_name") in (values (?, ?), (?, ?)) [1, 'tag', 2, 'tag']
        postgres: delete from "book_tags" where ("book_id", "tag_name") in (select * from unnest($1, $2)) [keys of 2, keys of 2]
        mysql: delete from `book_tags` where (`book_id`, `tag_name`) in ((?, ?), (?, ?)) [1, 'tag', 2, 'tag']
    "#]],
    );
    let owners = keys(1..4);
    check(
        &ALL,
        |_| DeletePairs { pivot, width: 1, rows: &owners },
        expect![[r#"
        sqlite: delete from "book_tags" where "book_id" in (?, ?, ?) [1, 2, 3]
        postgres: delete from "book_tags" where "book_id" = any($1) [Array list of 3]
        mysql: delete from `book_tags` where `book_id` in (?, ?, ?, ?) [1, 2, 3, 3]
    "#]],
    );
}

#[test]
fn native_writes_take_conditions() {
    let update = |root: &str, path: &str| {
        let query = Query::new(root).filter(path, Test::Equal(text("x")));
        let set = vec![(2, Value::Int(1))];
        NativeUpdate { entity: model(root), set, condition: query.select.condition }
    };
    let own = update("Book", "title");
    check(
        &ALL,
        |_| UpdateWhere(&own),
        expect![[r#"
        sqlite: update "book" set "price" = ? where "title" = ? [1, 'x']
        postgres: update "book" set "price" = $1 where "title" = $2 [1, 'x']
        mysql: update `book` set `price` = ? where `title` = ? [1, 'x']
    "#]],
    );
    let joined = update("Line", "book.author.name");
    check(
        &ALL,
        |_| UpdateWhere(&joined),
        expect![[r#"
        sqlite: update "line" set "quantity" = ? where ("book_id", "number") in (select "l0"."book_id", "l0"."number" from "line" as "l0" left join "book" as "b1" on "b1"."id" = "l0"."book_id" left join "author" as "a2" on "a2"."id" = "b1"."author_id" where "a2"."name" = ?) [1, 'x']
        postgres: update "line" set "quantity" = $1 where ("book_id", "number") in (select "l0"."book_id", "l0"."number" from "line" as "l0" left join "book" as "b1" on "b1"."id" = "l0"."book_id" left join "author" as "a2" on "a2"."id" = "b1"."author_id" where "a2"."name" = $2) [1, 'x']
        mysql: update `line` set `quantity` = ? where (`book_id`, `number`) in (select * from (select distinct `l0`.`book_id`, `l0`.`number` from `line` as `l0` left join `book` as `b1` on `b1`.`id` = `l0`.`book_id` left join `author` as `a2` on `a2`.`id` = `b1`.`author_id` where `a2`.`name` = ?) as `k`) [1, 'x']
    "#]],
    );
    let condition = Query::new("Book").filter("author.books.title", Test::Equal(text("x"))).select.condition;
    let delete = NativeDelete { entity: model("Book"), condition };
    check(
        &ALL,
        |_| DeleteWhere(&delete),
        expect![[r#"
        sqlite: delete from "book" where "id" in (select "b0"."id" from "book" as "b0" left join "author" as "a1" on "a1"."id" = "b0"."author_id" left join "book" as "b2" on "b2"."author_id" = "a1"."id" where "b2"."title" = ?) ['x']
        postgres: delete from "book" where "id" in (select "b0"."id" from "book" as "b0" left join "author" as "a1" on "a1"."id" = "b0"."author_id" left join "book" as "b2" on "b2"."author_id" = "a1"."id" where "b2"."title" = $1) ['x']
        mysql: delete from `book` where `id` in (select * from (select distinct `b0`.`id` from `book` as `b0` left join `author` as `a1` on `a1`.`id` = `b0`.`author_id` left join `book` as `b2` on `b2`.`author_id` = `a1`.`id` where `b2`.`title` = ?) as `k`) ['x']
    "#]],
    );
    let all = NativeDelete { entity: model("Tag"), condition: Condition::always() };
    check(
        &ALL,
        |_| DeleteWhere(&all),
        expect![[r#"
        sqlite: delete from "tag"
        mysql: delete from `tag`
    "#]],
    );
}
