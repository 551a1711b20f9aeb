//! All mistakes at once, and the rest of the file is checked all the same.
use orm::prelude::*;

#[derive(Entity)]
#[orm(index(titel))]
pub struct Post {
    #[orm(primary_kye)]
    pub id: i64,
    #[orm(lazy, lazy, defualt = "")]
    pub title: String,
    #[orm(one_to_many)]
    pub author: Option<Ref<Post>>,
    pub words: Vec<String>,
}

fn main() {
    let _ = Post::builder();
}
