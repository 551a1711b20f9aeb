//! `ORM_PRINT=Article cargo check` prints what is generated for `Article`.

use std::io::Write;
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;
use syn::Ident;

/// Prints an entity's expansion if it was asked for.
pub(crate) fn on_request(entity: &Ident, generated: &TokenStream) {
    if std::env::var("ORM_PRINT").is_ok_and(|asked| entity == &asked) {
        let text = generated.to_string();
        // Without rustfmt it is printed as it is: still readable to a machine.
        let _ = writeln!(std::io::stderr(), "{}", formatted(&text).unwrap_or(text));
    }
}

fn formatted(text: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    rustfmt.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = rustfmt.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
