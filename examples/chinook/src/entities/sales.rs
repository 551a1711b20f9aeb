//! What was sold.

use chrono::NaiveDateTime;
use orm::prelude::*;
use rust_decimal::Decimal;

use crate::entities::{Customer, Track};

#[derive(Entity)]
pub struct Invoice {
    #[orm(primary_key)]
    pub id: i64,
    pub customer: Ref<Customer>,
    pub invoice_date: NaiveDateTime,
    pub billing_address: Option<String>,
    pub billing_city: Option<String>,
    pub billing_state: Option<String>,
    pub billing_country: Option<String>,
    pub billing_postal_code: Option<String>,
    #[orm(precision = 10, scale = 2)]
    pub total: Decimal,
    #[orm(mapped_by = invoice, cascade(all), orphan_removal)]
    pub lines: Collection<InvoiceLine>,
}

#[derive(Entity)]
pub struct InvoiceLine {
    #[orm(primary_key)]
    pub id: i64,
    pub invoice: Ref<Invoice>,
    pub track: Ref<Track>,
    #[orm(precision = 10, scale = 2)]
    pub unit_price: Decimal,
    pub quantity: i32,
}
