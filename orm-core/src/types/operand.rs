//! What a property may be compared with or set to, beside its own type.

use crate::types::Type;

/// Something that a value of the property type `V` can be made of: `V` itself, `&V`, `&str` for `String`,
/// and for an optional property also the value without `Some`.
#[diagnostic::on_unimplemented(
    message = "a property of type `{V}` cannot be compared with or set to `{Self}`",
    label = "expected `{V}`"
)]
pub trait Operand<V> {
    /// The value in the property's own type.
    fn into_operand(self) -> V;
}

impl<V: Type> Operand<V> for V {
    fn into_operand(self) -> V {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<V: Type> Operand<V> for &V {
    fn into_operand(self) -> V {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<V: Type> Operand<Option<V>> for V {
    fn into_operand(self) -> Option<V> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl Operand<String> for &str {
    fn into_operand(self) -> String {
        self.to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl Operand<Option<String>> for &str {
    fn into_operand(self) -> Option<String> {
        Some(self.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl Operand<Vec<u8>> for &[u8] {
    fn into_operand(self) -> Vec<u8> {
        self.to_owned()
    }
}
