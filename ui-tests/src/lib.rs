//! Nothing here: the cases are in `pass/` and `fail/`.
