//! A chain of relations through 120 entities, within rustc's own recursion limit.
use orm::prelude::*;

#[derive(Entity)]
struct E0 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E1>>,
}

#[derive(Entity)]
struct E1 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E2>>,
}

#[derive(Entity)]
struct E2 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E3>>,
}

#[derive(Entity)]
struct E3 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E4>>,
}

#[derive(Entity)]
struct E4 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E5>>,
}

#[derive(Entity)]
struct E5 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E6>>,
}

#[derive(Entity)]
struct E6 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E7>>,
}

#[derive(Entity)]
struct E7 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E8>>,
}

#[derive(Entity)]
struct E8 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E9>>,
}

#[derive(Entity)]
struct E9 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E10>>,
}

#[derive(Entity)]
struct E10 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E11>>,
}

#[derive(Entity)]
struct E11 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E12>>,
}

#[derive(Entity)]
struct E12 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E13>>,
}

#[derive(Entity)]
struct E13 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E14>>,
}

#[derive(Entity)]
struct E14 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E15>>,
}

#[derive(Entity)]
struct E15 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E16>>,
}

#[derive(Entity)]
struct E16 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E17>>,
}

#[derive(Entity)]
struct E17 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E18>>,
}

#[derive(Entity)]
struct E18 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E19>>,
}

#[derive(Entity)]
struct E19 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E20>>,
}

#[derive(Entity)]
struct E20 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E21>>,
}

#[derive(Entity)]
struct E21 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E22>>,
}

#[derive(Entity)]
struct E22 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E23>>,
}

#[derive(Entity)]
struct E23 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E24>>,
}

#[derive(Entity)]
struct E24 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E25>>,
}

#[derive(Entity)]
struct E25 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E26>>,
}

#[derive(Entity)]
struct E26 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E27>>,
}

#[derive(Entity)]
struct E27 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E28>>,
}

#[derive(Entity)]
struct E28 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E29>>,
}

#[derive(Entity)]
struct E29 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E30>>,
}

#[derive(Entity)]
struct E30 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E31>>,
}

#[derive(Entity)]
struct E31 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E32>>,
}

#[derive(Entity)]
struct E32 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E33>>,
}

#[derive(Entity)]
struct E33 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E34>>,
}

#[derive(Entity)]
struct E34 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E35>>,
}

#[derive(Entity)]
struct E35 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E36>>,
}

#[derive(Entity)]
struct E36 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E37>>,
}

#[derive(Entity)]
struct E37 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E38>>,
}

#[derive(Entity)]
struct E38 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E39>>,
}

#[derive(Entity)]
struct E39 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E40>>,
}

#[derive(Entity)]
struct E40 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E41>>,
}

#[derive(Entity)]
struct E41 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E42>>,
}

#[derive(Entity)]
struct E42 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E43>>,
}

#[derive(Entity)]
struct E43 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E44>>,
}

#[derive(Entity)]
struct E44 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E45>>,
}

#[derive(Entity)]
struct E45 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E46>>,
}

#[derive(Entity)]
struct E46 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E47>>,
}

#[derive(Entity)]
struct E47 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E48>>,
}

#[derive(Entity)]
struct E48 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E49>>,
}

#[derive(Entity)]
struct E49 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E50>>,
}

#[derive(Entity)]
struct E50 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E51>>,
}

#[derive(Entity)]
struct E51 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E52>>,
}

#[derive(Entity)]
struct E52 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E53>>,
}

#[derive(Entity)]
struct E53 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E54>>,
}

#[derive(Entity)]
struct E54 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E55>>,
}

#[derive(Entity)]
struct E55 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E56>>,
}

#[derive(Entity)]
struct E56 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E57>>,
}

#[derive(Entity)]
struct E57 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E58>>,
}

#[derive(Entity)]
struct E58 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E59>>,
}

#[derive(Entity)]
struct E59 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E60>>,
}

#[derive(Entity)]
struct E60 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E61>>,
}

#[derive(Entity)]
struct E61 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E62>>,
}

#[derive(Entity)]
struct E62 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E63>>,
}

#[derive(Entity)]
struct E63 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E64>>,
}

#[derive(Entity)]
struct E64 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E65>>,
}

#[derive(Entity)]
struct E65 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E66>>,
}

#[derive(Entity)]
struct E66 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E67>>,
}

#[derive(Entity)]
struct E67 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E68>>,
}

#[derive(Entity)]
struct E68 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E69>>,
}

#[derive(Entity)]
struct E69 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E70>>,
}

#[derive(Entity)]
struct E70 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E71>>,
}

#[derive(Entity)]
struct E71 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E72>>,
}

#[derive(Entity)]
struct E72 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E73>>,
}

#[derive(Entity)]
struct E73 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E74>>,
}

#[derive(Entity)]
struct E74 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E75>>,
}

#[derive(Entity)]
struct E75 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E76>>,
}

#[derive(Entity)]
struct E76 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E77>>,
}

#[derive(Entity)]
struct E77 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E78>>,
}

#[derive(Entity)]
struct E78 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E79>>,
}

#[derive(Entity)]
struct E79 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E80>>,
}

#[derive(Entity)]
struct E80 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E81>>,
}

#[derive(Entity)]
struct E81 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E82>>,
}

#[derive(Entity)]
struct E82 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E83>>,
}

#[derive(Entity)]
struct E83 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E84>>,
}

#[derive(Entity)]
struct E84 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E85>>,
}

#[derive(Entity)]
struct E85 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E86>>,
}

#[derive(Entity)]
struct E86 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E87>>,
}

#[derive(Entity)]
struct E87 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E88>>,
}

#[derive(Entity)]
struct E88 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E89>>,
}

#[derive(Entity)]
struct E89 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E90>>,
}

#[derive(Entity)]
struct E90 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E91>>,
}

#[derive(Entity)]
struct E91 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E92>>,
}

#[derive(Entity)]
struct E92 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E93>>,
}

#[derive(Entity)]
struct E93 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E94>>,
}

#[derive(Entity)]
struct E94 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E95>>,
}

#[derive(Entity)]
struct E95 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E96>>,
}

#[derive(Entity)]
struct E96 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E97>>,
}

#[derive(Entity)]
struct E97 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E98>>,
}

#[derive(Entity)]
struct E98 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E99>>,
}

#[derive(Entity)]
struct E99 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E100>>,
}

#[derive(Entity)]
struct E100 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E101>>,
}

#[derive(Entity)]
struct E101 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E102>>,
}

#[derive(Entity)]
struct E102 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E103>>,
}

#[derive(Entity)]
struct E103 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E104>>,
}

#[derive(Entity)]
struct E104 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E105>>,
}

#[derive(Entity)]
struct E105 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E106>>,
}

#[derive(Entity)]
struct E106 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E107>>,
}

#[derive(Entity)]
struct E107 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E108>>,
}

#[derive(Entity)]
struct E108 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E109>>,
}

#[derive(Entity)]
struct E109 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E110>>,
}

#[derive(Entity)]
struct E110 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E111>>,
}

#[derive(Entity)]
struct E111 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E112>>,
}

#[derive(Entity)]
struct E112 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E113>>,
}

#[derive(Entity)]
struct E113 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E114>>,
}

#[derive(Entity)]
struct E114 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E115>>,
}

#[derive(Entity)]
struct E115 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E116>>,
}

#[derive(Entity)]
struct E116 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E117>>,
}

#[derive(Entity)]
struct E117 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E118>>,
}

#[derive(Entity)]
struct E118 {
    #[orm(primary_key)]
    id: i64,
    name: String,
    next: Option<Ref<E119>>,
}

#[derive(Entity)]
struct E119 {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn is_send_and_sync<T: Send + Sync>() {}

async fn case(em: &EntityManager) -> Result<()> {
    is_send_and_sync::<Managed<E0>>();
    let chain = em.find_one_or_fail::<E0>().populate(|e| e.next.next.next.next.next.next.next.next).await?;
    let _ = chain.next().and_then(|e| e.next()).map(|e| e.name());
    Ok(())
}

fn main() {
    let _ = case;
}
