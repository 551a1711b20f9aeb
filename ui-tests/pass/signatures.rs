//! Signatures name what they need, and what is loaded fits them.
#![forbid(unsafe_code)]
use orm::prelude::*;
use orm_ui_tests::*;

fn headline(article: &Loaded<Article, (), fields!(Article: title, author.name)>) -> String {
    format!("{} by {}", article.title(), article.author().name())
}

fn index(article: &Loaded<Article, populate!(Article: tags, author.articles)>) -> usize {
    article.tags().len() + article.author().articles().len()
}

#[requires(title)]
impl Article2 {
    fn shout(&self) -> String {
        self.title().to_uppercase()
    }
}

#[derive(Entity)]
struct Article2 {
    #[orm(primary_key)]
    id: i64,
    title: String,
    r#type: String,
}

async fn case(em: &EntityManager) -> Result<()> {
    let article = em.find_one_or_fail::<Article>().fields(|a| (a.title, a.author.name)).await?;
    headline(&article);
    // The order of the hints does not matter, and a reference outlives the temporary that it came from.
    let name = article.author().name();
    headline(&em.find_one_or_fail::<Article>().fields(|a| (a.author.name, a.title)).await?);
    let _ = name.len();
    index(&em.find_one_or_fail::<Article>().populate(|a| (a.author.articles, a.tags)).await?);
    // What is loaded in full can be narrowed to what a function asks for.
    let whole = em.find_one_or_fail::<Article>().populate(|a| a.author).await?;
    headline(&whole.narrow());
    let partial = em.find_one_or_fail::<Article2>().fields(|a| (a.title, a.r#type)).await?;
    let _ = (partial.shout(), partial.r#type());
    let tags = em.find::<Tag>().filter(|t| t.articles.author.name.eq("x")).populate_inferred().await?;
    let _ = tags[0].articles().iter().next().map(|article| article.author().name());
    em.find::<Article>().populate_all().await?[0].tags().len();
    em.find_by_id::<Placement>((1, "rust".to_owned())).await?;
    let new = em.persist(Author::builder().name("Ada").build());
    let known: Option<&i64> = new.id();
    let _ = known;
    let article = whole.with_author(&new);
    let _: Option<&i64> = article.author().id();
    Ok(())
}

fn main() {
    let _ = case;
}
