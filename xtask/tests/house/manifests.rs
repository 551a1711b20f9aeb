//! Which crates may depend on which: read from cargo, so that features and targets are all seen.

use std::process::Command;

use serde_json::Value;

use crate::files::root;

/// What a crate may name of our own crates, and what it must not name of others (any version, any kind).
struct Rule {
    package: &'static str,
    ours: &'static [&'static str],
    never: &'static [&'static str],
}

const SQL_DRIVERS: [&str; 6] =
    ["rusqlite", "libsqlite3-sys", "sqlx", "sea-query", "tokio-postgres", "mysql_async"];
const MONGO_DRIVERS: [&str; 2] = ["mongodb", "bson"];

const RULES: [Rule; 8] = [
    Rule { package: "orm-macros", ours: &[], never: &[] },
    Rule { package: "orm-core", ours: &["orm-macros"], never: &[] },
    Rule { package: "orm-sql", ours: &["orm-core"], never: &MONGO_DRIVERS },
    Rule { package: "orm-mongo", ours: &["orm-core"], never: &SQL_DRIVERS },
    Rule { package: "orm", ours: &["orm-core", "orm-sql", "orm-mongo"], never: &[] },
    // What a user would write: one crate of ours.
    Rule { package: "orm-tests", ours: &["orm"], never: &[] },
    Rule { package: "orm-ui-tests", ours: &["orm"], never: &[] },
    Rule { package: "chinook", ours: &["orm"], never: &[] },
];

#[test]
fn crates_depend_downwards() {
    let mut findings = Vec::new();
    for package in packages() {
        let Some(rule) = RULES.iter().find(|rule| rule.package == package.name) else { continue };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let of_ours = RULES.iter().any(|rule| rule.package == name);
            // The examples of orm-core's documentation go through the public API.
            let is_for_examples = dependency.dev && name == "orm";
            if (of_ours && !rule.ours.contains(&name) && !is_for_examples) || rule.never.contains(&name) {
                findings.push(format!("{}: must not depend on {name}", package.manifest));
            }
        }
    }
    crate::assert_none(&findings, "the direction of imports between crates (ARCHITECTURE.md)");
}

#[test]
fn core_knows_no_database() {
    let findings: Vec<String> = named("orm-core")
        .dependencies
        .into_iter()
        .filter(|dependency| {
            SQL_DRIVERS.contains(&&*dependency.name) || MONGO_DRIVERS.contains(&&*dependency.name)
        })
        .map(|dependency| format!("orm-core depends on {}", dependency.name))
        .collect();
    crate::assert_none(&findings, "orm-core knows no SQL and no BSON");
}

#[test]
fn the_derive_depends_on_four_crates() {
    let findings: Vec<String> = named("orm-macros")
        .dependencies
        .into_iter()
        .filter(|dependency| !dependency.dev)
        .filter(|dependency| !["syn", "quote", "proc-macro2", "heck"].contains(&&*dependency.name))
        .map(|dependency| format!("orm-macros depends on {}", dependency.name))
        .collect();
    crate::assert_none(&findings, "every user of the derive builds what orm-macros depends on");
}

struct Package {
    name: String,
    manifest: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    dev: bool,
}

fn named(name: &str) -> Package {
    packages().into_iter().find(|package| package.name == name).expect("a member of the workspace")
}

/// The members of the workspace, as cargo understands their manifests.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo reads the manifests");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    list(&metadata["packages"]).map(package).collect()
}

fn package(package: &Value) -> Package {
    Package {
        name: text(&package["name"]),
        manifest: text(&package["manifest_path"]).replace(&format!("{}/", root().display()), ""),
        dependencies: list(&package["dependencies"])
            .map(|dependency| Dependency {
                name: text(&dependency["name"]),
                dev: dependency["kind"] == "dev",
            })
            .collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list in cargo's metadata").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string in cargo's metadata").to_owned()
}
