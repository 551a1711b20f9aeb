//! Rules that every tracked file keeps: it says first what it is for, is not overlong, has nothing unfinished, no
//! `unsafe` outside the arena, and nothing of one person's machine.

use crate::assert_none;
use crate::files::{TextFile, tracked};
use crate::tokens::{lex, lines_of};

const MOST_LINES: usize = 800;

#[test]
fn every_rust_file_says_first_what_it_is_for() {
    let findings = check(|file| {
        let applies = file.is_rust() && !file.is_ui_case();
        let first = file.text.lines().next().unwrap_or_default();
        if applies && !first.starts_with("//! ") { vec![1] } else { Vec::new() }
    });
    assert_none(
        &findings,
        "the first line is `//!` and one sentence: what the file is for and what it is not",
    );
}

#[test]
fn no_file_is_overlong() {
    let findings = check(|file| {
        let lines = file.text.lines().count();
        if lines > MOST_LINES && !file.is_generated() { vec![lines] } else { Vec::new() }
    });
    assert_none(&findings, "a second idea in a file is the moment to make a second file");
}

#[test]
fn nothing_is_left_unfinished() {
    // In pieces, so that this file keeps its own rule.
    let words = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ig", "nore"),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
    ];
    let findings = check(|file| {
        if file.is_ui_case() || file.is_generated() { Vec::new() } else { lines_with(&file.text, &words) }
    });
    assert_none(&findings, "a known gap is a test that asserts today's result, with a sentence");
}

#[test]
fn unsafe_code_is_in_the_arena_only() {
    let findings = check(|file| {
        let is_arena = file.path.starts_with("orm-core/src/arena/");
        let is_derived = file.path.starts_with("orm-macros/src/emit/") || file.is_derived_by_hand();
        if is_arena || is_derived || file.is_ui_case() || !file.is_rust() {
            Vec::new()
        } else {
            unsafe_lines(file)
        }
    });
    assert_none(&findings, "all unsafe code is in orm-core/src/arena");
}

#[test]
fn the_derive_emits_two_unsafe_lines() {
    let findings =
        check(
            |file| {
                if file.path.starts_with("orm-macros/src/emit/") { unsafe_lines(file) } else { Vec::new() }
            },
        );
    assert!(
        findings.len() <= 2,
        "the derive emits two lines of `unsafe impl`, whose duties the arena states: {findings:#?}"
    );
}

#[test]
fn no_file_knows_a_machine() {
    let words = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    let findings = check(|file| lines_with(&file.text, &words));
    assert_none(&findings, "paths are relative to the repository, or come from an argument or a variable");
}

#[test]
fn no_file_names_a_package_registry() {
    let hosts = [
        concat!("crates", ".io"),
        concat!("npmjs", ".org"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("debian", ".org"),
        concat!("golang", ".org"),
    ];
    let findings = check(|file| {
        // Cargo writes the registry's name into its lock file.
        if file.path.ends_with("Cargo.lock") { Vec::new() } else { lines_with(&file.text, &hosts) }
    });
    assert_none(&findings, "which registry a machine uses is its own affair");
}

#[test]
fn no_line_ends_in_a_space() {
    let findings = check(|file| {
        if file.is_generated() {
            return Vec::new();
        }
        numbered(&file.text)
            .filter(|(_, line)| line.ends_with([' ', '\t', '\r']))
            .map(|(number, _)| number)
            .collect()
    });
    assert_none(&findings, "remove the spaces at the end of these lines");
}

/// Runs a rule over every tracked file; what it returns are lines that break it.
fn check(rule: impl Fn(&TextFile) -> Vec<usize>) -> Vec<String> {
    let place = |file: &TextFile, line| format!("{}:{line}", file.path);
    tracked()
        .iter()
        .flat_map(|file| rule(file).into_iter().map(|line| place(file, line)).collect::<Vec<_>>())
        .collect()
}

/// The lines on which one of these words stands; `TODOS` is another word.
fn lines_with(text: &str, words: &[&str]) -> Vec<usize> {
    numbered(text)
        .filter(|(_, line)| words.iter().any(|word| has_word(line, word)))
        .map(|(number, _)| number)
        .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    let continues = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    let is_name = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(start, found)| {
        let before = line[..start].chars().next_back();
        let after = line[start + found.len()..].chars().next();
        let continued_left = is_name(word.chars().next()) && continues(before);
        let continued_right = is_name(word.chars().next_back()) && continues(after);
        !continued_left && !continued_right
    })
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
}

/// A file that is no Rust is found by the compiler; here it has no line.
fn unsafe_lines(file: &TextFile) -> Vec<usize> {
    lex(&file.text).map(|tokens| lines_of(tokens, "unsafe")).unwrap_or_default()
}

#[test]
fn a_word_is_found_whole() {
    assert!(has_word("// FIXED: x", "FIXED"));
    assert!(!has_word("const FIXED_POINT: u8", "FIXED"));
    assert!(has_word("at /data/x", "/data/"));
    assert!(!has_word("a unfixed", "fixed"));
}
