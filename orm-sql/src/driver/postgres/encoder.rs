//! Takes the values of a lowered statement: each as the type of its place, or as its own where it does not fit that.

use std::fmt;
use std::sync::Arc;

use orm_core::types::ColumnKind;
use orm_core::value::Value;
use orm_core::{Error, Result};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};
use sqlx::{Arguments as _, Encode as SqlxEncode, Type as SqlxType};

use crate::dialect::Dialect;
use crate::driver::postgres::PostgresServer;
use crate::driver::postgres::encode::{self, Misfit, Written};
use crate::driver::postgres::kind::{Kind, PgType};
use crate::driver::server::{Encode, Ready};
use crate::lower::bind::{Binder, Place};
use crate::lower::list::ListForm;
use crate::lower::parameter::ParameterType;

/// Takes the values of a statement.
#[derive(Default)]
pub struct Encoder {
    arguments: PgArguments,
    /// Which values are of other types than their places promise. sqlx keeps a statement under its text alone; so the
    /// text has to say what the types do.
    deviations: Vec<(usize, PgType)>,
}

impl Encoder {
    /// Adds a value as a type.
    pub(crate) fn add(&mut self, what: Sent<'_>, ty: PgType) -> Result<(), Misfit> {
        self.arguments.add(Parameter { what, ty }).map_err(|error| match error.downcast() {
            Ok(misfit) => *misfit,
            Err(error) => Misfit::Value(error.to_string()),
        })
    }

    /// Adds a value as the type of its place, or as its own where it does not fit that.
    fn add_at(&mut self, what: Sent<'_>, expected: Option<PgType>, place: Place) -> Result<()> {
        let own = what.own_type();
        let ty = expected.or(own).unwrap_or(PgType::one(Kind::Text));
        if expected.is_none() {
            self.deviations.push((self.arguments.len() + 1, ty));
        }
        let misfit = match self.add(what, ty) {
            Ok(()) => return Ok(()),
            Err(misfit) => misfit,
        };
        if let (Misfit::Type, Some(own)) = (&misfit, own)
            && own != ty
        {
            self.deviations.push((self.arguments.len() + 1, own));
            return self.add(what, own).map_err(|misfit| refused(misfit, what, own, place));
        }
        Err(refused(misfit, what, ty, place))
    }

    /// What was added.
    pub(crate) fn into_arguments(self) -> PgArguments {
        self.arguments
    }
}

fn refused(misfit: Misfit, what: Sent<'_>, ty: PgType, place: Place) -> Error {
    let problem = match misfit {
        Misfit::Type => format!("{what} cannot be sent as {:?}", ty.kind).to_lowercase(),
        Misfit::Value(problem) => problem,
    };
    Error::Encode { entity: place.entity, property: place.property, problem }
}

/// The type that a value for a column is sent as, if it is for one.
fn column_type(place: Place) -> Option<PgType> {
    let ty = place.ty?;
    let kind = ParameterType::of(Dialect::Postgres, ty).kind;
    Some(match kind {
        ColumnKind::Array(_) => PgType::array_of(Kind::of_column(kind)),
        kind => PgType::one(Kind::of_column(kind)),
    })
}

impl Binder for Encoder {
    fn value(&mut self, value: &Value, place: Place) -> Result<()> {
        self.add_at(Sent::Value(value), column_type(place), place)
    }

    fn number(&mut self, number: u64) -> Result<()> {
        // More rows than that there are not.
        let number = Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let place = Place::outside("sql", "limit");
        self.add_at(Sent::Value(&number), Some(PgType::one(Kind::Int8)), place)
    }

    fn text(&mut self, text: &str, place: Place) -> Result<()> {
        self.add_at(Sent::Text(text), Some(PgType::one(Kind::Text)), place)
    }

    fn list(&mut self, values: &mut dyn Iterator<Item = &Value>, _: ListForm, place: Place) -> Result<()> {
        let values: Vec<&Value> = values.collect();
        let ty = column_type(place).map(|column| PgType::array_of(column.kind));
        self.add_at(Sent::Array(&values), ty, place)
    }

    fn keys(&mut self, keys: &mut dyn Iterator<Item = &[Value]>, places: &[Place]) -> Result<()> {
        let keys: Vec<&[Value]> = keys.collect();
        for (part, place) in places.iter().enumerate() {
            self.list(&mut keys.iter().filter_map(|key| key.get(part)), ListForm::Array, *place)?;
        }
        Ok(())
    }
}

impl Encode<PostgresServer> for Encoder {
    fn finish(self, sql: &Arc<str>) -> Ready<PostgresServer> {
        let sql = match self.deviations.as_slice() {
            [] => Arc::clone(sql),
            deviations => {
                let types = deviations.iter().map(|(number, ty)| {
                    format!(" ${number} {:?}{}", ty.kind, if ty.is_array { "[]" } else { "" })
                });
                format!("{sql} /*{} */", types.collect::<String>()).into()
            }
        };
        Ready { sql, arguments: self.arguments }
    }
}

/// What is sent as a parameter.
#[derive(Clone, Copy)]
pub(crate) enum Sent<'a> {
    Value(&'a Value),
    Text(&'a str),
    Array(&'a [&'a Value]),
}

impl Sent<'_> {
    /// The type that it has without a place.
    fn own_type(self) -> Option<PgType> {
        let common = |items: &mut dyn Iterator<Item = &Value>| {
            let mut kinds = items.filter_map(Kind::of_value);
            let first = kinds.next()?;
            // Whole numbers of several widths are numbers; other mixtures do not fit, and are refused later.
            let wide = kinds.fold(first, |one, other| match (one, other) {
                (Kind::Int8, Kind::Numeric) => Kind::Numeric,
                (one, _) => one,
            });
            Some(PgType::array_of(wide))
        };
        match self {
            Sent::Value(Value::Array(items)) => common(&mut items.iter()),
            Sent::Value(value) => Kind::of_value(value).map(PgType::one),
            Sent::Text(_) => Some(PgType::one(Kind::Text)),
            Sent::Array(items) => common(&mut items.iter().copied()),
        }
    }
}

/// For an error: what it is, and not what is in it.
impl fmt::Display for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sent::Value(value) => value.as_cell().kind_name(),
            Sent::Text(_) => "text",
            Sent::Array(_) => "a list",
        })
    }
}

struct Parameter<'a> {
    what: Sent<'a>,
    ty: PgType,
}

impl SqlxType<Postgres> for Parameter<'_> {
    fn type_info() -> PgTypeInfo {
        PgType::one(Kind::Text).info()
    }
}

impl SqlxEncode<'_, Postgres> for Parameter<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let written = match self.what {
            Sent::Value(value) => encode::write(buffer, value, self.ty)?,
            Sent::Text(text) => {
                encode::push_text(buffer, text)?;
                Written::Value
            }
            Sent::Array(items) => {
                encode::write_array(buffer, items.iter().copied(), self.ty)?;
                Written::Value
            }
        };
        Ok(match written {
            Written::Null => IsNull::Yes,
            Written::Value => IsNull::No,
        })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.ty.info())
    }
}
