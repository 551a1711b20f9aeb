//! Collects every mistake, so that a user sees all of them at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far. MUST be finished: dropping it unread is a mistake of ours.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<syn::Error>,
    is_read: bool,
}

impl Errors {
    /// Notes a mistake at the user's own tokens.
    pub(crate) fn at(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.found.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake that a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.found.push(error);
    }

    /// How many were found so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// All mistakes as `compile_error!`s; nothing if there are none.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.is_read = true;
        self.found.iter().map(syn::Error::to_compile_error).collect()
    }

    /// The messages, for tests.
    #[cfg(test)]
    pub(crate) fn messages(mut self) -> Vec<String> {
        self.is_read = true;
        self.found.iter().flat_map(|error| error.clone().into_iter()).map(|error| error.to_string()).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            self.is_read || std::thread::panicking(),
            "the derive's mistakes were collected and not reported"
        );
    }
}

/// The known word that is nearest to a mistaken one.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().min(word.len()) / 2 && *distance <= 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of letters to change (Wagner and Fischer, 1974).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
