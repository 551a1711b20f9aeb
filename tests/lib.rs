//! Nothing here: the suite is in `suite/`.
