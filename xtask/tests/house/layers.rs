//! Imports run downwards: a module names its own layer or a lower one, though rustc allows cycles in a crate.

use std::collections::BTreeSet;

use crate::files::{TextFile, tracked};
use crate::tokens::{crate_paths, lex, reexports};

/// The layers of one crate, lowest first: the table to extend when a module is new.
struct Layers {
    src: &'static str,
    layers: &'static [&'static [&'static str]],
    /// May name anything, and is named by nobody.
    top: &'static [&'static str],
}

const CRATES: [Layers; 3] = [
    Layers {
        src: "orm-macros/src/",
        layers: &[
            &["errors", "root"],
            &["attr"],
            &["model"],
            &["check"],
            &["emit"],
            &["base", "print", "requires"],
        ],
        top: &[],
    },
    Layers {
        src: "orm-core/src/",
        layers: &[
            &["error", "value", "naming", "object_id"],
            // The metadata name the factory of an entity's arena and the conditions of its filters, and both the metadata.
            &["types", "meta", "registry", "arena", "query"],
            // An entity names its shapes and paths, and they name it: the traits are one knot, on purpose.
            &["hint", "path", "entity"],
            &["event", "filter"],
            &["driver"],
            &["identity", "hydrate"],
            // A session holds the plans of what it loaded, and loading runs in a session.
            &["session", "uow", "load"],
            &["serialize", "log"],
            &["em", "config", "orm", "repository"],
        ],
        top: &["__private", "prelude"],
    },
    Layers {
        src: "orm-sql/src/",
        layers: &[
            &["dialect", "error"],
            &["ast"],
            &["render"],
            &["lower", "schema"],
            &["driver", "sqlite", "pool"],
            &["em"],
        ],
        top: &["prelude"],
    },
];

const TABLE: &str = "xtask/tests/house/layers.rs";
const CLIMBS: &str = "`super::super`; start the path at `crate::`";

#[test]
fn imports_run_downwards() {
    let files = tracked();
    let findings: Vec<String> = files
        .iter()
        .filter(|file| file.is_rust() && !file.is_test() && !file.is_derived_by_hand())
        .flat_map(|file| check(file, &reexports_beside(file, &files)))
        .collect();
    crate::assert_none(
        &findings,
        "modules import from their own layer or a lower one (the layers are in ARCHITECTURE.md)",
    );
}

/// What the `lib.rs` of a file's crate exports anew: names and their modules.
fn reexports_beside(file: &TextFile, files: &[TextFile]) -> Vec<(String, String)> {
    let Some((crate_folder, _)) = file.path.split_once("/src/") else { return Vec::new() };
    let lib = files.iter().find(|other| other.path == format!("{crate_folder}/src/lib.rs"));
    lib.and_then(|lib| lex(&lib.text).ok()).map(reexports).unwrap_or_default()
}

fn check(file: &TextFile, reexports: &[(String, String)]) -> Vec<String> {
    let Some((crate_name, _)) = file.path.split_once("/src/").filter(|(name, _)| is_layered(name)) else {
        return Vec::new();
    };
    let Some(layers) = CRATES.iter().find(|layers| file.path.starts_with(layers.src)) else {
        return vec![format!("{}: {crate_name} has no layers; give it a table in {TABLE}", file.path)];
    };
    layers.check(&file.path[layers.src.len()..], &file.text, reexports)
}

/// The crates that are built of layers: all of ours but the facade, which is one file, and the suites.
fn is_layered(crate_name: &str) -> bool {
    crate_name.starts_with("orm-")
}

impl Layers {
    /// Findings for one file, whose path is relative to `src`.
    fn check(&self, path: &str, text: &str, reexports: &[(String, String)]) -> Vec<String> {
        let src = self.src;
        let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
        if module == "lib" || self.top.contains(&module) {
            return Vec::new();
        }
        let Some(own) = self.layer(module) else {
            return vec![format!("{src}{path}: module `{module}` has no layer; give it one in {TABLE}")];
        };
        let tokens = match lex(text) {
            Ok(tokens) => tokens,
            Err(reason) => return vec![format!("{src}{path}: {reason}")],
        };
        let findings: BTreeSet<String> = crate_paths(tokens, depth(path))
            .into_iter()
            .filter_map(|named| {
                let exported = reexports.iter().find(|(name, _)| *name == named.module);
                let target = exported.map_or(&named.module, |(_, module)| module);
                let problem =
                    if named.climbs { Some(CLIMBS.into()) } else { self.problem(module, own, target) };
                Some(format!("{src}{path}:{}: {}", named.line, problem?))
            })
            .collect();
        findings.into_iter().collect()
    }

    /// What is wrong with naming `target` in `module`, whose layer is `own`.
    fn problem(&self, module: &str, own: usize, target: &str) -> Option<String> {
        if self.top.contains(&target) {
            return Some(format!("`{module}` (layer {own}) imports `{target}` (the top)"));
        }
        match self.layer(target) {
            Some(layer) if layer <= own => None,
            Some(layer) => Some(format!("`{module}` (layer {own}) imports `{target}` (layer {layer})")),
            None => {
                Some(format!("`crate::{target}` is no module; name the one it is in, or add it to {TABLE}"))
            }
        }
    }

    fn layer(&self, module: &str) -> Option<usize> {
        self.layers.iter().position(|modules| modules.contains(&module))
    }
}

/// How many modules a file is below the crate's root: `em.rs` and `em/mod.rs` 1, `em/find.rs` 2.
fn depth(path: &str) -> usize {
    path.trim_end_matches("/mod.rs").split('/').count()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(path: &str, text: &str, expected: Expect) {
        let file = TextFile { path: path.into(), text: text.into() };
        let findings = super::check(&file, &[("Em".into(), "em".into())]);
        expected.assert_eq(&findings.iter().map(|finding| format!("{finding}\n")).collect::<String>());
    }

    #[test]
    fn an_upward_import_is_found_with_both_layers() {
        check(
            "orm-core/src/uow/flush.rs",
            "//! Doc\n\nuse crate::em::Find;\nuse crate::query::Order;",
            expect![[r#"
                orm-core/src/uow/flush.rs:3: `uow` (layer 6) imports `em` (layer 8)
            "#]],
        );
        check(
            "orm-core/src/uow/flush.rs",
            "use crate::Em;",
            expect![[r#"
                orm-core/src/uow/flush.rs:1: `uow` (layer 6) imports `em` (layer 8)
            "#]],
        );
        check(
            "orm-core/src/meta/mod.rs",
            "use super::{value, __private::X};",
            expect![[r#"
            orm-core/src/meta/mod.rs:1: `meta` (layer 1) imports `__private` (the top)
        "#]],
        );
    }

    #[test]
    fn an_unknown_module_names_the_table() {
        check(
            "orm-core/src/utils.rs",
            "",
            expect![[r#"
            orm-core/src/utils.rs: module `utils` has no layer; give it one in xtask/tests/house/layers.rs
        "#]],
        );
        check(
            "orm-core/src/uow/mod.rs",
            "use crate::Nothing;",
            expect![[r#"
                orm-core/src/uow/mod.rs:1: `crate::Nothing` is no module; name the one it is in, or add it to xtask/tests/house/layers.rs
            "#]],
        );
        check(
            "orm-mongo/src/lib.rs",
            "",
            expect![[r#"
            orm-mongo/src/lib.rs: orm-mongo has no layers; give it a table in xtask/tests/house/layers.rs
        "#]],
        );
    }

    #[test]
    fn the_crate_root_and_the_top_may_name_anything() {
        check("orm-core/src/lib.rs", "pub use crate::em::Find;", expect![""]);
        check("orm-core/src/__private.rs", "pub use crate::em::Find;", expect![""]);
    }
}
