//! What is no entity cannot be asked for.
use orm::prelude::*;

struct Plain;

fn case(em: &EntityManager) {
    let _ = em.find::<Plain>();
}

fn main() {
    let _ = case;
}
