//! Selects, counts and plain SQL.

use std::any::Any;

use orm_core::driver::{Connection, Row, RowSink};
use orm_core::query::{Condition, PivotSource, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};

use super::library::{Library, count_authors, insert_authors, on_every_database, rows};
use crate::dialect::Dialect;
use crate::lower::library::{Query, entity, text};

on_every_database!(
    rows_come_in_the_layout_of_the_selection,
    items_of_collections_come_with_their_owners_keys,
    patterns_go_by_case_unless_told_otherwise,
    lists_of_every_length_and_kind_find_the_same,
    keys_of_several_columns_find_their_rows,
    a_wide_condition_runs_and_a_deep_one_is_refused,
    a_repeated_query_builds_no_text,
    a_limit_counts_roots_and_keeps_their_order,
    what_a_sink_refuses_ends_the_query,
);

async fn rows_come_in_the_layout_of_the_selection(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let query = Query::new("Author").columns(&[0, 1, 3]).populate("books").order("name");
    let found = rows(&mut *connection, query).await.unwrap();
    assert_eq!(found, ["2 'Ann' null 3", "1 'Jon' 40 1", "1 'Jon' 40 2"]);
    let query = Query::new("Book").columns(&[0, 2]).filter("author.name", Test::Equal(text("Jon")));
    assert_eq!(connection.count(query.select.clone()).await.unwrap(), 2);
    assert_eq!(rows(&mut *connection, query).await.unwrap(), ["1 9.5", "2 null"]);
}

async fn items_of_collections_come_with_their_owners_keys(on: Dialect) {
    let library = Library::new(on).await;
    library.run("insert into tag values ('a'), ('b');
            insert into book_tags (position, book_id, tag_name) values (1, 1, 'b'), (2, 1, 'a'), (3, 2, 'a');").await;
    let mut connection = library.connect().await;
    let mut query = Query::new("Tag");
    let owner = entity(&query.registry, "Book");
    let owner_keys = (1..9).map(|id| vec![Value::Int(id)]).collect();
    query.select.pivot = Some(PivotSource { owner, property: 5, owner_keys });
    assert_eq!(connection.count(query.select.clone()).await.unwrap(), 3);
    assert_eq!(rows(&mut *connection, query).await.unwrap(), ["1 'b'", "1 'a'", "2 'a'"]);
}

/// Ids of the authors that pass a test.
async fn authors(connection: &mut dyn Connection, path: &str, test: Test) -> Vec<String> {
    rows(connection, Query::new("Author").columns(&[0]).filter(path, test)).await.unwrap()
}

async fn patterns_go_by_case_unless_told_otherwise(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let connection = &mut *connection;
    connection.write(insert_authors(&["jonny", "a%b", "a[b]*", "ü?x"])).await.unwrap();
    let cases: [(Test, &[&str]); 16] = [
        (Test::Like("Jon%".into()), &["1"]),
        (Test::Like("_on%".into()), &["1", "3"]),
        (Test::Like(r"a\%b".into()), &["4"]),
        (Test::Like("a[b]*".into()), &["5"]),
        (Test::Like("_?x".into()), &["6"]),
        (Test::LikeIgnoringCase("JON%".into()), &["1", "3"]),
        (Test::LikeIgnoringCase(r"A\%b".into()), &["4"]),
        (Test::Contains("on".into()), &["1", "3"]),
        (Test::Contains("%".into()), &["4"]),
        (Test::Contains(String::new()), &["1", "2", "3", "4", "5", "6"]),
        (Test::StartsWith("jo".into()), &["3"]),
        (Test::StartsWith("a[".into()), &["5"]),
        (Test::EndsWith("*".into()), &["5"]),
        (Test::EndsWith("n".into()), &["1", "2"]),
        (Test::EndsWith(String::new()), &["1", "2", "3", "4", "5", "6"]),
        (Test::StartsWith("ü?".into()), &["6"]),
    ];
    for (test, expected) in cases {
        assert_eq!(authors(connection, "name", test.clone()).await, expected, "{test:?}");
    }
    let nul = rows(connection, Query::new("Author").filter("name", Test::StartsWith("a\0".into()))).await;
    match on {
        Dialect::Sqlite | Dialect::Postgres => {
            assert!(matches!(nul, Err(Error::Encode { property: "name", .. })));
        }
        Dialect::MySql | Dialect::MariaDb => assert!(nul.unwrap().is_empty()),
    }
}

async fn lists_of_every_length_and_kind_find_the_same(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let connection = &mut *connection;
    for padding in [0, 1, 2, 3, 10, 70_000] {
        let mut values = vec![Value::Int(40)];
        values.extend((0..padding).map(|n| Value::Int(n + 100)));
        assert_eq!(authors(connection, "age", Test::In(values.clone())).await, ["1"], "{padding}");
        assert!(authors(connection, "age", Test::NotIn(values.clone())).await.is_empty());
        values.push(Value::Null);
        assert_eq!(authors(connection, "age", Test::In(values.clone())).await, ["1", "2"]);
        assert!(authors(connection, "age", Test::NotIn(values)).await.is_empty());
        let mut names = vec![text("Jon \"\\\n\u{1f600}"), text("Ann")];
        names.extend((0..padding).map(|n| text(&n.to_string())));
        assert_eq!(authors(connection, "name", Test::In(names)).await, ["2"]);
        let mut keys = vec![vec![Value::Int(2)]];
        keys.extend((0..padding).map(|n| vec![Value::Int(n + 100)]));
        assert_eq!(authors(connection, "", Test::KeyIn(keys.clone())).await, ["2"]);
        assert_eq!(authors(connection, "books.author", Test::KeyIn(keys)).await, ["2"]);
    }
    let floats = |count: i32| Test::In((0..count).map(|n| Value::Float(f64::from(n) + 40.0)).collect());
    assert_eq!(authors(connection, "age", floats(30_000)).await, ["1"]);
    let many = rows(connection, Query::new("Author").columns(&[0]).filter("age", floats(40_000))).await;
    match on {
        // They have to be a parameter each.
        Dialect::Sqlite => assert!(matches!(many, Err(Error::Unsupported { .. }))),
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => assert_eq!(many.unwrap(), ["1"]),
    }
    if on == Dialect::Sqlite {
        let bytes = Test::In((0..=255).map(|byte| Value::Bytes(vec![byte])).collect());
        assert!(authors(connection, "name", bytes).await.is_empty());
    }
}

async fn keys_of_several_columns_find_their_rows(on: Dialect) {
    let library = Library::new(on).await;
    library
        .run(
            "insert into line values (1, 1, 5), (1, 2, 6), (2, 1, 7);
            insert into note values (1, 'a', 1, 2), (2, 'b', 2, 1), (3, 'c', null, null);",
        )
        .await;
    let mut connection = library.connect().await;
    let key = |book, number| vec![Value::Int(book), Value::Int(number)];
    for padding in [0, 1, 2, 20, 40_000] {
        let mut keys = vec![key(1, 2), vec![Value::Null, Value::Null]];
        keys.extend((0..padding).map(|n| key(n + 100, 2)));
        let query = Query::new("Note").columns(&[0]).filter("line", Test::KeyIn(keys.clone()));
        assert_eq!(rows(&mut *connection, query).await.unwrap(), ["1"], "{padding}");
        let query = Query::new("Line").columns(&[2]).filter("", Test::KeyIn(keys));
        assert_eq!(rows(&mut *connection, query).await.unwrap(), ["6"]);
    }
    let query = Query::new("Note").columns(&[0]).filter("line", Test::Null);
    assert_eq!(rows(&mut *connection, query).await.unwrap(), ["3"]);
    let query = Query::new("Note").columns(&[0]).filter("line", Test::NotNull);
    assert_eq!(rows(&mut *connection, query).await.unwrap(), ["1", "2"]);
}

async fn a_wide_condition_runs_and_a_deep_one_is_refused(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let query = || Query::new("Author").columns(&[0]);
    let age = |n: i64| Condition::Property(query().path("age"), Test::Equal(Value::Int(n)));
    let any = Condition::Any((0..3_000).map(age).collect());
    assert_eq!(rows(&mut *connection, query().condition(any)).await.unwrap(), ["1"]);
    for depth in [100, 200, 390] {
        let alternating = (0..depth).fold(age(40), |inner, level| match level % 2 {
            0 => Condition::Any(vec![inner, age(1)]),
            _ => Condition::All(vec![inner, age(40)]),
        });
        assert_eq!(rows(&mut *connection, query().condition(alternating)).await.unwrap(), ["1"], "{depth}");
    }
    let deep = (0..1_000).fold(age(40), |inner, _| Condition::Not(Box::new(inner)));
    assert!(matches!(rows(&mut *connection, query().condition(deep)).await, Err(Error::Unsupported { .. })));
}

async fn a_repeated_query_builds_no_text(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let query = |name: &str, limit| {
        let query = Query::new("Author").columns(&[0]).filter("name", Test::Equal(text(name)));
        query.filter("books.price", Test::In((0..limit as i64).map(Value::Int).collect())).limit(limit)
    };
    rows(&mut *connection, query("Jon", 17)).await.unwrap();
    let renders = library.renders();
    for limit in 18..30 {
        rows(&mut *connection, query("Ann", limit)).await.unwrap();
    }
    assert_eq!(library.renders(), renders);
    // Another selection with the same hash is another statement.
    let other = Query { ..query("Ann", 8) }.columns(&[0, 1]);
    assert_eq!(rows(&mut *connection, other).await.unwrap(), ["2 'Ann'"]);
    assert_eq!(library.renders(), renders + 1);
    let null = Query::new("Author").columns(&[0]).filter("name", Test::Equal(Value::Null));
    assert!(rows(&mut *connection, null).await.unwrap().is_empty());
    assert_eq!(library.renders(), renders + 2);
}

async fn a_limit_counts_roots_and_keeps_their_order(on: Dialect) {
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let query = || Query::new("Author").columns(&[0]).populate("books");
    let found = rows(&mut *connection, query().order("name").limit(1)).await.unwrap();
    assert_eq!(found, ["2 3"]);
    let found = rows(&mut *connection, query().order("name").offset(1)).await.unwrap();
    assert_eq!(found, ["1 1", "1 2"]);
    let found = rows(&mut *connection, query().order("books.title desc").limit(1)).await.unwrap();
    assert_eq!(found, ["1 1", "1 2"]);
    let in_condition = query().filter("books.title", Test::Contains("e".into())).order("name desc");
    assert_eq!(connection.count(in_condition.select.clone()).await.unwrap(), 2);
    assert_eq!(rows(&mut *connection, in_condition.limit(5)).await.unwrap(), ["1 1", "1 2", "2 3"]);
    let shared = || Query::new("Author").columns(&[0]).populate("books!");
    let one = || shared().filter("books.title", Test::Equal(text("One")));
    assert_eq!(rows(&mut *connection, one()).await.unwrap(), ["1 1"]);
    assert_eq!(rows(&mut *connection, one().limit(5)).await.unwrap(), ["1 1"]);
    let greatest = Query::new("Author").columns(&[0]).order("").limit(u64::MAX).offset(1);
    assert_eq!(rows(&mut *connection, greatest).await.unwrap(), ["2"]);
}

async fn what_a_sink_refuses_ends_the_query(on: Dialect) {
    struct Refusing(u32);
    impl RowSink for Refusing {
        fn row(&mut self, _: &dyn Row) -> Result<()> {
            self.0 += 1;
            match self.0 {
                2 => Err(Error::Removed { entity: "Author" }),
                _ => Ok(()),
            }
        }
        fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
            self
        }
    }
    let library = Library::new(on).await;
    let mut connection = library.connect().await;
    let refused = connection.select(Query::new("Book").select, Box::new(Refusing(0))).await;
    assert!(matches!(refused.err(), Some(Error::Removed { .. })));
    assert_eq!(count_authors(&mut *connection).await, 2);
}
