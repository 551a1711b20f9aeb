//! What plans become: text and binds, beside each other.

use std::sync::Arc;

use expect_test::{Expect, expect};
use orm_core::query::{Condition, Nulls, Path, PivotSource, Test};
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::dialect::Dialect;
use crate::lower::bind::{Binder, Place};
use crate::lower::library::{Query, entity, text};
use crate::lower::list::ListForm;
use crate::lower::select::{Compiled, lower_count, lower_select};

/// Writes down what is bound.
#[derive(Default)]
struct Recorder(Vec<String>);

impl Binder for Recorder {
    fn value(&mut self, value: &Value, _: Place) -> Result<()> {
        self.0.push(value.to_string());
        Ok(())
    }
    fn number(&mut self, number: u64) -> Result<()> {
        self.0.push(number.to_string());
        Ok(())
    }
    fn text(&mut self, text: &str, _: Place) -> Result<()> {
        self.0.push(format!("'{text}'"));
        Ok(())
    }
    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, form: ListForm, _: Place) -> Result<()> {
        self.0.push(format!("{form:?} list of {}", values.count()));
        Ok(())
    }
    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, _: Place) -> Result<()> {
        self.0.push(format!("keys of {}", keys.count()));
        Ok(())
    }
}

fn shown(query: &Query, compiled: &Compiled) -> String {
    let mut recorder = Recorder::default();
    compiled.binds.bind(Dialect::Sqlite, &query.select, &mut recorder).unwrap();
    let lines = [" from ", " left join ", " inner join ", " where ", " group by ", " order by ", " limit "];
    let sql = lines
        .iter()
        .fold(compiled.sql.to_string(), |sql, word| sql.replace(word, &format!("\n{}", &word[1..])));
    let params = recorder.0;
    assert_eq!(sql.matches('?').count(), params.len(), "{sql}\n{params:?}");
    if params.is_empty() { sql } else { format!("{sql}\n[{}]", params.join(", ")) }
}

fn check(query: Query, expected: Expect) {
    let compiled = lower_select(Dialect::Sqlite, &query.registry, &query.select).unwrap();
    expected.assert_eq(&shown(&query, &compiled));
}

fn check_count(query: Query, expected: Expect) {
    let compiled = lower_count(Dialect::Sqlite, &query.registry, &query.select).unwrap();
    expected.assert_eq(&shown(&query, &compiled));
}

fn check_where(root: &str, path: &str, test: Test, expected: Expect) {
    let query = Query::new(root).columns(&[0]).filter(path, test);
    check(query, expected);
}

fn ints(values: std::ops::Range<i64>) -> Vec<Value> {
    values.map(Value::Int).collect()
}

fn keys(values: std::ops::Range<i64>) -> Vec<Vec<Value>> {
    values.map(|value| vec![Value::Int(value)]).collect()
}

#[test]
fn columns_stand_where_the_selection_says() {
    check(Query::new("Author"), expect![[""]]);
    check(Query::new("Line").columns(&[0, 1]), expect![[""]]);
}

#[test]
fn required_relations_join_inner_until_one_is_optional() {
    check(Query::new("Book").columns(&[0]).populate("author").populate("publisher.director"), expect![[""]]);
    check(Query::new("Note").columns(&[0]).populate("line.book.author"), expect![[""]]);
}

#[test]
fn collections_join_left_and_come_in_their_order() {
    check(Query::new("Author").columns(&[0]).populate("books").populate("address"), expect![[""]]);
    check(Query::new("Book").columns(&[0]).populate("tags").populate("lines.notes"), expect![[""]]);
    check(Query::new("Tag").populate("books").order("name desc"), expect![[""]]);
}

#[test]
fn a_condition_joins_beside_what_is_loaded() {
    check(
        Query::new("Book")
            .columns(&[0])
            .populate("author")
            .filter("author.name", Test::Equal(text("Jon")))
            .filter("author.age", Test::Greater(Value::Int(3))),
        expect![[""]],
    );
}

#[test]
fn a_shared_join_serves_both() {
    check(
        Query::new("Book").columns(&[0]).populate("author!").filter("author.name", Test::Equal(text("Jon"))),
        expect![[""]],
    );
    check(
        Query::new("Author").columns(&[0]).populate("books!").filter("books.title", Test::Equal(text("x"))),
        expect![[""]],
    );
    check(
        Query::new("Author")
            .columns(&[0])
            .populate("books!")
            .filter("books.title", Test::Equal(text("x")))
            .limit(3),
        expect![[""]],
    );
}

#[test]
fn a_path_to_a_foreign_key_needs_no_join() {
    check_where("Book", "author.id", Test::Equal(Value::Int(1)), expect![[""]]);
    check_where("Book", "author", Test::KeyIn(keys(1..2)), expect![[""]]);
    check_where("Book", "publisher", Test::Null, expect![[""]]);
    check_where("Book", "author.address", Test::KeyIn(keys(1..2)), expect![[""]]);
    check_where("Address", "author.id", Test::Equal(Value::Int(1)), expect![[""]]);
    check_where("Note", "line.book.id", Test::Equal(Value::Int(1)), expect![[""]]);
    check_where("Note", "line.book.author.id", Test::Equal(Value::Int(1)), expect![[""]]);
}

#[test]
fn a_path_to_a_pivots_key_joins_the_pivot_alone() {
    check_where("Book", "tags", Test::KeyIn(vec![vec![text("a")]]), expect![[""]]);
    check_where("Book", "tags.name", Test::Equal(text("a")), expect![[""]]);
    check_where("Book", "tags", Test::Null, expect![[""]]);
    check_where("Author", "books.tags.name", Test::StartsWith("a".into()), expect![[""]]);
}

#[test]
fn composite_keys_compare_as_rows() {
    let key = |book, number| vec![Value::Int(book), Value::Int(number)];
    check_where("Note", "line", Test::KeyIn(vec![key(1, 2)]), expect![[""]]);
    check_where("Note", "line", Test::KeyIn(vec![key(1, 2), key(1, 3)]), expect![[""]]);
    check_where("Line", "", Test::KeyIn((0..9).map(|n| key(n, n)).collect()), expect![[""]]);
    check_where("Note", "line", Test::Null, expect![[""]]);
    check_where("Note", "line", Test::NotNull, expect![[""]]);
    let uneven = Query::new("Note").filter("line", Test::KeyIn(vec![vec![Value::Int(1)]]));
    assert!(lower_select(Dialect::Sqlite, &uneven.registry, &uneven.select).is_err());
    let single = Query::new("Note").filter("line", Test::Equal(Value::Int(1)));
    let error = lower_select(Dialect::Sqlite, &single.registry, &single.select).unwrap_err();
    expect![[""]].assert_eq(&error.to_string());
}

#[test]
fn a_list_of_any_length_is_one_shape() {
    check_where("Author", "age", Test::In(vec![]), expect![[""]]);
    check_where("Author", "age", Test::NotIn(vec![]), expect![[""]]);
    check_where("Author", "age", Test::In(ints(0..1)), expect![[""]]);
    check_where("Author", "age", Test::NotIn(ints(0..3)), expect![[""]]);
    check_where("Author", "age", Test::In(ints(0..5)), expect![[""]]);
    check_where("Author", "age", Test::In(vec![Value::Null, Value::Int(1)]), expect![[""]]);
    check_where("Author", "age", Test::NotIn(vec![Value::Null, Value::Int(1)]), expect![[""]]);
    check_where("Author", "age", Test::In(vec![Value::Null]), expect![[""]]);
    check_where("Author", "name", Test::In(vec![Value::Bytes(vec![1]); 7]), expect![[""]]);
    check_where("Author", "name", Test::In(vec![text("a\0b"); 6]), expect![[""]]);
    check_where("Author", "name", Test::In(vec![Value::Float(0.5); 6]), expect![[""]]);
    check_where("Author", "", Test::KeyIn(vec![]), expect![[""]]);
}

#[test]
fn scalar_tests() {
    let word = || "a%_[*?\\".to_owned();
    check_where("Author", "name", Test::Equal(text("x")), expect![[""]]);
    check_where("Author", "name", Test::Equal(Value::Null), expect![[""]]);
    check_where("Author", "name", Test::NotEqual(text("x")), expect![[""]]);
    check_where("Author", "name", Test::NotEqual(Value::Null), expect![[""]]);
    check_where("Author", "age", Test::Between(Value::Int(1), Value::Int(2)), expect![[""]]);
    check_where("Author", "name", Test::Like(r"a%_\%\_*".into()), expect![[""]]);
    check_where("Author", "name", Test::LikeIgnoringCase("a%".into()), expect![[""]]);
    check_where("Author", "name", Test::Contains(word()), expect![[""]]);
    check_where("Author", "name", Test::StartsWith(word()), expect![[""]]);
    check_where("Author", "name", Test::EndsWith(word()), expect![[""]]);
    check_where("Author", "name", Test::NotNull, expect![[""]]);
}

#[test]
fn groups_have_parentheses_where_they_matter() {
    let query = Query::new("Author").columns(&[0]);
    let age = |n: i64| Condition::Property(query.path("age"), Test::Equal(Value::Int(n)));
    let condition = Condition::All(vec![
        Condition::Any(vec![age(1), Condition::Any(vec![age(2)]), Condition::All(vec![age(3), age(4)])]),
        Condition::All(vec![age(5), Condition::All(vec![])]),
        Condition::Not(Box::new(Condition::Any(vec![]))),
        Condition::Any(vec![]),
    ]);
    check(query.condition(condition), expect![[""]]);
}

#[test]
fn a_limit_with_repeated_roots_limits_their_keys() {
    check(
        Query::new("Author").columns(&[0]).populate("books").order("name").limit(2).offset(1),
        expect![[""]],
    );
    check(
        Query::new("Author")
            .columns(&[0])
            .filter("books.title", Test::Equal(text("x")))
            .order("books.publisher.name desc")
            .limit(2),
        expect![[""]],
    );
    check(Query::new("Line").columns(&[0, 1]).populate("notes").limit(1), expect![[""]]);
    check(Query::new("Book").columns(&[0]).populate("author").order("author.name").limit(1), expect![[""]]);
    check(Query::new("Book").columns(&[0]).offset(1), expect![[""]]);
}

#[test]
fn a_collection_in_the_condition_repeats_no_root() {
    check(
        Query::new("Author").columns(&[0]).filter("books.title", Test::Equal(text("x"))).order("age"),
        expect![[""]],
    );
    check(Query::new("Author").columns(&[0]).order("books.title"), expect![[""]]);
    check(Query::new("Author").columns(&[0]).populate("books").order("books.title"), expect![[""]]);
}

#[test]
fn a_count_counts_roots() {
    check_count(Query::new("Author").limit(1).order("name"), expect![[""]]);
    check_count(Query::new("Book").filter("author.name", Test::Equal(text("x"))), expect![[""]]);
    check_count(Query::new("Author").filter("books.title", Test::Equal(text("x"))), expect![[""]]);
    check_count(Query::new("Line").filter("notes.text", Test::Equal(text("x"))), expect![[""]]);
}

#[test]
fn items_come_through_the_pivot() {
    let pivot = |mut query: Query, owner: &str, path: &str, keys| {
        let owner = entity(&query.registry, owner);
        let property = crate::lower::library::path(&query.registry, owner, path).0[0];
        query.select.pivot = Some(PivotSource { owner, property: property.into(), owner_keys: keys });
        query
    };
    check(pivot(Query::new("Tag"), "Book", "tags", keys(1..9)).order("name"), expect![[""]]);
    check(
        pivot(Query::new("Book").columns(&[0]), "Tag", "books", vec![vec![text("a")]])
            .populate("author")
            .filter("title", Test::Equal(text("x")))
            .order("title"),
        expect![[""]],
    );
    check(
        pivot(Query::new("Book").columns(&[0]), "Tag", "books", vec![vec![text("a")]])
            .populate("lines")
            .limit(1),
        expect![[""]],
    );
    check_count(
        pivot(Query::new("Book"), "Tag", "books", vec![vec![text("a")]])
            .filter("lines.quantity", Test::Equal(Value::Int(1))),
        expect![[""]],
    );
}

#[test]
fn nulls_and_distinct() {
    let mut query = Query::new("Author").columns(&[3]).order("age desc").order("favourite").order("");
    query.select.distinct = true;
    query.select.order[0].nulls = Nulls::Last;
    query.select.order[1].nulls = Nulls::First;
    check(query, expect![[""]]);
}

#[test]
fn a_wide_condition_is_grouped_and_a_deep_one_refused() {
    let query = Query::new("Author");
    let age = || Condition::Property(query.path("age"), Test::Equal(Value::Int(1)));
    let lower = |condition: Condition| {
        let mut select = query.select.clone();
        select.condition = condition;
        lower_select(Dialect::Sqlite, &query.registry, &select)
    };
    assert!(lower(Condition::Any((0..30_000).map(|_| age()).collect())).is_ok());
    let error = lower(Condition::Any((0..40_000).map(|_| age()).collect())).unwrap_err();
    expect![[""]].assert_eq(&error.to_string());
    let nest = |depth| (0..depth).fold(age(), |inner, _| Condition::Not(Box::new(inner)));
    assert!(lower(nest(300)).is_ok());
    let error = lower(nest(950)).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

#[test]
fn a_path_that_leads_nowhere_is_an_error() {
    let query = Query::new("Author");
    let lower = |steps: &[u16], test: Test| {
        let mut select = query.select.clone();
        select.condition = Condition::Property(Path(steps.into()), test);
        lower_select(Dialect::Sqlite, &query.registry, &select).unwrap_err().to_string()
    };
    expect![[""]].assert_eq(&lower(&[99], Test::Null));
    expect![[""]].assert_eq(&lower(&[1, 0], Test::Null));
    let mut select = query.select.clone();
    Arc::make_mut(&mut select.selection).branches.push(orm_core::query::Branch {
        property: 1,
        selection: (*query.select.selection).clone(),
        shares_condition_join: false,
    });
    assert!(lower_select(Dialect::Sqlite, &query.registry, &select).is_err());
}
