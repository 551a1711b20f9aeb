//! What the program does, as tests. Those that need the database say so when it is not there.

use super::*;

/// A variable names the folder, or it lies beside the repository.
fn database() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chinook");
    let path = std::env::var_os("CHINOOK_DIR").map_or_else(beside, PathBuf::from).join("chinook.sqlite");
    if path.exists() {
        return Some(path);
    }
    println!("nothing was tested: set CHINOOK_DIR to the folder of the Chinook database");
    None
}

async fn in_memory() -> Orm {
    let orm = open(":memory:").await.expect("a database in memory opens");
    orm.schema().create().await.expect("the entities make a schema");
    orm
}

#[tokio::test]
async fn entities_and_sql_agree() {
    let Some(path) = database() else { return };
    let before = std::fs::metadata(&path).and_then(|data| data.modified()).expect("the file is there");
    let checks = file(&path).await.expect("the database is Chinook");
    assert_eq!(checks.differences(), [] as [String; 0]);
    let after = std::fs::metadata(&path).and_then(|data| data.modified()).expect("the file is there");
    assert_eq!(before, after, "the original is only read");
}

#[tokio::test]
async fn the_entities_make_a_schema_of_eleven_tables() {
    let orm = in_memory().await;
    let sql = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by 1";
    let tables = Checks::default().rows(&orm.em(), sql, vec![]).await.expect("SQLite lists its tables");
    let expected = [
        "Album",
        "Artist",
        "Customer",
        "Employee",
        "Genre",
        "Invoice",
        "InvoiceLine",
        "MediaType",
        "Playlist",
        "PlaylistTrack",
        "Track",
    ];
    assert_eq!(tables, expected);
    let mut checks = Checks::default();
    read::everything(&orm, &mut checks).await.expect("empty tables can be read");
    assert_eq!(checks.differences(), [] as [String; 0]);
}

#[tokio::test]
async fn a_difference_is_told() {
    let orm = in_memory().await;
    let mut checks = Checks::default();
    let rows = ["1 | a".to_owned(), "2 | b".to_owned()];
    let sql = "select 1, 'a' union all select 2, 'c'";
    checks.same(&orm.em(), "letters", &rows, sql, vec![]).await.expect("the statement runs");
    assert_eq!(checks.differences().len(), 1);
    assert!(checks.differences()[0].contains("row 2 is\n    2 | b"), "{}", checks.differences()[0]);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(file(&path).await.is_err());
    assert!(file(Path::new("there is no such file")).await.is_err());
}
