//! Which version a row has when it is made, and which after an update.

use chrono::{DateTime, NaiveDateTime, SubsecRound, TimeDelta, Utc};

use crate::types::ColumnKind;
use crate::value::Value;

/// What every database keeps of a moment: the time of one version is told from that of the next by it.
const TICK: TimeDelta = TimeDelta::milliseconds(1);

/// The version of a new row; none for a type that only the database can fill.
pub(crate) fn first_version(kind: ColumnKind) -> Option<Value> {
    match kind {
        ColumnKind::UInt64 => Some(Value::UInt(1)),
        kind if kind.is_integer() => Some(Value::Int(1)),
        ColumnKind::DateTime => Some(Value::DateTime(now().naive_utc())),
        ColumnKind::Timestamp => Some(Value::Timestamp(now())),
        _ => None,
    }
}

/// The version after an update.
pub(super) enum Next {
    /// The database counts up; what it will be, if it is known what it was.
    Counted(Option<Value>),
    /// We say what it is.
    Given(Value),
}

pub(super) fn next_version(kind: ColumnKind, current: Option<&Value>) -> Option<Next> {
    match (kind, current) {
        (kind, current) if kind.is_integer() => Some(Next::Counted(match current {
            Some(Value::Int(version)) => Some(Value::Int(version.saturating_add(1))),
            Some(Value::UInt(version)) => Some(Value::UInt(version.saturating_add(1))),
            _ => None,
        })),
        (ColumnKind::DateTime, current) => {
            let now = now().naive_utc();
            Some(Next::Given(Value::DateTime(match current {
                Some(Value::DateTime(current)) => now.max(tick_after(*current)),
                _ => now,
            })))
        }
        (ColumnKind::Timestamp, current) => {
            let now = now();
            Some(Next::Given(Value::Timestamp(match current {
                Some(Value::Timestamp(current)) => now.max(tick_after(current.naive_utc()).and_utc()),
                _ => now,
            })))
        }
        _ => None,
    }
}

fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// Two updates in one tick of the clock still differ.
fn tick_after(moment: NaiveDateTime) -> NaiveDateTime {
    moment.trunc_subsecs(3).checked_add_signed(TICK).unwrap_or(moment)
}
