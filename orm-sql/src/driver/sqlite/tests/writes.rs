//! Batches and what they give back.

use orm_core::meta::EntityModel;
use orm_core::query::{Delete, NativeDelete, NativeUpdate, PivotDelete, PivotInsert, Update, UpdateRow};

use super::*;

fn model(name: &str) -> Arc<EntityModel> {
    let registry = registry();
    Arc::clone(registry.entity(entity(&registry, name)))
}

async fn write(connection: &mut dyn Connection, write: Write) -> Written {
    connection.write(write).await.unwrap()
}

/// All rows of a table.
async fn dump(driver: &SqliteDriver, sql: &str) -> Vec<String> {
    let rows = driver.acquire().await.unwrap().query(sql, vec![]).await.unwrap();
    let row = |row: Vec<Value>| row.iter().map(Value::to_string).collect::<Vec<_>>().join(" ");
    rows.into_iter().map(row).collect()
}

#[tokio::test]
async fn inserted_rows_give_back_their_keys_in_order() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let written = write(&mut *connection, insert_authors(&["a", "b"])).await;
    assert_eq!(written.affected, 2);
    assert_eq!(written.returned, [[Value::Int(3), Value::Int(1)], [Value::Int(4), Value::Int(1)]]);
    let empty =
        Write::Insert(Insert { entity: model("Author"), columns: vec![], rows: vec![], returning: vec![0] });
    assert_eq!(write(&mut *connection, empty).await.affected, 0);
}

#[tokio::test]
async fn any_number_of_rows_gives_back_as_many_keys() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let mut last = 2;
    for count in [1, 2, 3, 63, 64, 65, 127, 200] {
        let names: Vec<String> = (1..=count).map(|n| format!("author {}", last + n)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let written = write(&mut *connection, insert_authors(&names)).await;
        let keys: Vec<Value> = written.returned.iter().map(|row| row[0].clone()).collect();
        assert_eq!(keys, (last + 1..=last + count).map(Value::Int).collect::<Vec<_>>());
        last += count;
    }
    drop(connection);
    let wrong = "select count(*) from author where id > 2 and name != 'author ' || id";
    assert_eq!(dump(&driver, wrong).await, ["0"]);
}

#[tokio::test]
async fn rows_without_a_counted_key_give_back_their_defaults() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let rows = (10..20).rev().map(|id| vec![Value::Int(id), text("x")]).collect();
    let insert = Insert { entity: model("Author"), columns: vec![0, 1], rows, returning: vec![0, 5] };
    let written = write(&mut *connection, Write::Insert(insert)).await;
    let expected: Vec<_> = (10..20).rev().map(|id| vec![Value::Int(id), Value::Int(1)]).collect();
    assert_eq!(written.returned, expected);
}

#[tokio::test]
async fn a_row_of_defaults_can_be_inserted() {
    let driver = library(SqliteOptions::memory()).await;
    driver.acquire().await.unwrap().execute_script("drop table address; create table address (author_id integer primary key, city text not null default 'Rome')").await.unwrap();
    let mut connection = driver.connect().await.unwrap();
    let insert = Insert {
        entity: model("Address"),
        columns: vec![],
        rows: vec![vec![], vec![]],
        returning: vec![0, 1],
    };
    let written = write(&mut *connection, Write::Insert(insert)).await;
    assert_eq!(written.returned, [[Value::Int(1), text("Rome")], [Value::Int(2), text("Rome")]]);
}

#[tokio::test]
async fn a_batch_that_fails_half_way_writes_nothing() {
    let folder = Folder::new();
    let driver = library(folder.options()).await;
    let mut connection = driver.connect().await.unwrap();
    let insert = Insert {
        entity: model("Author"),
        columns: vec![1, 2],
        rows: ["new", "jon@x"].map(|email| vec![text("a"), text(email)]).into(),
        returning: vec![0],
    };
    let error = connection.write(Write::Insert(insert)).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    let Error::Driver(error) = error else { panic!("{error}") };
    assert_eq!((error.table.as_deref(), &*error.columns), (Some("author"), &["email".to_owned()][..]));
    assert!(error.sql.is_some_and(|sql| sql.starts_with("insert into")));
    assert_eq!(count_authors(&mut *connection).await, 2);
}

fn update(version: Option<usize>, guards: Vec<usize>, rows: Vec<UpdateRow>) -> Write {
    Write::Update(Update {
        entity: model("Author"),
        columns: vec![1],
        guards,
        version,
        rows,
        returning: vec![1, 5],
    })
}

fn row(id: i64, name: &str, expected: Vec<Value>) -> UpdateRow {
    UpdateRow { key: vec![Value::Int(id)], values: vec![text(name)], expected }
}

#[tokio::test]
async fn an_update_counts_versions_and_tells_whom_it_missed() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let rows = vec![
        row(1, "J", vec![Value::Int(1), Value::Int(40)]),
        row(2, "A", vec![Value::Int(7), Value::Null]),
        row(9, "?", vec![Value::Int(1), Value::Null]),
        row(2, "A", vec![Value::Int(1), Value::Null]),
    ];
    let written = write(&mut *connection, update(Some(5), vec![5, 3], rows)).await;
    assert_eq!(written.affected, 2);
    assert_eq!(written.missed, [1, 2]);
    assert_eq!(
        written.returned,
        [vec![text("J"), Value::Int(2)], vec![], vec![], vec![text("A"), Value::Int(2)]]
    );
    let only_a_check = Update {
        entity: model("Author"),
        columns: vec![],
        guards: vec![5],
        version: None,
        rows: vec![UpdateRow { key: vec![Value::Int(1)], values: vec![], expected: vec![Value::Int(1)] }],
        returning: vec![],
    };
    assert_eq!(write(&mut *connection, Write::Update(only_a_check)).await.missed, [0]);
}

#[tokio::test]
async fn deletes_go_by_key_and_guards() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let delete =
        |name: &str, guards: Vec<usize>, rows| Write::Delete(Delete { entity: model(name), guards, rows });
    let guarded = vec![(vec![Value::Int(1)], vec![text("Two")]), (vec![Value::Int(2)], vec![text("Two")])];
    let written = write(&mut *connection, delete("Book", vec![1], guarded)).await;
    assert_eq!((written.affected, &*written.missed), (1, &[0][..]));
    let many = (2..25_000).map(|id| (vec![Value::Int(id)], vec![])).collect();
    assert_eq!(write(&mut *connection, delete("Book", vec![], many)).await.affected, 1);
    let one = vec![(vec![Value::Int(1)], vec![])];
    assert_eq!(write(&mut *connection, delete("Book", vec![], one)).await.affected, 1);
    let referenced = connection.write(insert_authors(&["x"])).await;
    assert!(referenced.is_ok());
    drop(connection);
    let mut plain = driver.acquire().await.unwrap();
    plain.execute_script("insert into book (id, title, author_id) values (7, 'x', 1); insert into line values (7, 1, 1), (7, 2, 1), (7, 3, 1);").await.unwrap();
    drop(plain);
    let mut connection = driver.connect().await.unwrap();
    let error =
        connection.write(delete("Author", vec![], vec![(vec![Value::Int(1)], vec![])])).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    let lines = (1..9).map(|n| (vec![Value::Int(7), Value::Int(n)], vec![])).collect();
    assert_eq!(write(&mut *connection, delete("Line", vec![], lines)).await.affected, 3);
}

#[tokio::test]
async fn pivot_rows_come_and_go() {
    let driver = library(SqliteOptions::memory()).await;
    driver.acquire().await.unwrap().execute("insert into tag values ('a'), ('b')", vec![]).await.unwrap();
    let book = model("Book");
    let pivot = Arc::clone(book.properties[5].relation.as_ref().unwrap().pivot.as_ref().unwrap());
    let pair = |book: i64, tag: &str| vec![Value::Int(book), text(tag)];
    let mut connection = driver.connect().await.unwrap();
    let insert = |ignore_existing, rows| {
        Write::PivotInsert(PivotInsert { pivot: Arc::clone(&pivot), rows, ignore_existing })
    };
    let rows = vec![pair(1, "a"), pair(1, "b"), pair(2, "a"), pair(3, "b")];
    assert_eq!(write(&mut *connection, insert(false, rows.clone())).await.affected, 4);
    assert!(connection.write(insert(false, rows.clone())).await.unwrap_err().is_unique_violation());
    assert_eq!(write(&mut *connection, insert(true, rows)).await.affected, 0);
    let rows = vec![pair(3, "b"), vec![Value::Int(1)], vec![Value::Int(9)]];
    let delete = Write::PivotDelete(PivotDelete { pivot: Arc::clone(&pivot), rows });
    assert_eq!(write(&mut *connection, delete).await.affected, 3);
    drop(connection);
    assert_eq!(dump(&driver, "select book_id, tag_name from book_tags").await, ["2 'a'"]);
}

#[tokio::test]
async fn native_writes_go_by_condition() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let condition = |path: &str, test| Query::new("Book").filter(path, test).select.condition;
    let update = |set, condition| Write::NativeUpdate(NativeUpdate { entity: model("Book"), set, condition });
    let price = |price: i64| vec![(2, Value::Int(price)), (1, text("new"))];
    let by_author = condition("author.name", Test::Equal(text("Jon")));
    assert_eq!(write(&mut *connection, update(price(1), by_author)).await.affected, 2);
    let by_title = condition("title", Test::Equal(text("Three")));
    assert_eq!(write(&mut *connection, update(price(3), by_title)).await.affected, 1);
    assert_eq!(
        write(&mut *connection, update(vec![(2, Value::Null)], Condition::always())).await.affected,
        3
    );
    let delete = |condition| Write::NativeDelete(NativeDelete { entity: model("Book"), condition });
    assert_eq!(write(&mut *connection, delete(condition("tags", Test::NotNull))).await.affected, 0);
    assert_eq!(
        write(&mut *connection, delete(condition("author.id", Test::Equal(Value::Int(2))))).await.affected,
        1
    );
    assert_eq!(
        write(&mut *connection, delete(condition("author.books.title", Test::NotNull))).await.affected,
        2
    );
}

#[tokio::test]
async fn what_cannot_be_stored_names_the_property() {
    let driver = library(SqliteOptions::memory()).await;
    let mut connection = driver.connect().await.unwrap();
    let insert = Insert {
        entity: model("Author"),
        columns: vec![1, 3],
        rows: vec![vec![text("a"), Value::UInt(u64::MAX)]],
        returning: vec![],
    };
    let error = connection.write(Write::Insert(insert)).await.unwrap_err();
    assert!(matches!(error, Error::Encode { entity: "Author", property: "age", .. }), "{error}");
    let query = Query::new("Book").filter("author.age", Test::Less(Value::Float(f64::NAN)));
    let error = rows(&mut *connection, query).await.unwrap_err();
    assert!(matches!(error, Error::Encode { entity: "Author", property: "age", .. }), "{error}");
}
