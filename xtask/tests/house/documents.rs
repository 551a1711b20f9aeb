//! What the documents name exists: paths in backticks and in links.

use std::path::Path;

use crate::files::root;

const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
const EXTENSIONS: [&str; 5] = [".rs", ".md", ".toml", ".lock", ".stderr"];

#[test]
fn every_path_that_a_document_names_exists() {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        let Ok(text) = std::fs::read_to_string(root().join(document)) else {
            findings.push(format!("{document} is missing"));
            continue;
        };
        for (line, path) in paths(&text) {
            if !root().join(&path).exists() {
                findings.push(format!("{document}:{line}: `{path}` does not exist"));
            }
        }
    }
    crate::assert_none(&findings, "write paths from the repository's root, and correct them when files move");
}

/// Code spans and link targets that look like paths of the repository, with their lines. Code blocks are left out.
fn paths(text: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    let mut in_code_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code_block = !in_code_block;
        } else if !in_code_block {
            let spans = line.split('`').skip(1).step_by(2).filter(|span| looks_like_path(span));
            let targets =
                line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
            let targets = targets
                .map(|target| target.split('#').next().unwrap_or(target))
                .filter(|target| is_ours(target));
            paths.extend(spans.chain(targets).map(|path| (index + 1, path.to_owned())));
        }
    }
    paths
}

fn looks_like_path(span: &str) -> bool {
    let is_path_text = |char: char| char.is_ascii_alphanumeric() || "_-./".contains(char);
    span.chars().all(is_path_text)
        && !Path::new(span).is_absolute()
        && (span.contains('/')
            || EXTENSIONS.iter().any(|extension| span.len() > extension.len() && span.ends_with(extension)))
}

fn is_ours(target: &str) -> bool {
    !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
}

#[test]
fn code_spans_and_links_are_read() {
    let text = "Run `cargo xtask test`; see `orm-core/src/em/` and [the log](CHANGELOG.md#x), `flush.rs`,\n\
        `a / b`, `.rs`, [a site](https://example.org/a.md), [below](#below).\n\
        ```text\n`not/here`\n```\n`Cargo.toml`";
    let expected = [(1, "orm-core/src/em/"), (1, "flush.rs"), (1, "CHANGELOG.md"), (6, "Cargo.toml")];
    assert_eq!(paths(text), expected.map(|(line, path)| (line, path.to_owned())));
}
