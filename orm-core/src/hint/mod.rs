//! Types that know what is loaded. A shape is one struct an entity with one parameter a property; each parameter is an
//! atom that says what is known of the property. Hints map shapes to shapes by pattern match on one position.

mod atom;
mod describe;
mod fold;
mod macros;
mod property;

pub use atom::{Atom, Covers, Given, Key, KeyKnown, Later, Loaded, Missing, No, Unset, With, Yes};
pub use describe::{Known, ShapeTree, shape_tree};
pub use fold::{Exclude, Fields, Fold, Hint, Infer, Inferred, Locate, Mode, Populate, Select};
pub use property::{
    AtomOf, Field, Gives, Has, Hidden, Named, Opt, Prop, Relation, Shape, SubOf, ToMany, Visible,
};
