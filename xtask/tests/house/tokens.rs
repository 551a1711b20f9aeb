//! Reads Rust files as tokens: which modules their paths name, where a keyword stands. Knows no rule.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// A path that starts at the crate's root: `crate::query::Condition` names `query`, a star import names `*`.
#[derive(Debug, PartialEq, Eq)]
pub struct CratePath {
    pub module: String,
    pub line: usize,
    /// `super::super::…`: what it names is not read, it is refused.
    pub climbs: bool,
}

/// The file's tokens, or why it has none.
pub fn lex(text: &str) -> Result<TokenStream, String> {
    text.parse().map_err(|error| format!("these are no Rust tokens: {error}"))
}

/// The lines on which an identifier or keyword stands; comments and strings do not count.
pub fn lines_of(tokens: TokenStream, word: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == word => lines.push(line(&ident)),
            TokenTree::Group(group) => lines.extend(lines_of(group.stream(), word)),
            _ => {}
        }
    }
    lines
}

/// The paths from the crate's root in a file that is `depth` modules below it (`lib.rs` is 0, `uow/flush.rs` 2).
///
/// `$crate::` is left out: an exported macro names things where it is used.
pub fn crate_paths(tokens: TokenStream, depth: usize) -> Vec<CratePath> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut paths = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        match token {
            TokenTree::Group(group) => {
                let below = usize::from(is_inline_module(&tokens[..index]));
                paths.extend(crate_paths(group.stream(), depth + below));
            }
            TokenTree::Ident(ident) if ident == "crate" && !is_punct(&tokens[..index], '$') => {
                paths.extend(named(&tokens[index + 1..], line(ident)));
            }
            TokenTree::Ident(ident) if ident == "super" => {
                let supers = count_supers(&tokens[index..]);
                index += 3 * (supers - 1);
                if supers == depth {
                    paths.extend(named(&tokens[index + 1..], line(ident)));
                } else if supers > 1 {
                    paths.push(CratePath { module: "super".into(), line: line(ident), climbs: true });
                }
            }
            _ => {}
        }
        index += 1;
    }
    paths
}

/// What `lib.rs` exports anew, with the module it comes from: `pub use error::{Error, Result};` is `Error` of `error`.
pub fn reexports(tokens: TokenStream) -> Vec<(String, String)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut reexports = Vec::new();
    for statement in tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'))
    {
        let [
            ..,
            TokenTree::Ident(keyword),
            TokenTree::Ident(module),
            TokenTree::Punct(_),
            TokenTree::Punct(_),
            named,
        ] = statement
        else {
            continue;
        };
        let names = match named {
            TokenTree::Ident(name) if keyword == "use" => vec![name.to_string()],
            TokenTree::Group(group) if keyword == "use" => {
                first_idents(group.stream()).map(|name| name.to_string()).collect()
            }
            _ => Vec::new(),
        };
        reexports.extend(names.into_iter().map(|name| (name, module.to_string())));
    }
    reexports
}

/// What follows a path's root: `::module`, `::{a, b::c}`, `::*`; nothing for `pub(crate)` and for macros.
fn named(rest: &[TokenTree], line: usize) -> Vec<CratePath> {
    let path = |module: String| CratePath { module, line, climbs: false };
    let [TokenTree::Punct(first), TokenTree::Punct(second), named, after @ ..] = rest else {
        return Vec::new();
    };
    if (first.as_char(), second.as_char()) != (':', ':') {
        return Vec::new();
    }
    match named {
        TokenTree::Ident(_) if matches!(after, [TokenTree::Punct(punct), ..] if punct.as_char() == '!') => {
            Vec::new()
        }
        TokenTree::Ident(module) => vec![path(module.to_string())],
        TokenTree::Punct(punct) if punct.as_char() == '*' => vec![path("*".into())],
        TokenTree::Group(group) => first_idents(group.stream())
            .map(|ident| CratePath { line: self::line(&ident), ..path(ident.to_string()) })
            .collect(),
        _ => Vec::new(),
    }
}

/// The first identifier of each part of `a, b::c, d as e`.
fn first_idents(tokens: TokenStream) -> impl Iterator<Item = Ident> {
    let mut at_start = true;
    tokens.into_iter().filter_map(move |token| match token {
        TokenTree::Ident(ident) => std::mem::replace(&mut at_start, false).then_some(ident),
        TokenTree::Punct(punct) => {
            at_start = punct.as_char() == ',';
            None
        }
        _ => None,
    })
}

/// How many `super::` stand in a row at the start.
fn count_supers(tokens: &[TokenTree]) -> usize {
    tokens
        .chunks(3)
        .take_while(|part| matches!(part.first(), Some(TokenTree::Ident(ident)) if ident == "super"))
        .count()
}

fn is_inline_module(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(keyword), TokenTree::Ident(_)] if keyword == "mod")
}

fn is_punct(before: &[TokenTree], wanted: char) -> bool {
    matches!(before, [.., TokenTree::Punct(punct)] if punct.as_char() == wanted)
}

fn line(ident: &Ident) -> usize {
    ident.span().start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(depth: usize, source: &str, expected: &[(&str, usize)]) {
        let paths = crate_paths(lex(source).expect("Rust"), depth);
        let found: Vec<(&str, usize)> = paths.iter().map(|path| (path.module.as_str(), path.line)).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn a_path_names_its_first_module() {
        check(
            1,
            "use crate::query::{Order, Page};\nfn f() { crate::em::find() }",
            &[("query", 1), ("em", 2)],
        );
    }

    #[test]
    fn a_group_names_each_of_its_modules() {
        check(
            1,
            "use crate::{\nmeta::{self, Entity},\nvalue::Value as V, types};",
            &[("meta", 2), ("value", 3), ("types", 3)],
        );
    }

    #[test]
    fn comments_strings_visibilities_and_macros_name_nothing() {
        check(
            1,
            "//! crate::em\n/// [`crate::em`]\npub(crate) const A: &str = \"crate::em\"; crate::row!(1);",
            &[],
        );
        check(1, "macro_rules! m { () => { $crate::em::find() } }", &[]);
    }

    #[test]
    fn super_at_the_top_is_the_root() {
        check(1, "use super::em::Em; mod tests { use super::*; }", &[("em", 1)]);
        check(2, "use super::change_set; use super::super::em::Em;", &[("em", 1)]);
        check(3, "use super::super::a;", &[("super", 1)]);
        check(1, "use crate::*;", &[("*", 1)]);
    }

    #[test]
    fn reexports_know_their_module() {
        let lib = "//! Doc\npub mod error;\npub use error::{Error, Result};\npub use session::FlushMode;";
        let found = reexports(lex(lib).expect("Rust"));
        let expected = [("Error", "error"), ("Result", "error"), ("FlushMode", "session")];
        assert_eq!(found, expected.map(|(name, module)| (name.to_owned(), module.to_owned())));
    }

    #[test]
    fn a_keyword_is_found_in_code_only() {
        let tokens = lex("// unsafe\nconst A: &str = \"unsafe\";\nfn f() { unsafe {} }").expect("Rust");
        assert_eq!(lines_of(tokens, "unsafe"), [3]);
    }
}
