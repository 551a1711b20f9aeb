//! The README's table of what works: where it says yes, the suite runs on that database.

use std::path::Path;

use crate::files::root;

/// The columns of the table, and the module of tests that `on_every_database!` makes for each.
const DATABASES: [(&str, &str); 3] =
    [("SQLite", "sqlite"), ("PostgreSQL", "postgres"), ("MariaDB, MySQL", "mysql")];

#[test]
fn what_the_readme_says_works_is_tested_there() {
    let readme = read("README.md");
    let matrix = read("tests/suite/harness/matrix.rs");
    let rows = table(&readme);
    assert!(rows.len() > 5, "the README has a table of what works");
    let mut findings = Vec::new();
    for cells in &rows[1..] {
        for (title, cell) in rows[0].iter().zip(cells) {
            let Some((_, module)) = DATABASES.iter().find(|(name, _)| name == title) else { continue };
            if *cell != "yes" {
                continue;
            }
            if !matrix.contains(&format!("mod {module} {{")) {
                findings.push(format!("{}: the suite does not run on {title}", cells[0]));
            }
            let path = cells.last().map_or("", |cell| cell.trim_matches('`'));
            findings.extend(untested(path).into_iter().map(|file| format!("{}: {file}", cells[0])));
        }
    }
    crate::assert_none(
        &findings,
        "list the tests in `on_every_database!`, or write in the README what holds",
    );
}

/// The rows of the table under the heading, as cells; the header first.
fn table(readme: &str) -> Vec<Vec<&str>> {
    let Some((_, section)) = readme.split_once("\n## What works\n") else { return Vec::new() };
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    lines
        .take_while(|line| line.starts_with('|'))
        .filter(|line| !line.starts_with("|-"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// What of a file or folder of the suite does not run on every database.
fn untested(path: &str) -> Vec<String> {
    let full = root().join(path);
    if !path.starts_with("tests/suite/") || !full.exists() {
        return vec![format!("`{path}` is no file or folder of the suite")];
    }
    let is_tested = |file: &Path| read_at(file).contains("\non_every_database!(");
    match full.is_dir() {
        true if files(&full).iter().any(|file| is_tested(file)) => Vec::new(),
        false if is_tested(&full) => Vec::new(),
        _ => vec![format!("`{path}` has no test for every database")],
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of ours can be listed");
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

fn read(path: &str) -> String {
    read_at(&root().join(path))
}

fn read_at(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of ours can be read")
}

#[test]
fn a_table_is_read_by_its_bars() {
    let text =
        "# a\n\n## What works\n\nWords.\n\n| what | SQLite |\n|---|---|\n| a b | yes |\n\n| no | more |\n";
    assert_eq!(table(text), [vec!["what", "SQLite"], vec!["a b", "yes"]]);
}
