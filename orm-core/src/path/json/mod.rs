//! Typed places inside JSON properties: `a.settings.window.width`, or `a.settings.at("theme").as_text()`.

mod kinds;
mod operators;

use std::marker::PhantomData;
use std::ops::Deref;

pub use kinds::{JsonColumn, JsonDocument, JsonIndex, JsonOperand, JsonScalar, JsonText, json_value};

use crate::hint::Field;
use crate::path::{Path, Paths, Step, Steps, steps};
use crate::query::{self, JsonKind, JsonPath, JsonStep};

/// The document in the property at the end of `P`.
#[derive(Debug, Clone, Copy)]
pub struct InJson<P>(PhantomData<fn() -> P>);

/// The member of that number of the document `D`, which is at `Before`.
#[derive(Debug, Clone, Copy)]
pub struct Member<D, const N: usize, Before>(PhantomData<fn() -> (D, Before)>);

/// The item that [`JsonValue::inside`] begins at.
#[derive(Debug, Clone, Copy)]
pub struct Inside<Reach>(PhantomData<fn() -> Reach>);

/// The places that lead to one inside of a JSON property.
pub trait JsonSteps: 'static {
    /// The relations that lead to the property.
    type Reach;

    /// Appends the property and the steps from there.
    fn write(property: &mut query::Path, steps: &mut Vec<JsonStep>);
}

impl<F: Field, Before: Steps> JsonSteps for InJson<Step<F, Before>> {
    type Reach = Before;

    fn write(property: &mut query::Path, _steps: &mut Vec<JsonStep>) {
        Step::<F, Before>::write(property);
    }
}

impl<D: JsonDocument, const N: usize, Before: JsonSteps> JsonSteps for Member<D, N, Before> {
    type Reach = Before::Reach;

    fn write(property: &mut query::Path, steps: &mut Vec<JsonStep>) {
        Before::write(property, steps);
        steps.extend(D::KEYS[N].map(|key| JsonStep::Key(key.to_owned())));
    }
}

impl<Reach: 'static> JsonSteps for Inside<Reach> {
    type Reach = Reach;

    fn write(_property: &mut query::Path, _steps: &mut Vec<JsonStep>) {}
}

/// A place in a document whose type derives [`JsonPaths`](crate::JsonPaths): a `T` in Rust.
pub struct JsonAt<E, P, T>(PhantomData<fn() -> (E, P, T)>);

impl<E, P, T> JsonAt<E, P, T> {
    /// The place; it holds nothing.
    pub const NEW: Self = Self(PhantomData);
}

impl<E, P, T> Clone for JsonAt<E, P, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E, P, T> Copy for JsonAt<E, P, T> {}

impl<E: 'static, P: 'static, T: JsonDocument> Deref for JsonAt<E, P, T> {
    type Target = T::Paths<E, P>;

    fn deref(&self) -> &Self::Target {
        Paths::PATHS
    }
}

impl<E, P: JsonSteps, T> JsonAt<E, P, T> {
    fn value(self) -> JsonValue<E, P::Reach, T> {
        let (mut property, mut steps) = (query::Path::default(), Vec::new());
        P::write(&mut property, &mut steps);
        JsonValue::new(property, steps, JsonKind::Any)
    }
}

/// A place in a JSON document, reached through relations `Reach`, that is read as a `T`.
#[must_use = "a place is there to be compared or sorted by"]
pub struct JsonValue<E, Reach, T> {
    property: query::Path,
    json: JsonPath,
    marker: PhantomData<fn() -> (E, Reach, T)>,
}

impl<E, Reach, T> JsonValue<E, Reach, T> {
    fn new(property: query::Path, steps: Vec<JsonStep>, kind: JsonKind) -> Self {
        Self { property, json: JsonPath { steps, kind }, marker: PhantomData }
    }

    fn value(self) -> Self {
        self
    }

    /// The same place, read as something else.
    fn read<Other>(self, kind: JsonKind) -> JsonValue<E, Reach, Other> {
        JsonValue::new(self.property, self.json.steps, kind)
    }

    /// A place inside of this one: `a.windows.document().at(0).inside(|w| w.width)`.
    pub fn inside<P, U>(
        mut self,
        place: impl FnOnce(&'static T::Paths<E, Inside<Reach>>) -> JsonAt<E, P, U>,
    ) -> JsonValue<E, Reach, U>
    where
        E: 'static,
        Reach: 'static,
        T: JsonDocument,
        P: JsonSteps<Reach = Reach>,
    {
        let inner = place(Paths::PATHS).value();
        self.json.steps.extend(inner.json.steps);
        self.read(JsonKind::Any)
    }
}

impl<E, Reach, T> Clone for JsonValue<E, Reach, T> {
    fn clone(&self) -> Self {
        Self::new(self.property.clone(), self.json.steps.clone(), self.json.kind)
    }
}

impl<E, F, Before> Path<E, Step<F, Before>>
where
    F: Field,
    Before: Steps,
{
    /// The whole document.
    pub fn document(self) -> JsonAt<E, InJson<Step<F, Before>>, <F::Value as JsonColumn>::Document>
    where
        F::Value: JsonColumn,
    {
        JsonAt::NEW
    }

    /// What is at a key or an index, of whatever type: `a.settings.at("tabs").at(0).as_text()`.
    pub fn at(self, step: impl Into<JsonStep>) -> JsonValue<E, Before, serde_json::Value>
    where
        F::Value: JsonColumn,
    {
        JsonValue::new(steps::<Step<F, Before>>(), vec![step.into()], JsonKind::Any)
    }
}

impl<E: 'static, F, Before: 'static> Deref for Path<E, Step<F, Before>>
where
    F: Field,
    F::Value: JsonColumn<Document: JsonDocument>,
{
    type Target = <<F::Value as JsonColumn>::Document as JsonDocument>::Paths<E, InJson<Step<F, Before>>>;

    fn deref(&self) -> &Self::Target {
        Paths::PATHS
    }
}
