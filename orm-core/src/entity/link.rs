//! What a relation can be pointed at.

use crate::entity::{Entity, Managed, New, Ref, TargetSource};
use crate::hint::{Atom, Key, Shape, With};
use crate::types::Key as _;

/// Something that stands for one `T`: a handle, a new entity, or a [`Ref`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a `{T}`",
    label = "expected a handle (`&author`), a new entity, or a `Ref`"
)]
pub trait Link<T: Entity> {
    /// What is known of the relation once it points there.
    type Atom: Atom;

    /// Where it points.
    fn into_source(self) -> TargetSource;
}

/// Something that stands for one `T` or for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a `{T}` or for none",
    label = "expected a handle (`&author`), a new entity, a `Ref`, or an `Option` of one"
)]
pub trait OptionalLink<T: Entity> {
    /// What is known of the relation once it points there.
    type Atom: Atom;

    /// Where it points.
    fn into_optional_source(self) -> Option<TargetSource>;
}

macro_rules! links {
    ($([$($generics:tt)*] $type:ty, $atom:ty, $this:ident => $source:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Entity, $($generics)*> Link<T> for $type {
            type Atom = $atom;

            fn into_source(self) -> TargetSource {
                let $this = self;
                $source
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Entity, $($generics)*> OptionalLink<T> for $type {
            type Atom = $atom;

            fn into_optional_source(self) -> Option<TargetSource> {
                Some(self.into_source())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Entity, $($generics)*> OptionalLink<T> for Option<$type> {
            type Atom = $atom;

            fn into_optional_source(self) -> Option<TargetSource> {
                self.map(Link::into_source)
            }
        }
    )*};
}

links! {
    [S: Shape] &Managed<T, S>, With<S>, this => TargetSource::node(this.node());
    [S: Shape] Managed<T, S>, With<S>, this => TargetSource::node(this.node());
    [S: Shape] New<T, S>, With<S>, this => TargetSource::Draft(Box::new(this.draft));
    [] Ref<T>, Key, this => TargetSource::Key(this.key().to_values());
    [] &Ref<T>, Key, this => TargetSource::Key(this.key().to_values());
}
