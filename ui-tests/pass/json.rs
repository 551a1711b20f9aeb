//! Places in documents, by name and by hand.
use orm::prelude::*;
use orm_ui_tests::*;

async fn case(em: &EntityManager, key: &str, index: usize) -> Result<()> {
    em.find::<Reader>()
        .filter(|r| r.settings.theme.eq("dark") & r.settings.window.width.gt(100))
        .filter(|r| r.settings.tabs.at(0).starts_with("x") | r.settings.tabs.at(index).is_missing())
        .filter(|r| r.settings.at(key).at(0).at("a".to_owned()).as_integer().in_([1, 2]))
        .order_by(|r| (r.settings.window.width.desc(), r.settings.at("n").as_float().asc().nulls_last()))
        .await?;
    Ok(())
}

fn main() {
    let _ = case;
}
