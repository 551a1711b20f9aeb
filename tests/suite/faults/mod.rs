//! What must not harm: odd texts, many at once, connections that are lost.

mod crowd;
mod private;
mod restart;
mod texts;
