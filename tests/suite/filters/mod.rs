//! Named filters: what they hide, and how they are switched.

mod entities;
mod relations;
mod switches;
