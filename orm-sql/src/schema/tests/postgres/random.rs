//! Random schemas, each updated to the next: afterwards nothing is left to do, and rows are where they were.
