//! What is asked of rows: operators, collections, comparisons, and how conditions stand beside each other.

mod branches;
mod collections;
mod comparisons;
mod library;
mod operators;
mod random;
